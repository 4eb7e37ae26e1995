//! The append-only log.

mod cursor;
mod error;

pub use cursor::{Cursor, CursorError};
pub use error::{AppendError, ReadError, StoreError};

use std::sync::Arc;

use ledgerdesk_domain::{
    event::Recorded,
    id::WorkspaceId,
    stream::{Position, StreamId, StreamVersion},
};

/// The log of one database. Cheap to clone.
#[derive(Clone)]
pub struct EventStore {}

/// The end of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// The epoch of this history; an operator raises it after a restore.
    pub epoch: i32,
    /// The position of the last event.
    pub position: Position,
    /// Its hash; zeroes for an empty log.
    pub hash: [u8; 32],
}

/// Consecutive events and the cursor after them.
#[derive(Debug, Clone)]
pub struct LogPage {
    /// The events, in order of position, without a gap.
    pub events: Vec<Arc<Recorded>>,
    /// Where to continue.
    pub cursor: Cursor,
}

impl EventStore {
    /// The head as this node last saw it. Never ahead of the log, at most a wake-up behind.
    pub fn head(&self) -> Head {
        todo!()
    }

    /// The head as the database has it now.
    pub async fn fetch_head(&self) -> Result<Head, ReadError> {
        todo!()
    }

    /// Up to `limit` events after `after`, of every workspace.
    pub async fn read(&self, _after: Position, _limit: usize) -> Result<Vec<Arc<Recorded>>, ReadError> {
        todo!()
    }

    /// Up to `limit` events of one workspace after `after`.
    pub async fn read_workspace(
        &self,
        _workspace: WorkspaceId,
        _after: Position,
        _limit: usize,
    ) -> Result<Vec<Arc<Recorded>>, ReadError> {
        todo!()
    }

    /// Up to `limit` events of one stream after version `after`; none if the stream is another workspace's.
    pub async fn read_stream(
        &self,
        _workspace: WorkspaceId,
        _stream: StreamId,
        _after: StreamVersion,
        _limit: usize,
    ) -> Result<Vec<Recorded>, ReadError> {
        todo!()
    }

    /// The cursor that stands at `position`, with the epoch and hash that the log has there.
    pub async fn cursor_at(&self, _position: Position) -> Result<Cursor, ReadError> {
        todo!()
    }

    /// Follows the log from a cursor: first what is there, then what comes, without a seam.
    pub async fn follow(&self, _after: Cursor) -> Result<Follower, ReadError> {
        todo!()
    }
}

/// A reader's place in the log. Pulls: a slow reader costs nobody anything.
pub struct Follower {}

impl Follower {
    /// The next page, at most `limit` events and at least one; waits until there is one. Cancel safe.
    pub async fn next_page(&mut self, _limit: usize) -> Result<LogPage, ReadError> {
        todo!()
    }

    /// Where the reader stands.
    pub fn cursor(&self) -> Cursor {
        todo!()
    }
}
