//! What can go wrong with the log.

use ledgerdesk_domain::stream::{Position, StreamId, StreamVersion};

/// The database did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database refused or could not be reached.
    #[error("the database did not answer as expected")]
    Database(#[from] sqlx::Error),
    /// What is stored cannot be read: a payload that does not fit its type, a chain that does not hold.
    #[error("the event at position {position} ({event_type}) cannot be read")]
    Corrupt {
        /// Where.
        position: Position,
        /// What it says it is.
        event_type: String,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
    /// Written by a newer version of the program. The reader waits for an upgrade; it never skips.
    #[error(transparent)]
    UnknownEvent(#[from] UnknownEvent),
    /// A personal field could not be sealed or opened.
    #[error(transparent)]
    Crypto(crate::crypto::CryptoError),
    /// The database cannot take writes now: it is away, full, or another session holds the log. Nothing was
    /// written.
    #[error("the database cannot take writes now ({0}); nothing was written, try again in a moment")]
    Unavailable(String),
    /// The process is stopping.
    #[error("the store is shutting down; try again on another node or after the restart")]
    ShuttingDown,
}

/// An event whose type or schema version this program does not know.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the event at position {position} has the unknown type {event_type} version {schema_version}; \
     upgrade this node"
)]
pub struct UnknownEvent {
    /// Where.
    pub position: Position,
    /// The wire name.
    pub event_type: String,
    /// Its schema version.
    pub schema_version: u16,
}

/// Why a reader cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The cursor belongs to another history: the log was restored or lost its tail.
    #[error(
        "the cursor at position {} (epoch {}) does not belong to this history; start again from a position \
         that you know, or from 0",
        .cursor.position, .cursor.epoch
    )]
    ForeignCursor {
        /// The cursor.
        cursor: super::Cursor,
    },
    /// The log itself.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ReadError {
    /// The permanent code of what stops a reader for longer than a moment; nothing for what passes by itself.
    pub const fn code(&self) -> Option<&'static str> {
        match self {
            Self::ForeignCursor { .. } => Some("cursor_of_another_history"),
            Self::Store(StoreError::UnknownEvent(_)) => Some("event_unknown"),
            Self::Store(StoreError::Corrupt { .. }) => Some("event_corrupt"),
            Self::Store(StoreError::Crypto(_)) => Some("event_sealed"),
            Self::Store(StoreError::Database(_) | StoreError::Unavailable(_) | StoreError::ShuttingDown) => {
                None
            }
        }
    }
}

impl From<sqlx::Error> for ReadError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(StoreError::Database(error))
    }
}

/// Why nothing was appended.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// The stream is at another version than the author believed.
    #[error("the stream {stream} is at version {}, not {}", .actual.0, .expected.0)]
    Conflict {
        /// The stream.
        stream: StreamId,
        /// What the author believed.
        expected: StreamVersion,
        /// What it is.
        actual: StreamVersion,
    },
    /// The idempotency key was used before, for a different request.
    #[error("the idempotency key was used before for a different request; take a new key")]
    KeyReused,
    /// Too much is waiting. Retryable.
    #[error("too many commands are waiting; try again in a moment")]
    Busy,
    /// The person was erased; nothing more can be sealed for them.
    #[error("the person was erased; nothing more can be recorded about them")]
    PersonErased,
    /// Another node made the key of this person at the same moment. Encoding the command again succeeds.
    #[error("another node made the key of this person at the same moment; try again")]
    PersonKeyRace,
    /// A payload that cannot be stored.
    #[error(transparent)]
    NotCanonical(#[from] super::canonical::NotCanonical),
    /// One command holds more than a batch may.
    #[error("the command's events take {bytes} bytes; at most {max} fit")]
    TooLarge {
        /// Its size in bytes.
        bytes: usize,
        /// The limit in bytes.
        max: usize,
    },
    /// The connection was lost after the commit was sent and the outcome could not be learned in time. The
    /// same idempotency key gets the truth.
    #[error("the outcome is not known; repeat with the same idempotency key to learn it")]
    InDoubt,
    /// The log itself.
    #[error(transparent)]
    Store(#[from] StoreError),
}
