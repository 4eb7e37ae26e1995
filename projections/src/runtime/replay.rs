//! Parked events applied again, in order, after what stood in their way is gone.

use std::{collections::HashSet, sync::Arc};

use ledgerdesk_domain::{event::Recorded, stream::Position};
use ledgerdesk_infrastructure::event_store::Cursor;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    fault::Fault, fold::Fold, lease::Lease, pause::Pause, registered::Registered, shared::Shared,
    table::Build,
};

/// What a replay did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Replayed {
    /// Events that are applied now.
    pub applied: i64,
    /// Events that are still parked: the first of their row failed again.
    pub still_parked: i64,
}

/// Replays every parked key: its events in their order, each in a transaction of its own beside the leader.
/// A key whose event fails again stays parked from that event on.
pub(super) async fn replay(shared: &Shared, projection: &Arc<dyn Registered>) -> Result<Replayed, Fault> {
    let definition = projection.definition();
    // The transactions are ordered with the leader's by the lock on its checkpoint, not by a lease.
    let lease = Lease { name: definition.name, build: Build::Live, token: 0, ttl: shared.settings.lease };
    let counts = shared.metrics.counts(definition.name);
    let mut fold = Fold::open(&shared.pool, Arc::clone(projection), lease, Cursor::START, counts).await?;
    let mut done = Replayed::default();
    let mut failed = HashSet::new();
    loop {
        if shared.shutdown.is_cancelled() {
            return Err(Fault::Stopping);
        }
        match replay_next(shared, &mut fold, &failed).await? {
            Next::Applied => done.applied += 1,
            Next::Failed(key) => _ = failed.insert(key),
            Next::Nothing => break,
        }
    }
    done.still_parked = sqlx::query_scalar(
        "select count(*) from ledgerdesk.parked_events where projection = $1 and build = 'live'",
    )
    .bind(definition.name)
    .fetch_one(&shared.pool)
    .await?;
    Ok(done)
}

enum Next {
    Applied,
    Failed(Uuid),
    Nothing,
}

/// Replays the first event of all that are parked, except for keys that failed.
async fn replay_next(shared: &Shared, fold: &mut Fold, failed: &HashSet<Uuid>) -> Result<Next, Fault> {
    let name = fold.lease.name;
    let mut transaction = shared.pool.begin().await?;
    lock_live(&mut transaction, fold).await?;
    let first: Option<(Uuid, i64)> = sqlx::query_as(
        "select key, position from ledgerdesk.parked_events
          where projection = $1 and build = 'live' and key <> all($2)
          order by position, key limit 1",
    )
    .bind(name)
    .bind(failed.iter().copied().collect::<Vec<_>>())
    .fetch_optional(&mut *transaction)
    .await?;
    let Some((key, position)) = first else { return Ok(Next::Nothing) };
    let event = read_one(shared, Position(position)).await?;
    // Nothing is parked from the fold's point of view: this is the event that was.
    let next = match fold.apply_key(&mut transaction, &event, key).await {
        Ok(()) => {
            forget(&mut transaction, name, key, position).await?;
            Next::Applied
        }
        Err(Fault::Poison(reason)) => {
            count_failure(&mut transaction, name, (key, position), &reason).await?;
            Next::Failed(key)
        }
        Err(fault) => return Err(fault),
    };
    transaction.commit().await?;
    Ok(next)
}

/// Takes turns with the leader, and only on a table that this program understands.
async fn lock_live(connection: &mut PgConnection, fold: &Fold) -> Result<(), Fault> {
    let version: Option<i32> = sqlx::query_scalar(
        "select version from ledgerdesk.projections where name = $1 and build = 'live' for update",
    )
    .bind(fold.lease.name)
    .fetch_optional(connection)
    .await?;
    if version == Some(fold.table.definition.version) {
        Ok(())
    } else {
        Err(Fault::Paused(Pause::misfit("the table is of another version than this program; rebuild first")))
    }
}

async fn read_one(shared: &Shared, position: Position) -> Result<Arc<Recorded>, Fault> {
    let events = shared.log.read(Position(position.0 - 1), 1).await?;
    events.into_iter().find(|event| event.position == position).ok_or_else(|| {
        Fault::Paused(Pause::misfit(format!("the log has no event at position {position} any more")))
    })
}

/// The leader reads the parked keys again, since the count of changes rises.
async fn forget(connection: &mut PgConnection, name: &str, key: Uuid, position: i64) -> Result<(), Fault> {
    sqlx::query(
        "with gone as (
             delete from ledgerdesk.parked_events
              where projection = $1 and build = 'live' and key = $2 and position = $3)
         update ledgerdesk.projections set parked_changes = parked_changes + 1
          where name = $1 and build = 'live'",
    )
    .bind(name)
    .bind(key)
    .bind(position)
    .execute(connection)
    .await?;
    Ok(())
}

async fn count_failure(
    connection: &mut PgConnection,
    name: &str,
    (key, position): (Uuid, i64),
    reason: &str,
) -> Result<(), Fault> {
    sqlx::query(
        "update ledgerdesk.parked_events set attempts = attempts + 1, error = $4
          where projection = $1 and build = 'live' and key = $2 and position = $3",
    )
    .bind(name)
    .bind(key)
    .bind(position)
    .bind(reason)
    .execute(connection)
    .await?;
    Ok(())
}
