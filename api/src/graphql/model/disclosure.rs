//! What was disclosed, as the API shows it.

use async_graphql::{Enum, ID, Json, SimpleObject};
use chrono::{DateTime, Utc};
use ledgerdesk_infrastructure::auth::{self, Disclosed};
use serde_json::Value;
use uuid::Uuid;

use super::{actor::Actor, id, position::Position};
use crate::graphql::global_id::NodeKind;

/// How data left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "auth::DisclosureKind")]
pub enum DisclosureKind {
    /// As a file, or otherwise all at once.
    Export,
    /// In an answer that showed personal data.
    Read,
    /// A subscription that shows personal data began; what it showed is not listed one by one.
    Subscription,
}

/// Something that was disclosed: data that was taken out, or personal data that somebody was shown.
#[derive(SimpleObject)]
pub struct Disclosure {
    /// How.
    kind: DisclosureKind,
    /// When.
    at: DateTime<Utc>,
    /// Who took it or was shown it.
    actor: Actor,
    /// The key or session that was used, as a plain UUID; null for the command line.
    by_key: Option<Uuid>,
    /// The request, as `x-request-id` named it.
    request_id: Option<Uuid>,
    /// What it was, such as `export:consultations:csv` or `read:consultations`. Permanent.
    action: String,
    /// The fields of the API that were asked for; none for an export.
    operations: Vec<String>,
    /// Whether personal values were in it.
    personal: bool,
    /// Of which consultations personal values were shown.
    consultation_ids: Vec<ID>,
    /// Of which clients.
    client_ids: Vec<ID>,
    /// Of which managers.
    manager_ids: Vec<ID>,
    /// The position of the log that an export was computed at; the newest that an answer could show.
    position: Position,
    /// How many rows; null where that was not known when it began.
    rows: Option<i64>,
    /// What was asked for: filters, dimensions, versions of definitions; never a personal value.
    details: Json<Value>,
}

impl From<Disclosed> for Disclosure {
    fn from(entry: Disclosed) -> Self {
        fn ids<T: Into<Uuid>>(kind: NodeKind, ids: Vec<T>) -> Vec<ID> {
            ids.into_iter().map(|of| id(kind, of)).collect()
        }
        Self {
            kind: entry.kind.into(),
            at: entry.at,
            actor: Actor::new(entry.actor_kind, entry.actor_id),
            by_key: entry.by_key,
            request_id: entry.request_id,
            action: entry.action,
            operations: entry.operations,
            personal: entry.personal,
            consultation_ids: ids(NodeKind::Consultation, entry.whose.consultations),
            client_ids: ids(NodeKind::Client, entry.whose.clients),
            manager_ids: ids(NodeKind::Manager, entry.whose.managers),
            position: entry.position.into(),
            rows: entry.rows,
            details: Json(entry.details),
        }
    }
}
