//! The path of a command: load, decide, append; repeated on a conflict a bounded number of times.

mod cache;
mod error;
mod executor;

pub use self::{error::CommandError, executor::CommandExecutor};

use chrono::{DateTime, Utc};
use ledgerdesk_domain::{
    context::Actor,
    event::Source,
    id::{PersonId, WorkspaceId},
    stream::{ExpectedVersion, Position, StreamId, StreamVersion},
};
use uuid::Uuid;

/// A command with everything around it.
#[derive(Debug, Clone)]
pub struct Envelope<C> {
    /// Whose workspace.
    pub workspace_id: WorkspaceId,
    /// Which stream of the aggregate's type.
    pub stream_id: Uuid,
    /// What is asked.
    pub command: C,
    /// Who asks.
    pub actor: Actor,
    /// The request that it belongs to.
    pub correlation_id: Uuid,
    /// The event or command that caused it.
    pub causation_id: Option<Uuid>,
    /// Where it came from.
    pub source: Source,
    /// Makes a repeat return the first result instead of acting again.
    pub idempotency: Option<IdempotencyKey>,
    /// What the asker believes the stream's version to be.
    pub expected_version: ExpectedVersion,
    /// When it happened, if not now.
    pub occurred_at: Option<DateTime<Utc>>,
    /// The persons whose keys are destroyed in the same transaction; empty for all but an erasure.
    pub erase: Vec<PersonId>,
}

/// The asker's key for one request. Kept per workspace and actor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// The key, at most 200 characters.
    pub key: String,
    /// SHA-256 of the request as asked, without anything that the server made up.
    pub digest: [u8; 32],
}

/// What a command did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Executed {
    /// The stream.
    pub stream: StreamId,
    /// Its version afterwards.
    pub version: StreamVersion,
    /// The position of the stream's last event afterwards: wait for it to read your write.
    pub position: Position,
    /// How many events it appended; 0 if it asked for what already was.
    pub appended: u32,
    /// Whether this is the stored result of an earlier execution with the same idempotency key.
    pub replayed: bool,
}
