//! Read your writes: waiting for projections to show a position.

use std::time::Duration;

use ledgerdesk_domain::stream::Position;
use tokio::time::{Instant, timeout_at};

use super::{error::Stale, shared::Shared};

/// How often the checkpoint of a projection that another node leads is read.
const POLL: Duration = Duration::from_millis(20);

/// Waits until every one of the projections shows `position`, at most for `timeout`.
pub(super) async fn wait_for(
    shared: &Shared,
    projections: &[&str],
    position: Position,
    timeout: Duration,
) -> Result<(), Stale> {
    let deadline = Instant::now() + timeout;
    for &name in projections {
        let mut at = Position::START;
        if timeout_at(deadline, wait_for_one(shared, name, position, &mut at)).await.is_err() {
            return Err(Stale { projection: name.to_owned(), at, wanted: position });
        }
    }
    Ok(())
}

async fn wait_for_one(shared: &Shared, name: &str, wanted: Position, at: &mut Position) {
    let Some(led) = shared.led.get(name) else { return std::future::pending().await };
    let mut led = led.subscribe();
    loop {
        let here = *led.borrow_and_update();
        match here {
            Some(position) => *at = position,
            // A fault is one more reason to look again; the deadline bounds it.
            None => *at = read_checkpoint(shared, name).await.unwrap_or(*at),
        }
        if *at >= wanted {
            return;
        }
        let changed = led.changed();
        if here.is_some() {
            _ = changed.await;
        } else {
            _ = tokio::time::timeout(POLL, changed).await;
        }
    }
}

async fn read_checkpoint(shared: &Shared, name: &str) -> Option<Position> {
    let position: Result<Option<i64>, sqlx::Error> =
        sqlx::query_scalar("select position from ledgerdesk.projections where name = $1 and build = 'live'")
            .bind(name)
            .fetch_optional(&shared.pool)
            .await;
    position.ok().flatten().map(Position)
}
