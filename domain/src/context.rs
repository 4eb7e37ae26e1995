//! Who acts and when: everything about the world that a decision may look at.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::id::{ClientId, ManagerId};

/// What kind of party acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ActorKind {
    /// A person of the team.
    Manager,
    /// The client.
    Client,
    /// A program that talks to clients.
    Bot,
    /// Another system, through its API key.
    Integration,
    /// Ledgerdesk itself: a timer, an import, a migration.
    System,
}

/// Who acts. The id says which one; names are looked up, never stored here, so that erasing a person leaves
/// no trace in the metadata of events.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Actor {
    /// What kind of party it is.
    pub kind: ActorKind,
    /// A manager's or client's id, an API key's id, or nothing for the system itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
}

impl Actor {
    /// Ledgerdesk itself.
    pub const SYSTEM: Self = Self { kind: ActorKind::System, id: None };

    /// A manager.
    pub const fn manager(id: ManagerId) -> Self {
        Self { kind: ActorKind::Manager, id: Some(id.0) }
    }

    /// A client.
    pub const fn client(id: ClientId) -> Self {
        Self { kind: ActorKind::Client, id: Some(id.0) }
    }

    /// A bot; the id is the one of its API key or integration.
    pub const fn bot(id: Uuid) -> Self {
        Self { kind: ActorKind::Bot, id: Some(id) }
    }

    /// The manager who acts, if it is one.
    pub fn as_manager(&self) -> Option<ManagerId> {
        (self.kind == ActorKind::Manager).then_some(self.id).flatten().map(ManagerId)
    }
}

/// What `decide` knows of the world.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    /// When it happened, as far as we know: the time of the command, or the source's time for facts that are
    /// learned later. Becomes `occurred_at` of every event decided.
    pub occurred_at: DateTime<Utc>,
    /// Who acts.
    pub actor: Actor,
}
