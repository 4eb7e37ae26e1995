//! The end of the log as the API shows it.

use async_graphql::SimpleObject;
use ledgerdesk_infrastructure::event_store::{Cursor, Head};

use super::position::Position;

/// The end of the log.
#[derive(SimpleObject)]
pub struct LogHead {
    /// The position of the last event; 0 for an empty log.
    position: Position,
    /// The history's epoch; an operator raises it after a restore to an earlier point in time.
    epoch: i32,
    /// Resumes after the last event: pass it as `after` to the query or the subscription `events`.
    cursor: String,
}

impl From<Head> for LogHead {
    fn from(head: Head) -> Self {
        let mut hash_prefix = [0; 8];
        hash_prefix.copy_from_slice(&head.hash[..8]);
        let cursor = Cursor { epoch: head.epoch, position: head.position, hash_prefix };
        Self { position: head.position.into(), epoch: head.epoch, cursor: cursor.encode() }
    }
}
