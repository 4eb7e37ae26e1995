//! Events → rows of `calls`.

use chrono::{DateTime, Utc};
use ledgerdesk_domain::{
    consultation::{CallDirection, CallLogged, CallOutcome, ConsultationEvent},
    event::{Event, Recorded},
    id::{CallId, ConsultationId, ManagerId, PersonId, RedateId, WorkspaceId},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    personal::known_if_any,
    runtime::{Definition, Projection},
};

/// One row per call attempt.
pub struct Calls;

static DEFINITION: Definition = Definition {
    name: "calls",
    version: 2,
    table_sql: include_str!("table.sql"),
    columns: &[
        "id",
        "workspace_id",
        "person_id",
        "consultation_id",
        "attempt",
        "direction",
        "outcome",
        "started_at",
        "wait_seconds",
        "duration_seconds",
        "manager_id",
        "phone",
        "recording",
        "redate_id",
        "last_position",
    ],
    key_column: "id",
    personal: &["phone", "recording"],
    insert_only: false,
};

/// A call attempt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Which attempt.
    pub id: CallId,
    /// Whose.
    pub workspace_id: WorkspaceId,
    /// Whose erasure empties the number and where the recording lies.
    pub person_id: PersonId,
    /// Of which consultation.
    pub consultation_id: ConsultationId,
    /// The how-manieth of its consultation, from 1.
    pub attempt: i32,
    /// Which way.
    pub direction: CallDirection,
    /// How it ended.
    pub outcome: CallOutcome,
    /// When it began to ring.
    pub started_at: DateTime<Utc>,
    /// How long it rang, in seconds.
    pub wait_seconds: Option<u32>,
    /// How long the two talked, in seconds.
    pub duration_seconds: Option<u32>,
    /// Who called or was called.
    pub manager_id: Option<ManagerId>,
    /// The client's number, unless erased.
    pub phone: Option<String>,
    /// Where the recording lies, unless erased.
    pub recording: Option<String>,
    /// The redate that it serves.
    pub redate_id: Option<RedateId>,
    /// Its number in the log.
    pub last_position: i64,
}

impl Projection for Calls {
    type Row = Row;

    fn definition(&self) -> &'static Definition {
        &DEFINITION
    }

    fn keys(&self, recorded: &Recorded, keys: &mut Vec<Uuid>) {
        if let Event::Consultation(ConsultationEvent::CallLogged(call)) = &recorded.event {
            keys.push(call.call_id.uuid());
        }
    }

    fn apply(&self, row: Option<Row>, _key: Uuid, recorded: &Recorded) -> Option<Row> {
        match &recorded.event {
            Event::Consultation(ConsultationEvent::CallLogged(call)) => Some(logged(call, recorded)),
            _ => row,
        }
    }
}

fn logged(call: &CallLogged, recorded: &Recorded) -> Row {
    Row {
        id: call.call_id,
        workspace_id: recorded.workspace_id,
        person_id: recorded.metadata.person_id,
        consultation_id: ConsultationId(recorded.stream.id),
        attempt: i32::try_from(call.attempt).unwrap_or(i32::MAX),
        direction: call.direction,
        outcome: call.outcome,
        started_at: call.started_at,
        wait_seconds: call.wait_seconds,
        duration_seconds: call.duration_seconds,
        manager_id: call.manager_id,
        phone: known_if_any(call.phone.as_ref()),
        recording: known_if_any(call.recording.as_ref()),
        redate_id: call.redate_id,
        last_position: recorded.position.0,
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
