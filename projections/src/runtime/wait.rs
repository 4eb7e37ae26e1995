//! Read your writes: waiting for projections to show a position.

use std::time::Duration;

use ledgerdesk_domain::stream::Position;
use tokio::time::{Instant, timeout_at};

use super::{error::Stale, pause::Pause, shared::Shared};

/// How often the checkpoint of a projection that another node leads is read.
const POLL: Duration = Duration::from_millis(20);

/// Waits until every one of the projections shows `position`, at most for `timeout`. Before a table was made, it does
/// not even show position 0.
pub(super) async fn wait_for(
    shared: &Shared,
    projections: &[&str],
    position: Position,
    timeout: Duration,
) -> Result<(), Stale> {
    let deadline = Instant::now() + timeout;
    for &name in projections {
        let mut at = None;
        let pause = match timeout_at(deadline, wait_for_one(shared, name, position, &mut at)).await {
            Ok(Ok(())) => continue,
            Ok(Err(pause)) => Some(pause),
            Err(_) => None,
        };
        let at = at.unwrap_or_default();
        return Err(Stale { projection: name.to_owned(), at, wanted: position, pause });
    }
    Ok(())
}

/// Waits for one; ends early where it waits for somebody to act.
async fn wait_for_one(
    shared: &Shared,
    name: &str,
    wanted: Position,
    at: &mut Option<Position>,
) -> Result<(), Pause> {
    let Some(led) = shared.led.get(name) else { return std::future::pending().await };
    let mut led = led.subscribe();
    loop {
        let here = *led.borrow_and_update();
        let mut pause = None;
        match here {
            Some(position) => *at = Some(position),
            // A fault is one more reason to look again; the deadline bounds it.
            None => {
                if let Some((position, paused)) = read_checkpoint(shared, name).await {
                    (*at, pause) = (Some(position), paused);
                }
            }
        }
        if at.is_some_and(|at| at >= wanted) {
            return Ok(());
        }
        if let Some(pause) = pause {
            return Err(pause);
        }
        let changed = led.changed();
        if here.is_some() {
            _ = changed.await;
        } else {
            _ = tokio::time::timeout(POLL, changed).await;
        }
    }
}

async fn read_checkpoint(shared: &Shared, name: &str) -> Option<(Position, Option<Pause>)> {
    let found = sqlx::query_as(
        "select position, status = 'paused', coalesce(code, ''), coalesce(reason, '')
           from ledgerdesk.projections where name = $1 and build = 'live'",
    )
    .bind(name)
    .fetch_optional(&shared.pool)
    .await;
    let (position, paused, code, reason): (i64, bool, String, String) = found.ok().flatten()?;
    Some((Position(position), paused.then_some(Pause { code, reason })))
}
