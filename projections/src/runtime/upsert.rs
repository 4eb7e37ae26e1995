//! Changed rows by one statement, whatever their number: an array of texts for each column.

use std::borrow::Cow;

use sqlx::{AssertSqlSafe, PgConnection};

use super::{cells, fault::Fault, table::Table};

/// Writes rows, each a JSON object, over those that are there.
pub(super) async fn upsert(
    connection: &mut PgConnection,
    table: &Table,
    rows: &[String],
) -> Result<(), Fault> {
    if rows.is_empty() {
        return Ok(());
    }
    let columns = transpose(table, rows).map_err(|error| table.misfit(&error))?;
    let mut statement = sqlx::query(AssertSqlSafe(table.upsert_sql.as_str()));
    for column in columns {
        statement = statement.bind(column);
    }
    statement.execute(connection).await?;
    Ok(())
}

type ColumnTexts<'a> = Vec<Option<Cow<'a, str>>>;

fn transpose<'a>(table: &'a Table, rows: &'a [String]) -> Result<Vec<ColumnTexts<'a>>, serde_json::Error> {
    let mut columns: Vec<ColumnTexts<'a>> = Vec::new();
    columns.resize_with(table.columns.len(), || Vec::with_capacity(rows.len()));
    for row in rows {
        for (column, text) in columns.iter_mut().zip(cells::texts(row, &table.columns)?) {
            column.push(text?);
        }
    }
    Ok(columns)
}
