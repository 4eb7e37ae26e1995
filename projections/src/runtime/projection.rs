//! What a read model is.

use ledgerdesk_domain::event::Recorded;
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

use super::left::Left;

/// What the runtime must know of a read model's table. All names are plain SQL identifiers.
#[derive(Debug, Clone, Copy)]
pub struct Definition {
    /// The permanent name: of the projection and of its table.
    pub name: &'static str,
    /// Raised when the fold or the table changes: the runtime rebuilds beside the live one and swaps.
    pub version: i32,
    /// `CREATE TABLE {schema}.name (…)` and its indexes; `{schema}` is replaced by the runtime, so that the
    /// same statements make the live table and the one that is rebuilt beside it. Statements end in `;`.
    /// Every table has a column `workspace_id uuid not null`. Further columns may only be generated ones.
    pub table_sql: &'static str,
    /// Every column, in the order of the table. Each is a field of the row's serde form under the same name.
    pub columns: &'static [&'static str],
    /// The primary key: one uuid column.
    pub key_column: &'static str,
    /// The columns that hold personal data, all nullable. Where there are any, the table has a column
    /// `person_id uuid`, indexed: the person whose erasure empties them.
    pub personal: &'static [&'static str],
    /// Each event makes new rows and never changes one (a timeline): nothing need be loaded.
    pub insert_only: bool,
}

/// A read model: a pure function over rows.
///
/// The runtime asks which keys an event touches, loads those rows for a whole page in one statement, folds in
/// memory, and writes back in bulk in the transaction that moves the checkpoint. The live path and a rebuild
/// run the same code, and a test needs no database.
pub trait Projection: Send + Sync + 'static {
    /// A row. Its serde form has exactly [`Definition::columns`] as fields; arrays and objects go to `jsonb`
    /// columns, times are `DateTime<Utc>` for `timestamptz`.
    type Row: Serialize + DeserializeOwned + Clone + PartialEq + std::fmt::Debug + Send + Sync + 'static;

    /// The table.
    fn definition(&self) -> &'static Definition;

    /// Adds to `keys` the rows that the event touches; adds nothing for an event that is of no interest.
    fn keys(&self, event: &Recorded, keys: &mut Vec<Uuid>);

    /// The row after the event; `None` removes it or leaves it away.
    fn apply(&self, row: Option<Self::Row>, key: Uuid, event: &Recorded) -> Option<Self::Row>;

    /// The same for a read model that keeps what a row was: rows that are left behind go to `left`, under keys that
    /// follow from the row and the event. This is what the runtime calls. A read model whose events only add rows
    /// ([`Definition::insert_only`]) leaves none.
    fn apply_leaving(
        &self,
        row: Option<Self::Row>,
        key: Uuid,
        event: &Recorded,
        left: &mut Left<Self::Row>,
    ) -> Option<Self::Row> {
        _ = left;
        self.apply(row, key, event)
    }

    /// Fills in what follows from the rest of the row, after all events of a page that touch it: for what would cost
    /// too much after each of them. [`Projection::apply`] reads nothing of it. Rows that are only added or left behind
    /// do without.
    fn complete(&self, row: &mut Self::Row) {
        _ = row;
    }
}
