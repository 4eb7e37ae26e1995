//! Rebuilds that run at the same time keep together, so that each stretch of the log is read and decoded once
//! for all of them.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use ledgerdesk_domain::stream::Position;
use tokio::sync::Notify;

/// How far one may run ahead of the slowest: the store keeps what was read last for a little longer.
const AHEAD: i64 = 10_000;
/// How long the others wait for a slowest that does not move. One that is held up longer holds nobody up until it moves
/// again.
const PATIENCE: Duration = Duration::from_secs(4);

/// Where the rebuilds of a node are.
#[derive(Debug)]
pub(super) struct Pace {
    places: Mutex<HashMap<&'static str, Place>>,
    moved: Notify,
    patience: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self { places: Mutex::default(), moved: Notify::new(), patience: PATIENCE }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    position: i64,
    is_held_up: bool,
}

impl Pace {
    /// Says where the rebuild of this name is and waits until it is not too far ahead. Answers whether it is its turn;
    /// if not, the others come nearer, however far behind they are, and it should ask again.
    pub(super) async fn keep(&self, name: &'static str, position: Position) -> bool {
        self.places().insert(name, Place { position: position.0, is_held_up: false });
        self.moved.notify_waiters();
        let slowest = self.slowest();
        let together = async {
            loop {
                let moved = self.moved.notified();
                tokio::pin!(moved);
                moved.as_mut().enable();
                if self.is_near(position) {
                    return;
                }
                moved.await;
            }
        };
        if tokio::time::timeout(self.patience, together).await.is_ok() {
            return true;
        }
        if let Some((name, place)) = slowest
            && let Some(now) = self.places().get_mut(name)
            && *now == place
        {
            now.is_held_up = true;
        }
        self.is_near(position)
    }

    fn is_near(&self, position: Position) -> bool {
        self.slowest().is_none_or(|(_, slowest)| slowest.position + AHEAD >= position.0)
    }

    /// Nobody waits for this one any longer.
    pub(super) fn leave(&self, name: &'static str) {
        self.places().remove(name);
        self.moved.notify_waiters();
    }

    /// The slowest of those that move.
    fn slowest(&self) -> Option<(&'static str, Place)> {
        let places = self.places();
        let moving = places.iter().filter(|(_, place)| !place.is_held_up);
        moving.min_by_key(|(_, place)| place.position).map(|(name, place)| (*name, *place))
    }

    fn places(&self) -> MutexGuard<'_, HashMap<&'static str, Place>> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, time::Instant};

    use super::*;

    #[tokio::test]
    async fn the_fast_one_waits_for_the_slow_one_as_long_as_that_moves() {
        let patience = Duration::from_secs(1);
        let pace = Arc::new(Pace { patience, ..Pace::default() });
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
        assert!(began.elapsed() >= patience);
        let began = Instant::now();
        assert!(run("fast", 11 * AHEAD).await);
        assert!(began.elapsed() < patience, "nobody waits again for one that does not move");

        assert!(run("slow", 2).await, "it moves again");
        let fast = tokio::spawn(run("fast", 10 * AHEAD));
        tokio::task::yield_now().await;
        assert!(run("slow", 3).await);
        assert!(!fast.await.unwrap(), "it comes nearer");
        pace.leave("slow");
        assert!(run("fast", 10 * AHEAD).await);
    }
}
