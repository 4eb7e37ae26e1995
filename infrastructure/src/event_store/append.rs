//! What is given to the log and what it answers.

use chrono::{DateTime, Utc};
use ledgerdesk_domain::{
    event::{Event, Metadata},
    id::{EventId, PersonId, WorkspaceId},
    stream::{Position, StreamId, StreamVersion},
};

/// An event that is not in the log yet.
#[derive(Debug, Clone)]
pub struct NewEvent {
    /// Its identity.
    pub event_id: EventId,
    /// What happened.
    pub event: Event,
    /// Who, why, from where.
    pub metadata: Metadata,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
}

/// Makes a repeat return the first result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Idempotency {
    /// Whose key it is: keys of different actors never meet. At most 200 characters.
    pub actor: String,
    /// The key. At most 200 characters.
    pub key: String,
    /// SHA-256 of the request; the same key with another digest is an error.
    pub digest: [u8; 32],
}

/// What one command adds to one stream, all of it or nothing.
#[derive(Debug, Clone)]
pub struct Append {
    /// Whose workspace.
    pub workspace_id: WorkspaceId,
    /// The stream.
    pub stream: StreamId,
    /// The version that the events were decided against.
    pub expected: StreamVersion,
    /// The stream's last position at that version, answered when nothing is appended.
    pub last_position: Position,
    /// The events, in order. May be empty when there is an idempotency key to keep.
    pub events: Vec<NewEvent>,
    /// The key that makes a repeat return this result.
    pub idempotency: Option<Idempotency>,
    /// The persons whose keys are destroyed with it.
    pub erased: Vec<PersonId>,
}

/// What the log did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appended {
    /// The stream.
    pub stream: StreamId,
    /// Its version afterwards.
    pub version: StreamVersion,
    /// Its last position afterwards.
    pub position: Position,
    /// How many events were appended.
    pub appended: u32,
    /// Whether this is the stored result of an earlier append with the same idempotency key.
    pub replayed: bool,
}
