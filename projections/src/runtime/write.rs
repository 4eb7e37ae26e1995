//! Rows from the working set into the table, in bulk.

use sqlx::{AssertSqlSafe, PgConnection};

use super::{copy, fault::Fault, rows::Rows, table::Table, upsert};

/// Rows that are serialised at once: bounds the memory of a write, whatever the page.
const CHUNK: usize = 5_000;

/// From here on COPY is faster for rows that the table does not have.
const COPY_FROM: usize = 32;

/// Writes everything that differs from the table. Answers how many rows that were.
pub(super) async fn write(
    connection: &mut PgConnection,
    table: &Table,
    rows: &mut dyn Rows,
) -> Result<usize, Fault> {
    let mut written = 0;
    while let Some(mut changes) = rows.take_changes(CHUNK).map_err(|error| {
        // A row that has no JSON form comes from a value in the event.
        Fault::Poison(format!("the row cannot be serialised ({:?})", error.classify()))
    })? {
        written += changes.new.len() + changes.changed.len() + changes.gone.len();
        if !changes.gone.is_empty() {
            sqlx::query(AssertSqlSafe(table.delete_sql.as_str()))
                .bind(&changes.gone)
                .execute(&mut *connection)
                .await?;
        }
        if changes.new.len() >= COPY_FROM {
            copy::copy_in(&mut *connection, table, &changes.new).await?;
        } else {
            changes.changed.append(&mut changes.new);
        }
        upsert::upsert(&mut *connection, table, &changes.changed).await?;
    }
    Ok(written)
}
