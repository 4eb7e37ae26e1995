//! What every entry has, with what only its kind has beside it.

use async_graphql::{ContainerType, ID, Json, ObjectType, SimpleObject};
use chrono::{DateTime, Utc};
use ledgerdesk_projections::history::Row;
use serde_json::Value;
use uuid::Uuid;

use super::{
    HistoryKind,
    content::{
        AttributesPart, DetailsPart, ExternalReferencePart, ImportedFactPart, MergePart, MessagePart,
        NotePart, PriorityPart, TagsPart,
    },
    details::Details,
    service_level::SlaPart,
    stages::{AssignmentPart, HandoverPart, StatusPart},
    work::{AppointmentPart, CallPart, RatingPart, RedatePart},
};
use crate::graphql::{
    global_id::NodeKind,
    model::{actor::Actor, id, position::Position, reference::Source},
};

/// What only one kind of entry has.
pub trait Part {
    /// Read from the event's payload.
    fn read(row: &Row, details: &Details<'_>) -> Self;
}

/// An entry of a consultation's timeline of one kind: what every entry has, and what only this kind has.
#[derive(SimpleObject)]
#[graphql(
    concrete(name = "StatusEntry", params(StatusPart)),
    concrete(name = "AssignmentEntry", params(AssignmentPart)),
    concrete(name = "HandoverEntry", params(HandoverPart)),
    concrete(name = "AppointmentEntry", params(AppointmentPart)),
    concrete(name = "RedateEntry", params(RedatePart)),
    concrete(name = "CallEntry", params(CallPart)),
    concrete(name = "RatingEntry", params(RatingPart)),
    concrete(name = "MessageEntry", params(MessagePart)),
    concrete(name = "NoteEntry", params(NotePart)),
    concrete(name = "DetailsEntry", params(DetailsPart)),
    concrete(name = "PriorityEntry", params(PriorityPart)),
    concrete(name = "TagsEntry", params(TagsPart)),
    concrete(name = "AttributesEntry", params(AttributesPart)),
    concrete(name = "ExternalReferenceEntry", params(ExternalReferencePart)),
    concrete(name = "MergeEntry", params(MergePart)),
    concrete(name = "ImportedFactEntry", params(ImportedFactPart)),
    concrete(name = "SlaEntry", params(SlaPart))
)]
pub struct Entry<P: ObjectType + ContainerType> {
    /// The event's id.
    pub(in crate::graphql::model) id: ID,
    /// The consultation's id.
    pub(in crate::graphql::model) consultation_id: ID,
    /// What it is about.
    pub(in crate::graphql::model) kind: HistoryKind,
    /// The event's permanent wire name, such as `HandoverAccepted`.
    pub(in crate::graphql::model) event_type: String,
    /// Who acted.
    pub(in crate::graphql::model) actor: Actor,
    /// What was before: an enum value as on the wire, a plain UUID, a time (RFC 3339), a list separated by
    /// commas; null where nothing was.
    pub(in crate::graphql::model) from: Option<String>,
    /// What is after, in the same spelling.
    pub(in crate::graphql::model) to: Option<String>,
    /// The words: a message, a reason, a note, a comment; null where there are none and once erased.
    pub(in crate::graphql::model) text: Option<String>,
    /// The event's payload without its personal fields.
    pub(in crate::graphql::model) details: Json<Value>,
    /// When it happened.
    pub(in crate::graphql::model) occurred_at: DateTime<Utc>,
    /// When it was recorded.
    pub(in crate::graphql::model) recorded_at: DateTime<Utc>,
    /// Its number in the log.
    pub(in crate::graphql::model) position: Position,
    /// Its number in the consultation's stream, from 1.
    pub(in crate::graphql::model) version: i32,
    /// Where the fact came from.
    pub(in crate::graphql::model) source: Source,
    /// The request or conversation that it belongs to.
    pub(in crate::graphql::model) correlation_id: Uuid,
    /// The command or event that caused it; null where a caller did.
    pub(in crate::graphql::model) causation_id: Option<Uuid>,
    #[graphql(flatten)]
    part: P,
}

impl<P: ObjectType + ContainerType + Part> Entry<P> {
    pub(super) fn of(row: &Row) -> Self {
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
            correlation_id: row.correlation_id,
            causation_id: row.causation_id,
            part: P::read(row, &Details::of(row)),
        }
    }
}
