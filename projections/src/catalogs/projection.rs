//! Events → rows of `catalogs`.

use chrono::{DateTime, Utc};
use ledgerdesk_domain::{
    catalog::CatalogEvent,
    consultation::{Attributes, CatalogReference},
    event::{Event, Recorded},
    id::{CatalogEntryId, WorkspaceId},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::runtime::{Definition, Projection};

/// One row per entry of a catalog, retired ones too.
pub struct Catalogs;

static DEFINITION: Definition = Definition {
    name: "catalogs",
    version: 1,
    table_sql: include_str!("table.sql"),
    columns: &[
        "id",
        "workspace_id",
        "kind",
        "external_id",
        "title",
        "parent_kind",
        "parent_external_id",
        "active",
        "attributes",
        "defined_at",
        "changed_at",
        "retired_at",
        "version",
        "last_position",
    ],
    key_column: "id",
    personal: &[],
    insert_only: false,
};

/// An entry of a catalog.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Which entry.
    pub id: CatalogEntryId,
    /// Whose.
    pub workspace_id: WorkspaceId,
    /// The catalog.
    pub kind: String,
    /// Its id in the system that it comes from.
    pub external_id: String,
    /// What people read.
    pub title: String,
    /// The catalog of the entry above it.
    pub parent_kind: Option<String>,
    /// The id of that entry in the system that it comes from.
    pub parent_external_id: Option<String>,
    /// Whether it can be chosen.
    pub active: bool,
    /// What else is known.
    pub attributes: Attributes,
    /// When it was defined.
    pub defined_at: DateTime<Utc>,
    /// When the last thing happened to it.
    pub changed_at: DateTime<Utc>,
    /// When it was retired, unless it was restored since.
    pub retired_at: Option<DateTime<Utc>>,
    /// The number of its events.
    pub version: i32,
    /// The position of the last event in the row.
    pub last_position: i64,
}

impl Projection for Catalogs {
    type Row = Row;

    fn definition(&self) -> &'static Definition {
        &DEFINITION
    }

    fn keys(&self, recorded: &Recorded, keys: &mut Vec<Uuid>) {
        if let Event::CatalogEntry(_) = recorded.event {
            keys.push(recorded.stream.id);
        }
    }

    fn apply(&self, row: Option<Row>, key: Uuid, recorded: &Recorded) -> Option<Row> {
        let Event::CatalogEntry(event) = &recorded.event else { return row };
        let mut row = match event {
            CatalogEvent::CatalogEntryDefined(defined) => Row {
                id: CatalogEntryId(key),
                workspace_id: recorded.workspace_id,
                kind: defined.kind.clone(),
                external_id: defined.external_id.clone(),
                title: defined.title.clone(),
                parent_kind: None,
                parent_external_id: None,
                active: true,
                attributes: defined.attributes.clone(),
                defined_at: recorded.occurred_at,
                changed_at: recorded.occurred_at,
                retired_at: None,
                version: 0,
                last_position: 0,
            }
            .below(defined.parent.as_ref()),
            // An entry begins with its definition.
            _ => row?,
        };
        match event {
            CatalogEvent::CatalogEntryDefined(_) => {}
            CatalogEvent::CatalogEntryChanged(changed) => {
                row.title.clone_from(&changed.title);
                row.attributes.clone_from(&changed.attributes);
                row = row.below(changed.parent.as_ref());
            }
            CatalogEvent::CatalogEntryRetired(_) => {
                row.active = false;
                row.retired_at = Some(recorded.occurred_at);
            }
            CatalogEvent::CatalogEntryRestored(_) => {
                row.active = true;
                row.retired_at = None;
            }
        }
        row.changed_at = recorded.occurred_at;
        row.version = recorded.version.0;
        row.last_position = recorded.position.0;
        Some(row)
    }
}

impl Row {
    /// Below this entry.
    fn below(mut self, parent: Option<&CatalogReference>) -> Self {
        (self.parent_kind, self.parent_external_id) =
            parent.map(|parent| (parent.catalog.clone(), parent.key.clone())).unzip();
        self
    }

    /// The entry above it, by name.
    pub fn parent(&self) -> Option<CatalogReference> {
        let (catalog, key) = self.parent_kind.clone().zip(self.parent_external_id.clone())?;
        Some(CatalogReference { catalog, key })
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
