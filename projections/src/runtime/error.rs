//! Why an operation on a projection did not succeed.

use ledgerdesk_domain::stream::Position;

use super::{fault::Fault, pause::Pause, registered::Registry};

/// Why an operation on a projection (rebuild, compare, replay, status) did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum ReadSideError {
    /// There is no such projection.
    #[error("there is no projection {name}; known are {known}")]
    Unknown {
        /// What was asked for.
        name: String,
        /// Every name, separated by commas.
        known: String,
    },
    /// It is being rebuilt already.
    #[error("the projection {name} is being rebuilt already; wait for it, or until its lease has expired")]
    Running {
        /// Which one.
        name: String,
    },
    /// The live table is of another version than this program.
    #[error(
        "the table of {name} has version {stored}, this program has version {known}; run the command with the \
         program that serves"
    )]
    Version {
        /// Which one.
        name: String,
        /// The table's version.
        stored: i32,
        /// The program's version.
        known: i32,
    },
    /// No rebuild has replaced a table, or what it replaced was not kept.
    #[error(
        "there is no table that {name} could be switched to: a rebuild replaces one and keeps it, and none has \
         since it was made"
    )]
    NothingReplaced {
        /// Which one.
        name: String,
    },
    /// The table that was replaced is of another version than this program.
    #[error(
        "the table that {name} could be switched to has version {stored}, this program has version {known}; \
         run the command with the program of that version"
    )]
    ReplacedVersion {
        /// Which one.
        name: String,
        /// The table's version.
        stored: i32,
        /// The program's version.
        known: i32,
    },
    /// The process is stopping, or another node took over.
    #[error("the operation on {name} was interrupted; start it again, a rebuild goes on where it stopped")]
    Interrupted {
        /// Which one.
        name: String,
    },
    /// An event or a row stands in the way.
    #[error("the projection {name} cannot go on: {pause} ({code})", code = pause.code)]
    Paused {
        /// Which one.
        name: String,
        /// Why.
        pause: Pause,
    },
    /// An event cannot be applied and could not be parked.
    #[error("the projection {name} cannot go on: {reason}")]
    Poison {
        /// Which one.
        name: String,
        /// Why, without values.
        reason: String,
    },
    /// The database could not be reached or refused.
    #[error("the database did not answer as expected")]
    Database(#[from] sqlx::Error),
}

impl ReadSideError {
    pub(super) fn unknown(name: &str, registry: &Registry) -> Self {
        let known: Vec<&str> = registry.definitions().map(|definition| definition.name).collect();
        Self::Unknown { name: name.to_owned(), known: known.join(", ") }
    }

    pub(super) fn from_fault(name: &str, fault: Fault) -> Self {
        let name = name.to_owned();
        match fault {
            Fault::Database(error) => Self::Database(error),
            Fault::Fenced | Fault::Outrun(_) | Fault::Stopping => Self::Interrupted { name },
            Fault::Paused(pause) => Self::Paused { name, pause },
            Fault::Poison(reason) => Self::Poison { name, reason },
        }
    }
}

/// A projection has not reached the position that was waited for. Try again, or read what is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stale {
    /// The first projection that is behind.
    pub projection: String,
    /// Where it is.
    pub at: Position,
    /// Where it should be.
    pub wanted: Position,
    /// Why it will not get there before somebody acts, if it waits for that.
    pub pause: Option<Pause>,
}

impl std::error::Error for Stale {}

impl std::fmt::Display for Stale {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { projection, at, wanted, pause } = self;
        match pause {
            None => write!(f, "{projection} is at position {at}, not yet at {wanted}; try again in a moment"),
            Some(pause) => write!(
                f,
                "{projection} is paused at position {at} and will not show {wanted} before somebody acts: {pause}"
            ),
        }
    }
}
