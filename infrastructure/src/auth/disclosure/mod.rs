//! Who took data out and who read whose personal data: one log of what was disclosed.
//!
//! - [`Disclosure`]: an entry. Exports are kept for good, readings as long as the operator wants.
//! - `keep`: entries are written before what they tell of leaves, many in one commit.
//! - `page`: an auditor's questions.

mod keep;
mod page;

use std::sync::{Arc, OnceLock};

use chrono::{DateTime, Utc};
use ledgerdesk_domain::{
    context::{Actor, ActorKind},
    id::{ClientId, ConsultationId, ManagerId, WorkspaceId},
    stream::Position,
};
use serde_json::Value;
use sqlx::PgPool;
use tokio::sync::mpsc;
use uuid::Uuid;

pub use self::page::DisclosureFilter;

/// How data left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DisclosureKind {
    /// As a file, or otherwise all at once.
    Export,
    /// In the answer of a request that shows personal data.
    Read,
    /// A subscription that shows personal data began; what follows is not kept one by one.
    Subscription,
}

impl DisclosureKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Export, Self::Read, Self::Subscription];

    /// Its permanent name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Export => "EXPORT",
            Self::Read => "READ",
            Self::Subscription => "SUBSCRIPTION",
        }
    }
}

/// Whose personal values are shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Whose {
    /// Of these consultations.
    pub consultations: Vec<ConsultationId>,
    /// Of these clients.
    pub clients: Vec<ClientId>,
    /// Of these managers.
    pub managers: Vec<ManagerId>,
}

/// Something that is disclosed.
#[derive(Debug, Clone, PartialEq)]
pub struct Disclosure {
    /// How.
    pub kind: DisclosureKind,
    /// Whose data.
    pub workspace_id: WorkspaceId,
    /// When.
    pub at: DateTime<Utc>,
    /// The key or session that is used; none for the command line.
    pub by_key: Option<Uuid>,
    /// Who acts.
    pub actor: Actor,
    /// The request.
    pub request_id: Option<Uuid>,
    /// What is taken, such as `export:consultations:csv` or `read:consultations`, 1 to 100 characters. Permanent.
    pub action: String,
    /// The fields of the API that are asked for; none for an export.
    pub operations: Vec<String>,
    /// Whether personal values are in it.
    pub personal: bool,
    /// Whose; nobody where that is not known one by one.
    pub whose: Whose,
    /// The position of the log that it is computed at; for a reading, the newest that it can show.
    pub position: Position,
    /// How many rows, where that is known.
    pub rows: Option<i64>,
    /// What is asked for: filters, dimensions, versions of definitions; never a personal value.
    pub details: Value,
}

/// Something that was disclosed.
#[derive(Debug, Clone, PartialEq)]
pub struct Disclosed {
    /// Its number, which grows.
    pub id: i64,
    /// How.
    pub kind: DisclosureKind,
    /// When.
    pub at: DateTime<Utc>,
    /// The key or session that was used; none for the command line.
    pub by_key: Option<Uuid>,
    /// What kind of party acted.
    pub actor_kind: ActorKind,
    /// Which one.
    pub actor_id: Option<Uuid>,
    /// The request.
    pub request_id: Option<Uuid>,
    /// What was taken.
    pub action: String,
    /// The fields of the API that were asked for.
    pub operations: Vec<String>,
    /// Whether personal values were in it.
    pub personal: bool,
    /// Whose.
    pub whose: Whose,
    /// The position of the log that it was computed at.
    pub position: i64,
    /// How many rows, where that was known.
    pub rows: Option<i64>,
    /// What was asked for.
    pub details: Value,
}

/// What was disclosed of the workspaces of a database. Cheap to clone; clones share their commits.
#[derive(Clone)]
pub struct Disclosures {
    pool: PgPool,
    orders: Arc<OnceLock<mpsc::Sender<keep::Order>>>,
}

impl Disclosures {
    /// Of this database.
    pub fn new(pool: PgPool) -> Self {
        Self { pool, orders: Arc::default() }
    }
}
