//! Events → rows of `history`.

use chrono::{DateTime, Utc};
use ledgerdesk_domain::{
    context::ActorKind,
    event::{Event, Recorded},
    id::{ConsultationId, EventId, PersonId, WorkspaceId},
    personal::{PERSONAL_MARK, SEALED_MARK},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::entry::{self, Kind};
use crate::runtime::{Definition, Projection};

/// One row per event of a consultation.
pub struct History;

static DEFINITION: Definition = Definition {
    name: "history",
    version: 2,
    table_sql: include_str!("table.sql"),
    columns: &[
        "event_id",
        "workspace_id",
        "person_id",
        "consultation_id",
        "kind",
        "event_type",
        "actor_kind",
        "actor_id",
        "from_value",
        "to_value",
        "body",
        "details",
        "occurred_at",
        "recorded_at",
        "position",
        "version",
        "source_system",
        "source_reference",
        "correlation_id",
        "causation_id",
    ],
    key_column: "event_id",
    personal: &["body"],
    insert_only: true,
};

/// An entry of a timeline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The event.
    pub event_id: EventId,
    /// Whose.
    pub workspace_id: WorkspaceId,
    /// Whose erasure empties the words.
    pub person_id: PersonId,
    /// Whose timeline.
    pub consultation_id: ConsultationId,
    /// What it is about.
    pub kind: Kind,
    /// The event's wire name.
    pub event_type: String,
    /// What kind of party acted.
    pub actor_kind: ActorKind,
    /// Which one.
    pub actor_id: Option<Uuid>,
    /// What was before: a wire text, a plain UUID, a time, a list; none where nothing was.
    pub from_value: Option<String>,
    /// What is after, in the same spelling.
    pub to_value: Option<String>,
    /// The words: a message, a reason, a note.
    pub body: Option<String>,
    /// The event's payload without its personal fields.
    pub details: Value,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
    /// Its number in the log.
    pub position: i64,
    /// Its number in the consultation's stream.
    pub version: i32,
    /// The entrance it came in by.
    pub source_system: String,
    /// The place there.
    pub source_reference: Option<String>,
    /// The request or conversation that it belongs to.
    pub correlation_id: Uuid,
    /// The command or event that caused it.
    pub causation_id: Option<Uuid>,
}

impl Projection for History {
    type Row = Row;

    fn definition(&self) -> &'static Definition {
        &DEFINITION
    }

    fn keys(&self, event: &Recorded, keys: &mut Vec<Uuid>) {
        if let Event::Consultation(_) = event.event {
            keys.push(event.event_id.uuid());
        }
    }

    fn apply(&self, row: Option<Row>, _key: Uuid, recorded: &Recorded) -> Option<Row> {
        let Event::Consultation(event) = &recorded.event else { return row };
        let change = entry::change(event);
        Some(Row {
            event_id: recorded.event_id,
            workspace_id: recorded.workspace_id,
            person_id: recorded.metadata.person_id,
            consultation_id: ConsultationId(recorded.stream.id),
            kind: Kind::of(event),
            event_type: recorded.event.event_type().to_owned(),
            actor_kind: recorded.metadata.actor.kind,
            actor_id: recorded.metadata.actor.id,
            from_value: change.from,
            to_value: change.to,
            body: change.body,
            details: payload_without_personal(event),
            occurred_at: recorded.occurred_at,
            recorded_at: recorded.recorded_at,
            position: recorded.position.0,
            version: recorded.version.0,
            source_system: recorded.metadata.source.system.clone(),
            source_reference: recorded.metadata.source.reference.clone(),
            correlation_id: recorded.metadata.correlation_id,
            causation_id: recorded.metadata.causation_id,
        })
    }
}

/// The payload of an event, with every personal field left out rather than emptied, so that an erasure changes
/// nothing.
pub fn payload_without_personal(event: &impl Serialize) -> Value {
    let payload = match serde_json::to_value(event) {
        Ok(Value::Object(mut event)) => event.remove("data").unwrap_or_default(),
        _ => Value::Null,
    };
    without_personal(payload)
}

/// The same, of a payload.
pub(crate) fn without_personal(mut payload: Value) -> Value {
    strip(&mut payload);
    payload
}

fn strip(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, field| !is_personal(field));
            fields.values_mut().for_each(strip);
        }
        Value::Array(items) => {
            items.retain(|item| !is_personal(item));
            items.iter_mut().for_each(strip);
        }
        _ => {}
    }
}

fn is_personal(value: &Value) -> bool {
    value
        .as_object()
        .is_some_and(|fields| fields.contains_key(PERSONAL_MARK) || fields.contains_key(SEALED_MARK))
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
