//! Events → rows of `consultation_versions`.

use ledgerdesk_domain::event::{Event, Recorded};
use uuid::Uuid;

use super::Row;
use crate::{
    consultation_list::ConsultationList,
    runtime::{Definition, Left, Projection},
};

/// One row per version of a consultation; the newest one, under the key of the consultation, is what events fold.
pub struct ConsultationVersions;

static DEFINITION: Definition = Definition {
    name: "consultation_versions",
    version: 3,
    table_sql: include_str!("table.sql"),
    columns: &[
        "id",
        "consultation_id",
        "workspace_id",
        "client_id",
        "status",
        "priority_rank",
        "channel",
        "language",
        "team",
        "assignee",
        "tags",
        "opened_at",
        "opened_position",
        "opened_week",
        "resolved_at",
        "closed_at",
        "appointed_for",
        "open_handover",
        "merged_into",
        "from_position",
        "until_position",
        "known_until",
        "from_at",
        "until_at",
        "ordinal",
        "span",
        "stay",
        "journal",
    ],
    key_column: "id",
    personal: &[],
    insert_only: false,
};

impl Projection for ConsultationVersions {
    type Row = Row;

    fn definition(&self) -> &'static Definition {
        &DEFINITION
    }

    fn keys(&self, recorded: &Recorded, keys: &mut Vec<Uuid>) {
        if let Event::Consultation(_) = recorded.event {
            keys.push(recorded.stream.id);
        }
    }

    fn apply(&self, row: Option<Row>, key: Uuid, recorded: &Recorded) -> Option<Row> {
        self.apply_leaving(row, key, recorded, &mut Left::default())
    }

    fn apply_leaving(
        &self,
        row: Option<Row>,
        key: Uuid,
        recorded: &Recorded,
        left: &mut Left<Row>,
    ) -> Option<Row> {
        let Event::Consultation(_) = &recorded.event else { return row };
        let Some(mut row) = row else {
            // Only an opening makes a row.
            let listed = ConsultationList.apply(None, key, recorded)?;
            return Some(Row::opened(listed, recorded));
        };
        row.meet(recorded, left);
        Some(row)
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
