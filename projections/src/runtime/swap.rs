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
    pause::Pause,
    rebuild::{Rebuild, Rebuilt},
    replace::{self, Live},
    table::Build,
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
    let live = lock_live(&mut transaction, &rebuild.fold).await?;
    checkpoint::lock(&mut transaction, &rebuild.fold.lease, rebuild.fold.cursor.position).await?;
    // Nobody may forget this commit: the checkpoint, unlike after a page, does not fall back with rows.
    // And a node that falls silent under the head lock must not keep it.
    sqlx::query(
        "select set_config('synchronous_commit', 'on', true),
                set_config('idle_in_transaction_session_timeout', '6s', true)",
    )
    .execute(&mut *transaction)
    .await?;
    let lock =
        format!("lock table {}.{} in access exclusive mode", Build::Live.schema(), rebuild.fold.lease.name);
    sqlx::raw_sql(AssertSqlSafe(lock)).execute(&mut *transaction).await?;
    let swapped = tokio::time::timeout(UNDER_THE_HEAD_LOCK, finish(rebuild, &live, transaction))
        .await
        .map_err(|_| Fault::Database(sqlx::Error::PoolTimedOut))??;
    if rebuild.fold.lease.build == Build::Rebuild {
        rebuild.fold.counts.rebuilt();
    }
    Ok(swapped)
}

/// Stops the log, folds the rest, replaces, commits.
async fn finish(
    rebuild: &mut Rebuild<'_>,
    live: &Live,
    mut transaction: Transaction<'_, Postgres>,
) -> Result<Rebuilt, Fault> {
    sqlx::query("select from ledgerdesk.log_head for update").fetch_all(&mut *transaction).await?;
    let reached = write_the_rest(rebuild, &mut transaction).await?;
    let kept = replace::tables(&mut transaction, &rebuild.fold.table, live).await?;
    let parked = replace::checkpoints(&mut transaction, &rebuild.fold, reached, kept.then_some(live)).await?;
    transaction.commit().await?;
    Ok(Rebuilt { position: reached.position, parked, began: rebuild.began })
}

/// Locks the live checkpoint: whoever leads stops before its next page.
async fn lock_live(connection: &mut PgConnection, fold: &Fold) -> Result<Live, Fault> {
    let live: Option<Live> = sqlx::query_as(
        "select version, epoch, position, hash_prefix, personal from ledgerdesk.projections
          where name = $1 and build = 'live' for update",
    )
    .bind(fold.lease.name)
    .fetch_optional(connection)
    .await?;
    let known = fold.table.definition.version;
    match live {
        // Going back to an older version is what a switch is for.
        Some(live) if live.version <= known || fold.lease.build == Build::Previous => Ok(live),
        _ => Err(Fault::Paused(Pause::newer_program("a newer program has rebuilt the projection meanwhile"))),
    }
}

/// Folds what came since the rebuild caught up. Nothing more can come: the head is locked.
async fn write_the_rest(rebuild: &mut Rebuild<'_>, connection: &mut PgConnection) -> Result<Cursor, Fault> {
    let mut reached = rebuild.reached;
    loop {
        let events = rebuild.shared.log.read(reached.position, rebuild.shared.settings.max_page).await?;
        let Some(last) = events.last() else { return Ok(reached) };
        rebuild.fold.write_events(&mut *connection, &events).await?;
        reached = Cursor::after_event(rebuild.head.epoch, last);
    }
}
