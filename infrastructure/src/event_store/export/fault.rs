//! Why an export cannot be written, or is not what was exported.

use std::{io, path::PathBuf};

use crate::event_store::Finding;

/// What is wrong with an export, and in which line. The stand-alone verifier says the same in the same words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExportFault {
    /// The first line is no header.
    #[error("line 1: this is no export of a ledgerdesk log: the header is missing")]
    Unrecognised,
    /// A format of another version.
    #[error("line 1: the export has version {found} of the format; this program reads version 1")]
    Version {
        /// Its version.
        found: u32,
    },
    /// A line is not what an export has there.
    #[error("line {line}: this is no record that an export has here")]
    Malformed {
        /// Which line, from 1.
        line: u64,
    },
    /// It ends before its trailer.
    #[error("line {line}: the export breaks off behind this line, at position {position} of {expected}")]
    BrokenOff {
        /// The last whole line.
        line: u64,
        /// The position of the last event.
        position: i64,
        /// The position that it should go on to.
        expected: i64,
    },
    /// The trailer counts other events than there are.
    #[error(
        "line {line}: the export ends with {events} events at position {position}, but goes on to {expected} \
         events and position {expected_position}; the event at position {missing} is missing"
    )]
    Truncated {
        /// The line of the trailer.
        line: u64,
        /// How many events there are.
        events: u64,
        /// How many there should be.
        expected: u64,
        /// The position of the last event.
        position: i64,
        /// The position of the last event that should be there.
        expected_position: i64,
        /// The first position that is not there.
        missing: i64,
    },
    /// Some bytes are not those that were written, although every event is right.
    #[error("line {line}: the bytes before the trailer are not those that were exported")]
    Digest {
        /// The line of the trailer.
        line: u64,
    },
    /// An event is not right.
    #[error("line {line}: {finding}")]
    Event {
        /// The line of the event.
        line: u64,
        /// What is wrong.
        finding: Finding,
    },
}

impl ExportFault {
    /// The permanent code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unrecognised => "export_unrecognised",
            Self::Version { .. } => "export_version",
            Self::Malformed { .. } => "export_malformed",
            Self::BrokenOff { .. } | Self::Truncated { .. } => "export_truncated",
            Self::Digest { .. } => "export_changed",
            Self::Event { finding, .. } => finding.code(),
        }
    }
}

/// Why an export or an import ended.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The export is not what was exported.
    #[error(transparent)]
    Fault(#[from] ExportFault),
    /// The log is not what was appended.
    #[error("{0}; nothing was exported, because nobody could verify it")]
    Log(Finding),
    /// The range has no event, or ends before it begins.
    #[error("there is no position from {from} to {to} in a log that ends at {head}")]
    Range {
        /// The first position.
        from: i64,
        /// The last position.
        to: i64,
        /// The end of the log.
        head: i64,
    },
    /// The file cannot be read or written.
    #[error("{} cannot be read or written", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// The log to import into has something in it.
    #[error(
        "the log is not empty: an import keeps positions, so it needs a database that was migrated and never \
         served"
    )]
    NotEmpty,
    /// The export is a selection.
    #[error(
        "the export holds a part of the log (positions {from} to {to}{}); this needs a whole one",
        if *.of_workspace { ", one workspace" } else { "" }
    )]
    Partial {
        /// The first position.
        from: i64,
        /// The last position.
        to: i64,
        /// Whether it holds one workspace only.
        of_workspace: bool,
    },
    /// The role of the connection may not write into the log.
    #[error(
        "the role of DATABASE_URL may not write into the log's tables; import with the role that migrates"
    )]
    Forbidden(#[source] sqlx::Error),
    /// The database refuses a record: one key twice, a value that does not fit its column.
    #[error("the database refuses a record of the export, which is not one that was exported")]
    Refused(#[source] sqlx::Error),
    /// The database refused or could not be reached.
    #[error("the database did not answer as expected")]
    Database(#[from] sqlx::Error),
    /// A part of the program ended early.
    #[error("the work was cut off")]
    CutOff,
}

impl ExportError {
    /// The permanent code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Fault(fault) => fault.code(),
            Self::Log(finding) => finding.code(),
            Self::Range { .. } => "export_range",
            Self::Io { .. } => "export_io",
            Self::NotEmpty => "log_not_empty",
            Self::Partial { .. } => "export_partial",
            Self::Forbidden(_) => "log_import_forbidden",
            Self::Refused(_) => "export_refused",
            Self::Database(_) => "database_unavailable",
            Self::CutOff => "log_interrupted",
        }
    }
}
