//! Rows from the table into the working set.

use std::collections::HashMap;

use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use super::{fault::Fault, pause::Pause, rows::Rows, table::Table};

/// Admits the rows of these keys, in one statement.
pub(super) async fn load(
    connection: &mut PgConnection,
    table: &Table,
    rows: &mut dyn Rows,
    keys: &[Uuid],
) -> Result<(), Fault> {
    if keys.is_empty() {
        return Ok(());
    }
    let found: HashMap<Uuid, String> = sqlx::query_as(AssertSqlSafe(table.load_sql.as_str()))
        .bind(keys)
        .fetch_all(connection)
        .await?
        .into_iter()
        .collect();
    for &key in keys {
        rows.admit(key, found.get(&key).map(String::as_str)).map_err(|error| {
            Fault::Paused(Pause::misfit(format!(
                "a row of {} does not fit this program ({}); rebuild the projection",
                table.definition.name,
                // Its text would quote the value.
                match error.classify() {
                    serde_json::error::Category::Data => "a column has another type",
                    _ => "it is not the expected JSON",
                }
            )))
        })?;
    }
    Ok(())
}
