//! Why a command was not executed.

use ledgerdesk_domain::decider::Rejection;

use crate::event_store::{AppendError, ReadError, StoreError};

/// Why a command was not executed. Nothing was written, except for [`AppendError::InDoubt`].
#[derive(Debug, thiserror::Error)]
pub enum CommandError<R: Rejection> {
    /// The rules refuse it.
    #[error(transparent)]
    Rejected(R),
    /// The log refused it.
    #[error(transparent)]
    Append(AppendError),
    /// The log could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl<R: Rejection> From<AppendError> for CommandError<R> {
    fn from(error: AppendError) -> Self {
        Self::Append(error)
    }
}

impl<R: Rejection> From<ReadError> for CommandError<R> {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Store(error) => Self::Store(error),
            // Commands read streams, not cursors.
            ReadError::ForeignCursor { .. } => Self::Store(StoreError::Unavailable(error.to_string())),
        }
    }
}
