//! An entry of a consultation's timeline as the API shows it.

use std::sync::Arc;

use async_graphql::{Enum, ID, Json, SimpleObject};
use chrono::{DateTime, Utc};
use ledgerdesk_projections::history::Row;
use serde_json::Value;

use super::{actor::Actor, id, position::Position, reference::Source};
use crate::graphql::global_id::NodeKind;

/// What an entry of a timeline is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "ledgerdesk_projections::history::Kind")]
pub enum HistoryKind {
    /// Opened, or the stage changed.
    Status,
    /// The responsible manager or team changed.
    Assignment,
    /// A handover was asked for, went on or ended.
    Handover,
    /// A time was promised.
    Appointment,
    /// The promised time moved.
    Redate,
    /// A call was attempted.
    Call,
    /// A rating was asked for, given or revised.
    Rating,
    /// A message from or to the client.
    Message,
    /// An internal note.
    Note,
    /// Topic, description, client, language or catalog references changed.
    Details,
    /// The urgency changed.
    Priority,
    /// Tags came or went.
    Tags,
    /// Custom attributes changed.
    Attributes,
    /// The same thing in another system became known.
    External,
    /// Went into another consultation, or came back.
    Merge,
    /// A fact of another system, kept as it was.
    ImportedFact,
}

/// An entry of a consultation's timeline: who, when, from what to what. One per event; entries never change.
#[derive(SimpleObject)]
pub struct HistoryEntry {
    /// The event's id.
    pub(super) id: ID,
    /// The consultation's id.
    consultation_id: ID,
    /// What it is about.
    kind: HistoryKind,
    /// The event's permanent wire name, such as `HandoverAccepted`.
    event_type: String,
    /// Who acted.
    actor: Actor,
    /// What was before: an enum value as on the wire, a plain UUID, a time (RFC 3339), a list separated by
    /// commas; null where nothing was.
    from: Option<String>,
    /// What is after, in the same spelling.
    to: Option<String>,
    /// The words: a message, a reason, a note, a comment; null where there are none and once erased.
    text: Option<String>,
    /// The event's payload without its personal fields.
    details: Json<Value>,
    /// When it happened.
    occurred_at: DateTime<Utc>,
    /// When it was recorded.
    recorded_at: DateTime<Utc>,
    /// Its number in the log.
    position: Position,
    /// Its number in the consultation's stream, from 1.
    version: i32,
    /// Where the fact came from.
    source: Source,
}

impl From<Arc<Row>> for HistoryEntry {
    fn from(row: Arc<Row>) -> Self {
        Self {
            id: id(NodeKind::Event, row.event_id),
            consultation_id: id(NodeKind::Consultation, row.consultation_id),
            kind: row.kind.into(),
            event_type: row.event_type.clone(),
            actor: Actor::new(row.actor_kind, row.actor_id),
            from: row.from_value.clone(),
            to: row.to_value.clone(),
            text: row.body.clone(),
            details: Json(row.details.clone()),
            occurred_at: row.occurred_at,
            recorded_at: row.recorded_at,
            position: row.position.into(),
            version: row.version,
            source: Source::new(&row.source_system, row.source_reference.as_deref()),
        }
    }
}
