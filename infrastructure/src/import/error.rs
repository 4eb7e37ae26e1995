//! Why an import could not begin or go on.

use std::path::PathBuf;

use super::mapping::Fault;
use crate::event_store::{AppendError, StoreError};

/// Why an import could not begin or go on. Except for [`ImportError::Append`] and [`ImportError::Store`],
/// nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// There is no shipped mapping of this name and no such file.
    #[error("there is no mapping `{name}`; give the path of a mapping file or one of: {}", .known.join(", "))]
    UnknownMapping {
        /// What was asked for.
        name: String,
        /// The shipped ones.
        known: Vec<&'static str>,
    },
    /// The mapping file has faults.
    #[error("the mapping {file} has {} fault(s):{}", .faults.len(), lines(.faults))]
    InvalidMapping {
        /// The file or the name of the shipped mapping.
        file: String,
        /// All of them.
        faults: Vec<Fault>,
    },
    /// A file could not be opened or read.
    #[error("{} cannot be read", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The compressed file ends too early.
    #[error("the gzip file ends too early, in row {row}; it was not copied whole")]
    TruncatedGzip {
        /// The row that could not be read.
        row: u32,
    },
    /// The compressed file is damaged.
    #[error("the gzip file is damaged, in row {row}: {reason}")]
    CorruptGzip {
        /// The row that could not be read.
        row: u32,
        /// What the decoder says.
        reason: String,
    },
    /// The text is not UTF-8.
    #[error("row {row} is not UTF-8; convert the file first, for instance with `iconv -t UTF-8`")]
    NotUtf8 {
        /// The row.
        row: u32,
    },
    /// The CSV is malformed.
    #[error("row {row} (line {line}) is not as the header: {reason}")]
    BadCsv {
        /// The row.
        row: u32,
        /// The line in the file, from 1.
        line: u64,
        /// What is wrong.
        reason: String,
    },
    /// The XML is malformed or no XES.
    #[error("the XES is malformed after row {row}, at byte {byte}: {reason}")]
    BadXml {
        /// The last row that could be read.
        row: u32,
        /// Where in the (decompressed) file.
        byte: u64,
        /// What is wrong.
        reason: String,
    },
    /// The mapping names columns that the source does not have.
    #[error(
        "the source does not have {}; it has: {}",
        .missing.iter().map(|(key, column)| format!("`{column}` (for {key})")).collect::<Vec<_>>().join(", "),
        .available.join(", ")
    )]
    MissingColumn {
        /// The key of the mapping and the column that it names.
        missing: Vec<(String, String)>,
        /// The columns that there are.
        available: Vec<String>,
    },
    /// The mapping names a column that the source has more than once.
    #[error("the source has more than one column `{column}`; rename one of them")]
    AmbiguousColumn {
        /// The column.
        column: String,
    },
    /// More rows than one import takes.
    #[error("the source has more than {max} rows; split it by case")]
    TooManyRows {
        /// The limit.
        max: u32,
    },
    /// The log refused a case. The cases before it are written; the same command continues.
    #[error("the log did not take the case `{case}`; run the same command again to continue")]
    Append {
        /// The case.
        case: String,
        /// Why.
        #[source]
        source: AppendError,
    },
    /// The log could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It was stopped from outside, or a task of it died.
    #[error("the import stopped before its end; run the same command again to continue")]
    Stopped,
}

impl ImportError {
    /// The permanent code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::UnknownMapping { .. } => "unknown_mapping",
            Self::InvalidMapping { .. } => "invalid_mapping",
            Self::Unreadable { .. } => "unreadable_file",
            Self::TruncatedGzip { .. } => "truncated_gzip",
            Self::CorruptGzip { .. } => "corrupt_gzip",
            Self::NotUtf8 { .. } => "not_utf8",
            Self::BadCsv { .. } => "bad_csv",
            Self::BadXml { .. } => "bad_xml",
            Self::MissingColumn { .. } => "missing_column",
            Self::AmbiguousColumn { .. } => "ambiguous_column",
            Self::TooManyRows { .. } => "too_many_rows",
            Self::Append { .. } | Self::Store(_) => "store",
            Self::Stopped => "stopped",
        }
    }
}

fn lines(faults: &[Fault]) -> String {
    faults.iter().fold(String::new(), |lines, fault| lines + "\n  " + &fault.to_string())
}
