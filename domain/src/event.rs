//! What a stored event is.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use uuid::Uuid;

use crate::{
    client::ClientEvent,
    consultation::ConsultationEvent,
    context::Actor,
    id::{EventId, PersonId, WorkspaceId},
    manager::ManagerEvent,
    stream::{Position, StreamId, StreamType, StreamVersion},
    workspace::WorkspaceEvent,
};

/// An event type of one aggregate. Serialised adjacently tagged: `{"type": wire name, "data": payload}`.
pub trait DomainEvent:
    Serialize + DeserializeOwned + Clone + PartialEq + std::fmt::Debug + Send + Sync + Into<Event> + 'static
{
    /// The kind of stream that holds such events.
    const STREAM_TYPE: StreamType;

    /// Every wire name with its newest schema version; the upcaster chain is checked against it at start.
    const SCHEMAS: &'static [(&'static str, u16)];

    /// The permanent wire name.
    fn event_type(&self) -> &'static str;

    /// The event, if it is one of this aggregate.
    fn of(event: &Event) -> Option<&Self>;
}

/// Any event of any aggregate, as projections and subscribers meet it: always in its newest shape.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// Of a consultation.
    Consultation(ConsultationEvent),
    /// Of a client.
    Client(ClientEvent),
    /// Of a manager.
    Manager(ManagerEvent),
    /// Of a workspace.
    Workspace(WorkspaceEvent),
}

impl Event {
    /// The permanent wire name.
    pub fn event_type(&self) -> &'static str {
        match self {
            Self::Consultation(event) => event.event_type(),
            Self::Client(event) => event.event_type(),
            Self::Manager(event) => event.event_type(),
            Self::Workspace(event) => event.event_type(),
        }
    }
}

/// Where a fact came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The entrance: `graphql`, `import:helpdesk`, `demo`, …
    pub system: String,
    /// The place there, such as `row 17`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

/// Who, why and from where. Holds ids only, never a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metadata {
    /// Who acted.
    pub actor: Actor,
    /// The request or conversation that all of this belongs to.
    pub correlation_id: Uuid,
    /// The command or event that caused this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub causation_id: Option<Uuid>,
    /// Where the fact came from.
    pub source: Source,
    /// The person whom the stream was about when this happened: whose key seals the personal fields. While
    /// nobody is known it is the stream itself.
    pub person_id: PersonId,
}

/// An event in the log, decoded, upcast and unsealed.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded<E = Event> {
    /// Its number in the log.
    pub position: Position,
    /// The workspace it belongs to.
    pub workspace_id: WorkspaceId,
    /// Its number in the workspace's chain, from 1.
    pub workspace_sequence: i64,
    /// Its identity.
    pub event_id: EventId,
    /// The stream it belongs to.
    pub stream: StreamId,
    /// Its number in the stream, from 1.
    pub version: StreamVersion,
    /// What happened.
    pub event: E,
    /// Who, why, from where.
    pub metadata: Metadata,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
    /// When it was recorded; never runs back along the log.
    pub recorded_at: DateTime<Utc>,
    /// SHA-256 over the workspace's previous hash and this event's canonical bytes.
    pub hash: [u8; 32],
}
