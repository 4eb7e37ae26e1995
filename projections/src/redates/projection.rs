//! Events → rows of `redates`.

use chrono::{DateTime, Utc};
use ledgerdesk_domain::{
    consultation::{CallLogged, CallOutcome, ConsultationEvent, Redated},
    context::ActorKind,
    event::{Event, Recorded},
    id::{ConsultationId, ManagerId, PersonId, RedateId, WorkspaceId},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    party,
    personal::known_if_any,
    runtime::{Definition, Projection},
};

/// One row per redate.
pub struct Redates;

static DEFINITION: Definition = Definition {
    name: "redates",
    version: 2,
    table_sql: include_str!("table.sql"),
    columns: &[
        "id",
        "workspace_id",
        "person_id",
        "consultation_id",
        "number",
        "redated_at",
        "moved_from",
        "moved_to",
        "lead_seconds",
        "initiator_kind",
        "initiator_id",
        "reason",
        "assignee",
        "call_count",
        "answered_at",
        "redated_position",
        "last_position",
    ],
    key_column: "id",
    personal: &["reason"],
    insert_only: false,
};

/// A redate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Which redate.
    pub id: RedateId,
    /// Whose.
    pub workspace_id: WorkspaceId,
    /// Whose erasure empties the reason.
    pub person_id: PersonId,
    /// Of which consultation.
    pub consultation_id: ConsultationId,
    /// The how-manieth of its consultation, from 1.
    pub number: i32,
    /// When the time was moved.
    pub redated_at: DateTime<Utc>,
    /// The time before.
    pub moved_from: DateTime<Utc>,
    /// The time after.
    pub moved_to: DateTime<Utc>,
    /// How long before the old time it was moved, in seconds; negative when that had passed.
    pub lead_seconds: i64,
    /// What kind of party wanted it.
    pub initiator_kind: ActorKind,
    /// Which one.
    pub initiator_id: Option<Uuid>,
    /// Why, unless erased.
    pub reason: Option<String>,
    /// Who held the consultation.
    pub assignee: Option<ManagerId>,
    /// Call attempts that serve it.
    pub call_count: i32,
    /// When the first answered one of them began: the promise kept.
    pub answered_at: Option<DateTime<Utc>>,
    /// Where it was moved in the log; nothing in a table of an earlier version.
    #[serde(default)]
    pub redated_position: Option<i64>,
    /// The position of the last event in the row.
    pub last_position: i64,
}

impl Projection for Redates {
    type Row = Row;

    fn definition(&self) -> &'static Definition {
        &DEFINITION
    }

    fn keys(&self, recorded: &Recorded, keys: &mut Vec<Uuid>) {
        match &recorded.event {
            Event::Consultation(ConsultationEvent::Redated(redated)) => keys.push(redated.redate_id.uuid()),
            Event::Consultation(ConsultationEvent::CallLogged(call)) => {
                keys.extend(call.redate_id.map(RedateId::uuid));
            }
            _ => {}
        }
    }

    fn apply(&self, row: Option<Row>, _key: Uuid, recorded: &Recorded) -> Option<Row> {
        match &recorded.event {
            Event::Consultation(ConsultationEvent::Redated(event)) => Some(redated(event, recorded)),
            Event::Consultation(ConsultationEvent::CallLogged(call)) => {
                row.map(|row| called(row, call, recorded))
            }
            _ => row,
        }
    }
}

fn redated(event: &Redated, recorded: &Recorded) -> Row {
    let (initiator_kind, initiator_id) = party::columns(event.initiator);
    Row {
        id: event.redate_id,
        workspace_id: recorded.workspace_id,
        person_id: recorded.metadata.person_id,
        consultation_id: ConsultationId(recorded.stream.id),
        number: i32::try_from(event.number).unwrap_or(i32::MAX),
        redated_at: recorded.occurred_at,
        moved_from: event.from,
        moved_to: event.to,
        lead_seconds: (event.from - recorded.occurred_at).num_seconds(),
        initiator_kind,
        initiator_id,
        reason: known_if_any(event.reason.as_ref()),
        assignee: event.assignee,
        call_count: 0,
        answered_at: None,
        redated_position: Some(recorded.position.0),
        last_position: recorded.position.0,
    }
}

fn called(mut row: Row, call: &CallLogged, recorded: &Recorded) -> Row {
    row.call_count += 1;
    if call.outcome == CallOutcome::Answered {
        row.answered_at = row.answered_at.or(Some(call.started_at));
    }
    row.last_position = recorded.position.0;
    row
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
