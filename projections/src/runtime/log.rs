//! The runtime's view of the log: the event store, or in tests a log in memory.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use ledgerdesk_domain::{event::Recorded, stream::Position};
use ledgerdesk_infrastructure::event_store::{Cursor, EventStore, Follower, Head, LogPage, ReadError};

/// A log to read from.
pub(super) trait Log: Send + Sync + 'static {
    /// The head as the database has it now.
    fn fetch_head(&self) -> BoxFuture<'_, Result<Head, ReadError>>;

    /// Up to `limit` events after `after`.
    fn read(&self, after: Position, limit: usize) -> BoxFuture<'_, Result<Vec<Arc<Recorded>>, ReadError>>;

    /// The same, for those who read the same stretch at about the same time; may answer with fewer of them.
    fn read_together(
        &self,
        after: Position,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<Arc<Recorded>>, ReadError>> {
        self.read(after, limit)
    }

    /// Whether a load is going on: far more than the log holds comes at once.
    fn is_loading(&self) -> BoxFuture<'_, Result<bool, ReadError>>;

    /// Follows the log from a cursor.
    fn follow(&self, after: Cursor) -> BoxFuture<'_, Result<Box<dyn Pages>, ReadError>>;
}

/// A place in the log that moves. Cancel safe.
pub(super) trait Pages: Send {
    /// See [`Follower::next_page`].
    fn next_page(&mut self, limit: usize) -> BoxFuture<'_, Result<LogPage, ReadError>>;
}

impl Log for EventStore {
    fn fetch_head(&self) -> BoxFuture<'_, Result<Head, ReadError>> {
        Box::pin(Self::fetch_head(self))
    }

    fn read(&self, after: Position, limit: usize) -> BoxFuture<'_, Result<Vec<Arc<Recorded>>, ReadError>> {
        Box::pin(Self::read(self, after, limit))
    }

    fn read_together(
        &self,
        after: Position,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<Arc<Recorded>>, ReadError>> {
        Box::pin(Self::read_together(self, after, limit))
    }

    fn is_loading(&self) -> BoxFuture<'_, Result<bool, ReadError>> {
        Box::pin(Self::is_loading(self))
    }

    fn follow(&self, after: Cursor) -> BoxFuture<'_, Result<Box<dyn Pages>, ReadError>> {
        Box::pin(async move { Ok(Box::new(Self::follow(self, after).await?) as Box<dyn Pages>) })
    }
}

impl Pages for Follower {
    fn next_page(&mut self, limit: usize) -> BoxFuture<'_, Result<LogPage, ReadError>> {
        Box::pin(Self::next_page(self, limit))
    }
}
