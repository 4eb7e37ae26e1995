//! What becomes of the statements of somebody who leaves before they are answered.
//!
//! A statement whose future is dropped runs on at the server, and its connection stays with it until it is done. So
//! whoever leaves says so here, and for a moment every connection that is given back is asked whether it is free: one
//! that is not is closed. The server looks every quarter of a second whether the client of a statement is still there
//! (`client_connection_check_interval`), and ends one that nobody waits for. No statement is ever cancelled by name: the
//! connection that is closed has no other.

use std::{
    pin::Pin,
    sync::{
        LazyLock,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::{Duration, Instant},
};

use futures_util::{FutureExt as _, future::BoxFuture};

/// How long after somebody left connections that are given back are asked.
const LATELY: Duration = Duration::from_secs(2);

/// When this program began to count.
static BEGAN: LazyLock<Instant> = LazyLock::new(Instant::now);
/// When somebody last left, in milliseconds since then, from 1; 0 if nobody ever did.
static LEFT: AtomicU64 = AtomicU64::new(0);

fn now() -> u64 {
    u64::try_from(BEGAN.elapsed().as_millis()).unwrap_or(u64::MAX).saturating_add(1)
}

/// Whether somebody left a moment ago.
pub(super) fn somebody_left() -> bool {
    let left = LEFT.load(Ordering::Acquire);
    left != 0 && u128::from(now().saturating_sub(left)) <= LATELY.as_millis()
}

/// Work for somebody who may leave: dropped before it is done, its statements are given up.
pub struct Watched<T> {
    // Dropped first: it is told before the connections of the work come back.
    watch: Watch,
    work: BoxFuture<'static, T>,
}

struct Watch {
    is_done: bool,
}

impl Drop for Watch {
    fn drop(&mut self) {
        if !self.is_done {
            LEFT.fetch_max(now(), Ordering::Release);
        }
    }
}

/// Watches work for somebody who may leave.
pub fn watched<T>(work: BoxFuture<'static, T>) -> Watched<T> {
    Watched { watch: Watch { is_done: false }, work }
}

impl<T> Future for Watched<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        let answer = self.work.poll_unpin(cx);
        self.watch.is_done = answer.is_ready();
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_leaves_says_so_and_who_stays_does_not() {
        assert_eq!(watched(async { 7 }.boxed()).await, 7);
        assert!(!somebody_left());
        let mut waits = watched(std::future::pending::<()>().boxed());
        assert!(futures_util::poll!(&mut waits).is_pending());
        assert!(!somebody_left());
        drop(waits);
        assert!(somebody_left());
    }
}
