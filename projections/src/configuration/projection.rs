//! Events → rows of `configuration`.

use chrono::{DateTime, Utc};
use ledgerdesk_domain::{
    context::ActorKind,
    event::{Event, Recorded},
    id::{EventId, WorkspaceId},
    stream::StreamType,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    history::without_personal,
    runtime::{Definition, Projection},
};

/// One row per event of the workspace, of a manager or of an entry of a catalog.
pub struct Configuration;

static DEFINITION: Definition = Definition {
    name: "configuration",
    version: 1,
    table_sql: include_str!("table.sql"),
    columns: &[
        "event_id",
        "workspace_id",
        "subject_kind",
        "subject_id",
        "event_type",
        "actor_kind",
        "actor_id",
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
    personal: &[],
    insert_only: true,
};

/// A change of how the workspace is set up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The event.
    pub event_id: EventId,
    /// Whose.
    pub workspace_id: WorkspaceId,
    /// What kind of thing was changed, by the stored name of its stream type.
    pub subject_kind: String,
    /// Which one.
    pub subject_id: Uuid,
    /// The event's wire name.
    pub event_type: String,
    /// What kind of party acted.
    pub actor_kind: ActorKind,
    /// Which one.
    pub actor_id: Option<Uuid>,
    /// The event's payload without its personal fields.
    pub details: Value,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
    /// Its number in the log.
    pub position: i64,
    /// Its number in the thing's stream.
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

impl Projection for Configuration {
    type Row = Row;

    fn definition(&self) -> &'static Definition {
        &DEFINITION
    }

    fn keys(&self, recorded: &Recorded, keys: &mut Vec<Uuid>) {
        // Work with clients has timelines of its own.
        if !matches!(recorded.event.stream_type(), StreamType::Consultation | StreamType::Client) {
            keys.push(recorded.event_id.uuid());
        }
    }

    fn apply(&self, _: Option<Row>, _key: Uuid, recorded: &Recorded) -> Option<Row> {
        let event: &Event = &recorded.event;
        Some(Row {
            event_id: recorded.event_id,
            workspace_id: recorded.workspace_id,
            subject_kind: event.stream_type().as_str().to_owned(),
            subject_id: recorded.stream.id,
            event_type: event.event_type().to_owned(),
            actor_kind: recorded.metadata.actor.kind,
            actor_id: recorded.metadata.actor.id,
            details: without_personal(event.encode_data()),
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

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
