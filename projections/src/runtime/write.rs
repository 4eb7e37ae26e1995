//! Rows from the working set into the table, in bulk.
//!
//! Many new rows go by COPY, the fastest way into a table; the changed ones, and few new ones, by one statement.

use sqlx::{AssertSqlSafe, PgConnection};

use super::{
    binary::{HEADER, Layout, TRAILER, Unwritable},
    fault::Fault,
    rows::{Changes, Rows},
    table::Table,
    upsert,
};

/// Rows that are serialised at once: bounds the memory of a write, whatever the page.
const CHUNK: usize = 5_000;

/// From here on COPY is faster for rows that the table does not have.
const COPY_FROM: usize = 32;

/// Rows that are copied at once: few enough to fit the socket's buffer, so that the server takes them in while
/// the next ones are being written here.
const AT_ONCE: usize = 400;

/// Writes everything that differs from the table. Answers how many rows that were.
pub(super) async fn write(
    connection: &mut PgConnection,
    table: &Table,
    rows: &mut dyn Rows,
) -> Result<usize, Fault> {
    let mut written = 0;
    loop {
        let changes = match &table.layout {
            Some(layout) if rows.count_new() >= COPY_FROM => copy(connection, table, layout, rows).await?,
            _ => rows.take_changes(CHUNK, None).map_err(|why| unwritable(table, why))?,
        };
        let Some(changes) = changes else { return Ok(written) };
        written += changes.copied.count + changes.upserted.len() + changes.gone.len();
        if !changes.gone.is_empty() {
            sqlx::query(AssertSqlSafe(table.delete_sql.as_str()))
                .bind(&changes.gone)
                .execute(&mut *connection)
                .await?;
        }
        upsert::upsert(&mut *connection, table, &changes.upserted).await?;
    }
}

/// Copies new rows, none of which may be in the table, until they end or many others have come up among them;
/// answers with those, which are still to be written.
async fn copy(
    connection: &mut PgConnection,
    table: &Table,
    layout: &Layout,
    rows: &mut dyn Rows,
) -> Result<Option<Changes>, Fault> {
    let mut copy = connection.copy_in_raw(&table.copy_sql).await?;
    copy.send(HEADER).await?;
    let mut others: Option<Changes> = None;
    loop {
        let changes = match rows.take_changes(AT_ONCE, Some(layout)) {
            Ok(Some(changes)) => changes,
            Ok(None) => break,
            Err(why) => {
                copy.abort("a row does not fit the table").await?;
                return Err(unwritable(table, why));
            }
        };
        if !changes.copied.bytes.is_empty() {
            copy.send(changes.copied.bytes.as_slice()).await?;
        }
        let others = others.get_or_insert_default();
        others.copied.count += changes.copied.count;
        others.upserted.extend(changes.upserted);
        others.gone.extend(changes.gone);
        if others.upserted.len() + others.gone.len() >= CHUNK {
            break;
        }
    }
    copy.send(TRAILER).await?;
    copy.finish().await?;
    Ok(others)
}

fn unwritable(table: &Table, why: Unwritable) -> Fault {
    match why {
        Unwritable::Misfit(column) => table.misfit_in(column),
        // A row that has no JSON form comes from a value in the event.
        Unwritable::Value(error) => {
            Fault::Poison(format!("the row cannot be serialised ({:?})", error.classify()))
        }
    }
}
