//! How far a build of a projection is. Moves only in the transaction that writes the rows.

use ledgerdesk_domain::stream::Position;
use ledgerdesk_infrastructure::event_store::Cursor;
use sqlx::{AssertSqlSafe, PgConnection, PgPool};

use super::{
    bounded::bounded,
    fault::Fault,
    lease::{Lease, millis},
};

/// Locks the checkpoint for the rest of the transaction and checks that it is ours to move and where we
/// believe it to be. Answers how often others changed what is parked.
///
/// Everything else that writes a projection locks this row first, too; so there is no second order of locks.
pub(super) async fn lock(
    connection: &mut PgConnection,
    lease: &Lease,
    expected: Position,
) -> Result<i64, Fault> {
    hold(connection, lease, expected, "update").await
}

/// The same for a lane: shared with the other lanes, with nobody else.
pub(super) async fn share(
    connection: &mut PgConnection,
    lease: &Lease,
    expected: Position,
) -> Result<(), Fault> {
    hold(connection, lease, expected, "share").await.map(drop)
}

async fn hold(
    connection: &mut PgConnection,
    lease: &Lease,
    expected: Position,
    strength: &'static str,
) -> Result<i64, Fault> {
    // The commit need not reach the disk: after a crash the checkpoint, and the records of lanes, fall back together
    // with the rows. A transaction whose node has gone silent is ended by the server.
    let row: Option<(i64, i64, String, String)> = sqlx::query_as(AssertSqlSafe(format!(
        "select position, parked_changes, set_config('synchronous_commit', 'off', true),
                set_config('idle_in_transaction_session_timeout', '30s', true)
           from ledgerdesk.projections
          where name = $1 and build = $2 and token = $3
            for {strength}"
    )))
    .bind(lease.name)
    .bind(lease.build.as_str())
    .bind(lease.token)
    .fetch_optional(connection)
    .await?;
    match row {
        Some((position, parked_changes, ..)) if position == expected.0 => Ok(parked_changes),
        _ => Err(Fault::Fenced),
    }
}

/// Moves the checkpoint, and prolongs the lease by the way.
pub(super) async fn advance(
    connection: &mut PgConnection,
    lease: &Lease,
    expected: Position,
    to: Cursor,
) -> Result<(), Fault> {
    let moved = sqlx::query(
        "update ledgerdesk.projections
            set epoch = $5, position = $6, hash_prefix = $7, status = 'running', reason = null, code = null,
                suspect_to = null, attempts = 0, updated_at = clock_timestamp(),
                expires_at = clock_timestamp() + $8 * interval '1 millisecond'
          where name = $1 and build = $2 and token = $3 and position = $4",
    )
    .bind(lease.name)
    .bind(lease.build.as_str())
    .bind(lease.token)
    .bind(expected.0)
    .bind(to.epoch)
    .bind(to.position.0)
    .bind(to.hash_prefix.as_slice())
    .bind(millis(lease.ttl))
    .execute(connection)
    .await?;
    if moved.rows_affected() == 1 { Ok(()) } else { Err(Fault::Fenced) }
}

/// Counts an attempt on the events from the checkpoint to `suspect_to`, before it is made: an event that ends
/// the process is counted, too. Answers the count with this one.
pub(super) async fn count_attempt(pool: &PgPool, lease: &Lease, suspect_to: Position) -> Result<i32, Fault> {
    let counting = sqlx::query_as(
        "update ledgerdesk.projections
            set attempts = case when suspect_to = $4 then attempts + 1 else 1 end, suspect_to = $4,
                expires_at = clock_timestamp() + $5 * interval '1 millisecond'
          where name = $1 and build = $2 and token = $3
         returning attempts",
    )
    .bind(lease.name)
    .bind(lease.build.as_str())
    .bind(lease.token)
    .bind(suspect_to.0)
    .bind(millis(lease.ttl));
    let row: Option<(i32,)> = bounded(lease.ttl, counting.fetch_optional(pool)).await?;
    row.map(|(attempts,)| attempts).ok_or(Fault::Fenced)
}

/// Takes back an attempt that ended for a reason that lies in none of its events.
pub(super) async fn take_back_attempt(
    pool: &PgPool,
    lease: &Lease,
    suspect_to: Position,
) -> Result<(), Fault> {
    let taking_back = sqlx::query(
        "update ledgerdesk.projections
            set attempts = attempts - 1, suspect_to = case when attempts > 1 then suspect_to end
          where name = $1 and build = $2 and token = $3 and suspect_to = $4 and attempts > 0",
    )
    .bind(lease.name)
    .bind(lease.build.as_str())
    .bind(lease.token)
    .bind(suspect_to.0);
    bounded(lease.ttl, taking_back.execute(pool)).await?;
    Ok(())
}
