//! Events → rows of `views`.

use chrono::{DateTime, Utc};
use ledgerdesk_domain::{
    event::{Event, Recorded},
    id::{ManagerId, PersonId, ViewId, WorkspaceId},
    workspace::WorkspaceEvent,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::runtime::{Definition, Projection};

/// One row per view that was saved and not deleted.
pub struct Views;

static DEFINITION: Definition = Definition {
    name: "views",
    version: 1,
    table_sql: include_str!("table.sql"),
    columns: &[
        "id",
        "workspace_id",
        "person_id",
        "name",
        "owner",
        "filter",
        "order_by",
        "columns",
        "saved_at",
        "last_position",
    ],
    key_column: "id",
    personal: &[],
    insert_only: false,
};

/// A saved view.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Which.
    pub id: ViewId,
    /// Whose workspace.
    pub workspace_id: WorkspaceId,
    /// The workspace: a view is about nobody.
    pub person_id: PersonId,
    /// Its name.
    pub name: String,
    /// Whose it is; nobody's if it is shared.
    pub owner: Option<ManagerId>,
    /// What narrows the list, as it was saved.
    pub filter: String,
    /// The order of the list, as it was saved.
    pub order_by: Option<String>,
    /// The columns to show, in order.
    pub columns: Vec<String>,
    /// When it was last saved.
    pub saved_at: DateTime<Utc>,
    /// The position of the last event in the row.
    pub last_position: i64,
}

impl Projection for Views {
    type Row = Row;

    fn definition(&self) -> &'static Definition {
        &DEFINITION
    }

    fn keys(&self, recorded: &Recorded, keys: &mut Vec<Uuid>) {
        match &recorded.event {
            Event::Workspace(WorkspaceEvent::ViewSaved(saved)) => keys.push(saved.view.view_id.uuid()),
            Event::Workspace(WorkspaceEvent::ViewDeleted(deleted)) => keys.push(deleted.view_id.uuid()),
            _ => {}
        }
    }

    fn apply(&self, row: Option<Row>, _key: Uuid, recorded: &Recorded) -> Option<Row> {
        match &recorded.event {
            Event::Workspace(WorkspaceEvent::ViewSaved(saved)) => {
                let view = saved.view.clone();
                Some(Row {
                    id: view.view_id,
                    workspace_id: recorded.workspace_id,
                    person_id: PersonId(recorded.stream.id),
                    name: view.name,
                    owner: view.owner,
                    filter: view.filter,
                    order_by: view.order,
                    columns: view.columns,
                    saved_at: recorded.occurred_at,
                    last_position: recorded.position.0,
                })
            }
            Event::Workspace(WorkspaceEvent::ViewDeleted(_)) => None,
            _ => row,
        }
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
