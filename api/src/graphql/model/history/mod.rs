//! The timeline of a consultation as the API shows it: an interface with what every entry has, and a type for each
//! kind with what only that kind has.
#![expect(clippy::duplicated_attributes, reason = "fields of an interface may be of one type")]

mod content;
mod details;
mod entry;
mod service_level;
mod stages;
mod work;

use std::sync::Arc;

use async_graphql::{Enum, ID, Interface, Json};
use chrono::{DateTime, Utc};
use ledgerdesk_projections::history::{Kind, Row};
use serde_json::Value;
use uuid::Uuid;

pub use self::{
    content::{
        AttributesPart, DetailsPart, ExternalReferencePart, ImportedFactPart, MergePart, MessagePart,
        NotePart, PriorityPart, TagsPart,
    },
    entry::Entry,
    service_level::SlaPart,
    stages::{AssignmentPart, HandoverPart, StatusPart},
    work::{AppointmentPart, CallPart, RatingPart, RedatePart},
};
use super::{actor::Actor, position::Position, reference::Source};

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
    /// A deadline of a service level came near or passed.
    Sla,
}

/// An entry of a consultation's timeline: who, when, from what to what. One per event; entries never change. Each
/// kind is a type with fields of its own: `... on CallEntry { call { recording } }`.
#[derive(Interface)]
#[graphql(
    field(name = "id", ty = "&ID", desc = "The event's id."),
    field(name = "consultation_id", ty = "&ID", desc = "The consultation's id."),
    field(name = "kind", ty = "&HistoryKind", desc = "What it is about."),
    field(
        name = "event_type",
        ty = "&String",
        desc = "The event's permanent wire name, such as `HandoverAccepted`."
    ),
    field(name = "actor", ty = "&Actor", desc = "Who acted."),
    field(
        name = "from",
        ty = "&Option<String>",
        desc = "What was before: an enum value as on the wire, a plain UUID, a time (RFC 3339), a list separated \
                by commas; null where nothing was."
    ),
    field(name = "to", ty = "&Option<String>", desc = "What is after, in the same spelling."),
    field(
        name = "text",
        ty = "&Option<String>",
        desc = "The words: a message, a reason, a note, a comment; null where there are none and once erased."
    ),
    field(name = "details", ty = "&Json<Value>", desc = "The event's payload without its personal fields."),
    field(name = "occurred_at", ty = "&DateTime<Utc>", desc = "When it happened."),
    field(name = "recorded_at", ty = "&DateTime<Utc>", desc = "When it was recorded."),
    field(name = "position", ty = "&Position", desc = "Its number in the log."),
    field(name = "version", ty = "&i32", desc = "Its number in the consultation's stream, from 1."),
    field(name = "source", ty = "&Source", desc = "Where the fact came from."),
    field(name = "correlation_id", ty = "&Uuid", desc = "The request or conversation that it belongs to."),
    field(
        name = "causation_id",
        ty = "&Option<Uuid>",
        desc = "The command or event that caused it; null where a caller did."
    )
)]
pub enum HistoryEntry {
    /// Opened, or the stage changed.
    Status(Entry<StatusPart>),
    /// The responsible manager or team changed.
    Assignment(Entry<AssignmentPart>),
    /// A handover was asked for, went on or ended.
    Handover(Entry<HandoverPart>),
    /// A time was promised.
    Appointment(Entry<AppointmentPart>),
    /// The promised time moved.
    Redate(Entry<RedatePart>),
    /// A call was attempted.
    Call(Entry<CallPart>),
    /// A rating was asked for, given or revised.
    Rating(Entry<RatingPart>),
    /// A message from or to the client.
    Message(Entry<MessagePart>),
    /// An internal note.
    Note(Entry<NotePart>),
    /// Topic, description, client, language or catalog references changed.
    Details(Entry<DetailsPart>),
    /// The urgency changed.
    Priority(Entry<PriorityPart>),
    /// Tags came or went.
    Tags(Entry<TagsPart>),
    /// Custom attributes changed.
    Attributes(Entry<AttributesPart>),
    /// The same thing in another system became known.
    External(Entry<ExternalReferencePart>),
    /// Went into another consultation, or came back.
    Merge(Entry<MergePart>),
    /// A fact of another system, kept as it was.
    ImportedFact(Entry<ImportedFactPart>),
    /// A deadline of a service level came near or passed.
    Sla(Entry<SlaPart>),
}

impl From<Arc<Row>> for HistoryEntry {
    fn from(row: Arc<Row>) -> Self {
        match row.kind {
            Kind::Status => Self::Status(Entry::of(&row)),
            Kind::Assignment => Self::Assignment(Entry::of(&row)),
            Kind::Handover => Self::Handover(Entry::of(&row)),
            Kind::Appointment => Self::Appointment(Entry::of(&row)),
            Kind::Redate => Self::Redate(Entry::of(&row)),
            Kind::Call => Self::Call(Entry::of(&row)),
            Kind::Rating => Self::Rating(Entry::of(&row)),
            Kind::Message => Self::Message(Entry::of(&row)),
            Kind::Note => Self::Note(Entry::of(&row)),
            Kind::Details => Self::Details(Entry::of(&row)),
            Kind::Priority => Self::Priority(Entry::of(&row)),
            Kind::Tags => Self::Tags(Entry::of(&row)),
            Kind::Attributes => Self::Attributes(Entry::of(&row)),
            Kind::External => Self::External(Entry::of(&row)),
            Kind::Merge => Self::Merge(Entry::of(&row)),
            Kind::ImportedFact => Self::ImportedFact(Entry::of(&row)),
            Kind::Sla => Self::Sla(Entry::of(&row)),
        }
    }
}
