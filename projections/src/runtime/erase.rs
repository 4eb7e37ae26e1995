//! What the erasure of a person does to rows that are already there.
//!
//! A rebuild reads the values of an erased person as erased and writes nulls from the start; the live table
//! gets the same nulls at the event that erased the person. So both agree row for row.

use ledgerdesk_domain::{
    client::ClientEvent,
    event::{Event, Recorded},
    id::PersonId,
    manager::ManagerEvent,
};
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use super::{
    fault::Fault,
    kept, load,
    rows::Rows,
    table::{Build, Table},
};

/// The persons whom the event erases, if that is what it does.
pub(super) fn erased_persons(event: &Recorded) -> Option<&[PersonId]> {
    match &event.event {
        Event::Client(ClientEvent::PersonErased(erased)) => Some(&erased.persons),
        Event::Manager(ManagerEvent::ManagerErased(erased)) => Some(&erased.persons),
        _ => None,
    }
}

/// Empties the personal columns of the persons whom the event erases. Everything that was folded up to the
/// event must have been written; rows that the working set holds are read anew. The live table's fold reaches the
/// tables that nobody folds at the moment, too.
pub(super) async fn erase(
    connection: &mut PgConnection,
    table: &Table,
    rows: &mut dyn Rows,
    event: &Recorded,
) -> Result<(), Fault> {
    let (Some(sql), Some(persons)) = (&table.erase_sql, erased_persons(event)) else { return Ok(()) };
    let persons: Vec<Uuid> = persons.iter().map(|person| person.uuid()).collect();
    if table.build == Build::Live {
        kept::erase(&mut *connection, table.definition.name, event.workspace_id.uuid(), &persons).await?;
    }
    let emptied: Vec<Uuid> = sqlx::query_scalar(AssertSqlSafe(sql.as_str()))
        .bind(event.workspace_id.uuid())
        .bind(persons)
        .fetch_all(&mut *connection)
        .await?;
    if table.definition.insert_only {
        return Ok(());
    }
    load::load(connection, table, rows, &emptied).await
}
