//! The last step of a rebuild: exact, in one transaction, in milliseconds.
//!
//! The order of the locks: the checkpoints, as everybody who writes a projection; then the live table, which
//! may have to wait for a long query; the log's head last, so that nobody's append waits for that query.

use std::time::Duration;

use ledgerdesk_infrastructure::event_store::Cursor;
use sqlx::{AssertSqlSafe, PgConnection, Postgres, Transaction, error::DatabaseError};

use super::{
    checkpoint,
    fault::Fault,
    fold::Fold,
    lease::Lease,
    rebuild::{Rebuild, Rebuilt},
    table::{self, Build, Table},
};

/// How often to try again when a query holds the live table.
pub(super) const TRIES: u32 = 20;
/// The pause after the first try; grows with every one.
pub(super) const PAUSE: Duration = Duration::from_millis(500);
/// How long the log may be kept waiting.
const UNDER_THE_HEAD_LOCK: Duration = Duration::from_secs(5);

/// Whether a lock could not be had in time.
pub(super) fn is_lock_timeout(error: &sqlx::Error) -> bool {
    error.as_database_error().and_then(DatabaseError::code).is_some_and(|code| code == "55P03")
}

/// Applies the last events, replaces the live table and its checkpoint, and frees the lead.
pub(super) async fn swap(rebuild: &mut Rebuild<'_>) -> Result<Rebuilt, Fault> {
    let shared = rebuild.shared;
    let mut transaction = shared.pool.begin().await?;
    sqlx::query("select set_config('lock_timeout', '1s', true)").execute(&mut *transaction).await?;
    lock_live(&mut transaction, rebuild.fold.table.definition.version, &rebuild.fold.lease).await?;
    checkpoint::lock(&mut transaction, &rebuild.fold.lease, rebuild.fold.cursor.position).await?;
    // Nobody may forget this commit: the checkpoint, unlike after a page, does not fall back with rows.
    sqlx::query("select set_config('synchronous_commit', 'on', true)").execute(&mut *transaction).await?;
    let live =
        format!("lock table {}.{} in access exclusive mode", Build::Live.schema(), rebuild.fold.lease.name);
    sqlx::raw_sql(AssertSqlSafe(live)).execute(&mut *transaction).await?;
    let swapped = tokio::time::timeout(UNDER_THE_HEAD_LOCK, finish(rebuild, transaction))
        .await
        .map_err(|_| Fault::Database(sqlx::Error::PoolTimedOut))??;
    rebuild.fold.counts.rebuilt();
    Ok(swapped)
}

/// Stops the log, folds the rest, replaces, commits.
async fn finish(
    rebuild: &mut Rebuild<'_>,
    mut transaction: Transaction<'_, Postgres>,
) -> Result<Rebuilt, Fault> {
    sqlx::query("select from ledgerdesk.log_head for update").fetch_all(&mut *transaction).await?;
    let reached = write_the_rest(rebuild, &mut transaction).await?;
    replace(&mut transaction, &rebuild.fold.table).await?;
    let parked = take_over(&mut transaction, &rebuild.fold, reached).await?;
    transaction.commit().await?;
    Ok(Rebuilt { position: reached.position, parked })
}

/// Locks the live checkpoint: whoever leads stops before its next page.
async fn lock_live(connection: &mut PgConnection, version: i32, lease: &Lease) -> Result<(), Fault> {
    let stored: Option<i32> = sqlx::query_scalar(
        "select version from ledgerdesk.projections where name = $1 and build = 'live' for update",
    )
    .bind(lease.name)
    .fetch_optional(connection)
    .await?;
    match stored {
        Some(stored) if stored <= version => Ok(()),
        _ => Err(Fault::Paused("a newer program has rebuilt the projection meanwhile".to_owned())),
    }
}

/// Folds what came since the rebuild caught up. Nothing more can come: the head is locked.
async fn write_the_rest(rebuild: &mut Rebuild<'_>, connection: &mut PgConnection) -> Result<Cursor, Fault> {
    let mut reached = rebuild.reached;
    loop {
        let events = rebuild.shared.log.read(reached.position, rebuild.shared.settings.max_page).await?;
        let Some(last) = events.last() else { return Ok(reached) };
        rebuild.fold.write_events(&mut *connection, &events).await?;
        reached = Fold::cursor_after(last, rebuild.head.epoch);
    }
}

/// Puts the rebuilt table in the place of the live one.
async fn replace(connection: &mut PgConnection, table: &Table) -> Result<(), Fault> {
    let Table { definition, .. } = table;
    table::drop_table(&mut *connection, "previous", definition).await?;
    if definition.personal.is_empty() {
        move_table(&mut *connection, definition.name, Build::Live.schema(), "previous").await?;
    } else {
        // A copy that nobody keeps up to date would outlive the erasure of a person.
        table::drop_table(&mut *connection, Build::Live.schema(), definition).await?;
    }
    move_table(connection, definition.name, Build::Rebuild.schema(), Build::Live.schema()).await
}

async fn move_table(connection: &mut PgConnection, name: &str, from: &str, to: &str) -> Result<(), Fault> {
    let sql = format!("alter table {from}.{name} set schema {to}");
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await?;
    Ok(())
}

/// Moves the checkpoint and what is parked from the rebuild to the live build. The token rises: a leader finds
/// that it lost the lead, and whoever asks next leads the new table.
async fn take_over(connection: &mut PgConnection, fold: &Fold, reached: Cursor) -> Result<i64, Fault> {
    let name = fold.lease.name;
    let parked: i64 = sqlx::query_scalar(
        "with gone as (
             delete from ledgerdesk.parked_events where projection = $1 and build = 'live' returning 1)
         select count(*) from ledgerdesk.parked_events where projection = $1 and build = 'rebuild'",
    )
    .bind(name)
    .fetch_one(&mut *connection)
    .await?;
    sqlx::query(
        "update ledgerdesk.parked_events set build = 'live' where projection = $1 and build = 'rebuild'",
    )
    .bind(name)
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "update ledgerdesk.projections
            set version = $2, epoch = $3, position = $4, hash_prefix = $5, status = 'running', reason = null,
                suspect_to = null, attempts = 0, holder = null, token = token + 1,
                parked_changes = parked_changes + 1, expires_at = clock_timestamp(),
                started_at = clock_timestamp(), updated_at = clock_timestamp()
          where name = $1 and build = 'live'",
    )
    .bind(name)
    .bind(fold.table.definition.version)
    .bind(reached.epoch)
    .bind(reached.position.0)
    .bind(reached.hash_prefix.as_slice())
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "update ledgerdesk.projections set holder = null, expires_at = clock_timestamp()
          where name = $1 and build = 'rebuild'",
    )
    .bind(name)
    .execute(connection)
    .await?;
    Ok(parked)
}
