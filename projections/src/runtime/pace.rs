//! Rebuilds that run at the same time keep together, so that each stretch of the log is read and decoded once
//! for all of them.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use ledgerdesk_domain::stream::Position;
use tokio::sync::Notify;

/// How far one may run ahead of the slowest: the store keeps what was read last for about three times as long.
const AHEAD: i64 = 5_000;
/// How long one waits for a slowest that does not move: one that is held up holds nobody up for good.
const PATIENCE: Duration = Duration::from_secs(1);

/// Where the rebuilds of a node are.
#[derive(Debug, Default)]
pub(super) struct Pace {
    places: Mutex<HashMap<&'static str, i64>>,
    moved: Notify,
}

impl Pace {
    /// Says where the rebuild of this name is and waits until it is not too far ahead. Answers whether it is its turn;
    /// if not, the others come nearer, however far behind they are, and it should ask again.
    pub(super) async fn keep(&self, name: &'static str, position: Position) -> bool {
        self.places().insert(name, position.0);
        self.moved.notify_waiters();
        let slowest = self.slowest();
        let together = async {
            loop {
                let moved = self.moved.notified();
                tokio::pin!(moved);
                moved.as_mut().enable();
                if self.slowest() + AHEAD >= position.0 {
                    return;
                }
                moved.await;
            }
        };
        tokio::time::timeout(PATIENCE, together).await.is_ok() || self.slowest() == slowest
    }

    /// Nobody waits for this one any longer.
    pub(super) fn leave(&self, name: &'static str) {
        self.places().remove(name);
        self.moved.notify_waiters();
    }

    fn slowest(&self) -> i64 {
        self.places().values().copied().min().unwrap_or(i64::MAX - AHEAD)
    }

    fn places(&self) -> MutexGuard<'_, HashMap<&'static str, i64>> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, time::Instant};

    use super::*;

    #[tokio::test]
    async fn the_fast_one_waits_for_the_slow_one_as_long_as_that_moves() {
        let pace = Arc::new(Pace::default());
        let run = |name, position| {
            let pace = Arc::clone(&pace);
            async move { pace.keep(name, Position(position)).await }
        };
        assert!(run("slow", 0).await);
        assert!(run("fast", AHEAD).await);

        let fast = tokio::spawn(run("fast", AHEAD + 1));
        tokio::task::yield_now().await;
        assert!(!fast.is_finished());
        assert!(run("slow", 1).await);
        assert!(fast.await.unwrap());

        let began = Instant::now();
        assert!(run("fast", 10 * AHEAD).await, "held up, but not for good");
        assert!(began.elapsed() >= PATIENCE);

        let fast = tokio::spawn(run("fast", 10 * AHEAD));
        tokio::task::yield_now().await;
        assert!(run("slow", 2).await);
        assert!(!fast.await.unwrap(), "it comes nearer");
        pace.leave("slow");
        assert!(run("fast", 10 * AHEAD).await);
    }
}
