//! The fact tables as others take them: rows without personal data, in one order.

use sqlx::{Postgres, QueryBuilder};

use super::{Refusal, Table, refusal::nearest};
use crate::{
    consultation_list::Filter,
    read::{Belonging, Conditions, Filter as _, Reach},
};

/// A table of facts.
#[derive(Debug, Clone, Copy)]
pub struct FactTable {
    /// Its name in requests.
    pub name: &'static str,
    /// The read model.
    pub table: Table,
    /// The columns, with what is written of each.
    pub columns: &'static [(&'static str, ColumnKind)],
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    /// Text; ids and lists as well.
    Text,
    /// A whole number.
    Number,
    /// A moment.
    Time,
}

use ColumnKind::{Number, Text, Time};

/// Every table of facts.
pub const FACT_TABLES: &[FactTable] = &[
    FactTable {
        name: "consultations",
        table: Table::Consultations,
        columns: &[
            ("id", Text),
            ("client_id", Text),
            ("status", Text),
            ("priority", Text),
            ("channel", Text),
            ("language", Text),
            ("team", Text),
            ("assignee", Text),
            ("tags", Text),
            ("catalog", Text),
            ("attributes", Text),
            ("merged_into", Text),
            ("opened_at", Time),
            ("first_reply_at", Time),
            ("first_reply_ms", Number),
            ("first_reply_by", Text),
            ("first_response_at", Time),
            ("first_response_ms", Number),
            ("first_response_by", Text),
            ("first_response_team", Text),
            ("first_resolution_at", Time),
            ("first_resolution_ms", Number),
            ("first_resolution_by", Text),
            ("full_resolution_at", Time),
            ("full_resolution_ms", Number),
            ("full_resolution_open_ms", Number),
            ("full_resolution_by", Text),
            ("requester_wait_ms", Number),
            ("agent_work_ms", Number),
            ("reply_count", Number),
            ("reopen_count", Number),
            ("assignee_stations", Number),
            ("team_stations", Number),
            ("attempt_count", Number),
            ("answered_attempt", Number),
            ("last_position", Number),
        ],
    },
    FactTable {
        name: "handovers",
        table: Table::Handovers,
        columns: &[
            ("id", Text),
            ("consultation_id", Text),
            ("state", Text),
            ("requested_at", Time),
            ("requested_by_kind", Text),
            ("to_team", Text),
            ("to_manager", Text),
            ("from_assignee", Text),
            ("offer_count", Number),
            ("decline_count", Number),
            ("accepted_at", Time),
            ("assigned_to", Text),
            ("first_response_at", Time),
            ("resolved_at", Time),
            ("resolved_by", Text),
            ("outcome", Text),
            ("returned_at", Time),
            ("returned_by", Text),
            ("expired_at", Time),
            ("last_position", Number),
        ],
    },
    FactTable {
        name: "redates",
        table: Table::Redates,
        columns: &[
            ("id", Text),
            ("consultation_id", Text),
            ("number", Number),
            ("redated_at", Time),
            ("moved_from", Time),
            ("moved_to", Time),
            ("lead_seconds", Number),
            ("initiator_kind", Text),
            ("assignee", Text),
            ("call_count", Number),
            ("answered_at", Time),
            ("last_position", Number),
        ],
    },
    FactTable {
        name: "calls",
        table: Table::Calls,
        columns: &[
            ("id", Text),
            ("consultation_id", Text),
            ("attempt", Number),
            ("direction", Text),
            ("outcome", Text),
            ("started_at", Time),
            ("wait_seconds", Number),
            ("duration_seconds", Number),
            ("manager_id", Text),
            ("redate_id", Text),
            ("last_position", Number),
        ],
    },
    FactTable {
        name: "ratings",
        table: Table::Ratings,
        columns: &[
            ("id", Text),
            ("consultation_id", Text),
            ("state", Text),
            ("questionnaire", Text),
            ("questionnaire_version", Number),
            ("channel", Text),
            ("answers", Text),
            ("score", Number),
            ("attributed_to", Text),
            ("requested_at", Time),
            ("rated_at", Time),
            ("revised_at", Time),
            ("revision", Number),
            ("last_position", Number),
        ],
    },
];

/// The table of this name.
pub fn fact_table(name: &str) -> Result<&'static FactTable, Refusal> {
    FACT_TABLES.iter().find(|table| table.name == name).ok_or_else(|| Refusal::UnknownTable {
        name: name.chars().take(64).collect(),
        nearest: nearest(name, FACT_TABLES.iter().map(|table| table.name)),
    })
}

impl FactTable {
    /// The statement for every row in reach of these consultations, or of all, in the order of their ids. Times are in
    /// microseconds, everything else that is no number is text.
    pub fn statement(&self, reach: Reach, of: Option<&Filter>) -> QueryBuilder<Postgres> {
        let columns: Vec<_> = self
            .columns
            .iter()
            .map(|(name, kind)| match kind {
                Text => format!("t.{name}::text"),
                Number => format!("t.{name}::bigint"),
                Time => format!("(extract(epoch from t.{name}) * 1000000)::bigint"),
            })
            .collect();
        let mut sql = QueryBuilder::new(format!(
            "select {} from read.{} t where t.workspace_id = ",
            columns.join(", "),
            self.table.name()
        ));
        sql.push_bind(reach.workspace.uuid());
        let belongs = match self.table {
            Table::Consultations => Belonging::Itself,
            _ => Belonging::Consultation("consultation_id"),
        };
        belongs.restrict(&mut sql, reach.own);
        if let Some(filter) = of {
            sql.push(format_args!(
                " and {} in (select t.id from read.consultation_list t where t.workspace_id = ",
                self.table.consultation()
            ));
            sql.push_bind(reach.workspace.uuid());
            let mut conditions = Conditions::going_on_with(sql);
            filter.restrict(&mut conditions);
            sql = conditions.0;
            sql.push(")");
        }
        sql.push(" order by t.id");
        sql
    }
}
