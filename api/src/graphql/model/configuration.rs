//! Changes of how a workspace is set up, as the API shows them.

use std::sync::Arc;

use async_graphql::{ID, Json, SimpleObject};
use chrono::{DateTime, Utc};
use ledgerdesk_domain::stream::StreamType as DomainStreamType;
use ledgerdesk_projections::configuration::Row;
use serde_json::Value;
use uuid::Uuid;

use super::{actor::Actor, event::StreamType, id, position::Position, reference::Source};
use crate::graphql::global_id::NodeKind;

/// A change of how the workspace is set up: a setting, a questionnaire, a view, a manager, an entry of a catalog.
#[derive(SimpleObject)]
pub struct ConfigurationChange {
    /// The event's id.
    id: ID,
    /// What kind of thing was changed; null for a kind that this version does not know.
    subject_kind: Option<StreamType>,
    /// The manager or the entry of a catalog; null where it is the workspace itself.
    subject_id: Option<ID>,
    /// The event's permanent wire name, such as `WorkspaceSettingsChanged`.
    event_type: String,
    /// Who did it.
    actor: Actor,
    /// The event's payload without its personal fields: what is so from then on. Ids in it are plain UUIDs.
    details: Json<Value>,
    /// When it happened.
    occurred_at: DateTime<Utc>,
    /// When it was recorded.
    recorded_at: DateTime<Utc>,
    /// Its number in the log.
    position: Position,
    /// Its number in the thing's stream, from 1.
    version: i32,
    /// Where it came from.
    source: Source,
    /// The request or conversation that it belongs to.
    correlation_id: Uuid,
    /// The command or event that caused it; null where a caller did.
    causation_id: Option<Uuid>,
}

impl From<Arc<Row>> for ConfigurationChange {
    fn from(row: Arc<Row>) -> Self {
        let kind = DomainStreamType::ALL.into_iter().find(|kind| kind.as_str() == row.subject_kind);
        let node = match kind {
            Some(DomainStreamType::Manager) => Some(NodeKind::Manager),
            Some(DomainStreamType::CatalogEntry) => Some(NodeKind::CatalogEntry),
            _ => None,
        };
        Self {
            id: id(NodeKind::Event, row.event_id),
            subject_kind: kind.map(Into::into),
            subject_id: node.map(|node| id(node, row.subject_id)),
            event_type: row.event_type.clone(),
            actor: Actor::new(row.actor_kind, row.actor_id),
            details: Json(row.details.clone()),
            occurred_at: row.occurred_at,
            recorded_at: row.recorded_at,
            position: row.position.into(),
            version: row.version,
            source: Source::new(&row.source_system, row.source_reference.as_deref()),
            correlation_id: row.correlation_id,
            causation_id: row.causation_id,
        }
    }
}
