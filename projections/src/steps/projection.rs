//! Events → rows of `steps`.

use chrono::{DateTime, Utc};
use ledgerdesk_domain::{
    context::ActorKind,
    event::{Event, Recorded},
    id::{ConsultationId, WorkspaceId},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Step, Team, step::key};
use crate::runtime::{Definition, Projection};

/// One row per step of a consultation.
pub struct Steps;

static DEFINITION: Definition = Definition {
    name: "steps",
    version: 1,
    table_sql: include_str!("table.sql"),
    columns: &[
        "id",
        "workspace_id",
        "consultation_id",
        "position",
        "activity",
        "resource_kind",
        "resource_id",
        "says_team",
        "team",
        "occurred_at",
    ],
    key_column: "id",
    personal: &[],
    // Several events of one row of a source are one step.
    insert_only: false,
};

/// A step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The event, or the row of a source that several events came from.
    pub id: Uuid,
    /// Whose.
    pub workspace_id: WorkspaceId,
    /// Of which consultation.
    pub consultation_id: ConsultationId,
    /// The position of its first event.
    pub position: i64,
    /// What happened.
    pub activity: String,
    /// What kind of party did it; none where a source does not say.
    pub resource_kind: Option<ActorKind>,
    /// Which one.
    pub resource_id: Option<Uuid>,
    /// Whether it says which team is responsible from then on; if not, it is the one before.
    pub says_team: bool,
    /// That team; none where nobody is.
    pub team: Option<String>,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
}

impl Projection for Steps {
    type Row = Row;

    fn definition(&self) -> &'static Definition {
        &DEFINITION
    }

    fn keys(&self, recorded: &Recorded, keys: &mut Vec<Uuid>) {
        if let Event::Consultation(_) = recorded.event {
            keys.push(key(recorded));
        }
    }

    fn apply(&self, row: Option<Row>, key: Uuid, recorded: &Recorded) -> Option<Row> {
        let Event::Consultation(event) = &recorded.event else { return row };
        if row.is_some() {
            return row;
        }
        let Step { activity, resource, team, occurred_at } = Step::of(event, recorded);
        Some(Row {
            id: key,
            workspace_id: recorded.workspace_id,
            consultation_id: ConsultationId(recorded.stream.id),
            position: recorded.position.0,
            activity,
            resource_kind: resource.map(|resource| resource.kind),
            resource_id: resource.and_then(|resource| resource.id),
            says_team: matches!(team, Team::Now(_)),
            team: match team {
                Team::Now(team) => team,
                Team::AsBefore => None,
            },
            occurred_at,
        })
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
