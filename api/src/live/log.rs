//! The log as a source: every event that is wanted, in order, none twice.

use std::sync::Arc;

use futures_util::{FutureExt as _, future::BoxFuture};
use ledgerdesk_domain::{event::Recorded, stream::Position};
use ledgerdesk_infrastructure::event_store::{EventStore, Follower};

use super::{Item, Source};
use crate::graphql::error::Fault;

/// How many events are taken from the log at a time.
const PAGE: usize = 64;
/// How far a subscriber who had reached the end may fall behind it. Beyond that it is told where to go on: as one
/// who catches up it costs the database reads, and should know that it is one.
const MAX_BEHIND: i64 = 10_000;

/// A follower beside the newest events, and the position that it stands at.
pub(crate) async fn from_now(store: &EventStore) -> Result<(Follower, Position), Fault> {
    let head = store.fetch_head().await?.position;
    let cursor = store.cursor_at(head).await?;
    Ok((store.follow(cursor).await?, head))
}

/// The events of the log that are wanted.
pub(crate) struct LogSource<F> {
    store: EventStore,
    follower: Follower,
    wanted: F,
    /// Whether it has once reached the end.
    was_at_end: bool,
}

impl<F: Fn(&Recorded) -> bool + Send + 'static> LogSource<F> {
    pub(crate) fn new(store: EventStore, follower: Follower, wanted: F) -> Self {
        Self { store, follower, wanted, was_at_end: false }
    }

    async fn page(&mut self) -> Result<Vec<Item>, Fault> {
        loop {
            let before = self.follower.cursor();
            if self.was_at_end && self.store.head().position.0 - before.position.0 > MAX_BEHIND {
                return Err(Fault::TooSlow { cursor: before.encode() });
            }
            let page = self.follower.next_page(PAGE).await?;
            self.was_at_end |= page.cursor.position >= self.store.head().position;
            let wanted: Vec<Item> = page
                .events
                .iter()
                .filter(|event| (self.wanted)(event))
                .map(Arc::clone)
                .map(Item::new)
                .collect();
            if !wanted.is_empty() {
                return Ok(wanted);
            }
        }
    }
}

impl<F: Fn(&Recorded) -> bool + Send + 'static> Source for LogSource<F> {
    fn next(&mut self) -> BoxFuture<'_, Result<Vec<Item>, Fault>> {
        self.page().boxed()
    }

    fn is_state(&self) -> bool {
        false
    }
}
