//! Why there is no embedded server.

use std::{io, path::PathBuf, time::Duration};

use super::BinaryError;

/// Why the embedded server could not be started, joined or stopped. The message says what would be right.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    /// Another process owns the server of this data directory.
    #[error(
        "the data directory {} is in use by {owner}; stop that process, or choose another --data-dir",
        .data_dir.display()
    )]
    InUse {
        /// The data directory.
        data_dir: PathBuf,
        /// What the owner wrote into the lock file: its process id and its command.
        owner: String,
    },
    /// Another process holds the data directory, but its server did not answer.
    #[error(
        "{owner} holds the data directory {}, but its PostgreSQL did not answer within {waited:?}; \
         look at that process, or stop it",
        .data_dir.display()
    )]
    JoinTimeout {
        /// The data directory.
        data_dir: PathBuf,
        /// The owner.
        owner: String,
        /// How long we waited.
        waited: Duration,
    },
    /// No usable binaries.
    #[error(transparent)]
    Binaries(#[from] BinaryError),
    /// Run by root on a system without an account to run the server as.
    #[error(
        "PostgreSQL refuses to run as root, and neither the account postgres nor nobody exists; \
         create one (useradd --system postgres), run as another user, or set DATABASE_URL"
    )]
    NoAccount,
    /// Run by root, and nowhere is a directory that the server's account reaches.
    #[error(
        "the account {account}, which PostgreSQL runs as, reaches neither {} nor {}; \
         choose a --data-dir that it can reach, or set DATABASE_URL",
        .data_dir.display(), .fallback.display()
    )]
    Unreachable {
        /// The account.
        account: String,
        /// The data directory.
        data_dir: PathBuf,
        /// Where we tried to keep the cluster instead.
        fallback: PathBuf,
    },
    /// The cluster is there, but the file with its passwords is not.
    #[error(
        "{} holds a database, but the file {} with its passwords is missing; \
         bring it back from a backup, or move the directory away to start anew",
        .cluster.display(), .file.display()
    )]
    ConnectionFileLost {
        /// The cluster.
        cluster: PathBuf,
        /// The missing file.
        file: PathBuf,
    },
    /// The file with the passwords cannot be understood.
    #[error("the connection file {} cannot be read; bring it back from a backup", .file.display())]
    ConnectionFileBroken {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
    /// `initdb` failed.
    #[error("initdb could not create the database in {}: {output}", .cluster.display())]
    InitDb {
        /// Where.
        cluster: PathBuf,
        /// What it said.
        output: String,
    },
    /// The server ended while starting.
    #[error("PostgreSQL did not start ({status}); the end of {}:\n{tail}", .log.display())]
    StartFailed {
        /// How it ended.
        status: String,
        /// Its log.
        log: PathBuf,
        /// The last lines of its log.
        tail: String,
    },
    /// The server runs but does not take connections.
    #[error("PostgreSQL did not take connections within {waited:?}; see {}", .log.display())]
    StartTimeout {
        /// How long we waited.
        waited: Duration,
        /// Its log.
        log: PathBuf,
    },
    /// Processes of an earlier server do not end.
    #[error("processes of an earlier PostgreSQL still work in {} and do not end: {pids:?}", .cluster.display())]
    LeftoversStay {
        /// The cluster.
        cluster: PathBuf,
        /// Their process ids.
        pids: Vec<i32>,
    },
    /// Asked to remove a server of another process.
    #[error("the PostgreSQL of {} belongs to another process and is left alone", .data_dir.display())]
    NotOwned {
        /// The data directory.
        data_dir: PathBuf,
    },
    /// The server runs, but its role or database could not be made.
    #[error("the embedded PostgreSQL refused to be set up")]
    Setup(#[source] sqlx::Error),
    /// The file system refused.
    #[error("{action} {}", .path.display())]
    Io {
        /// What we tried, in the form "could not create".
        action: &'static str,
        /// With what.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
}

impl EmbeddedError {
    /// The permanent code, for scripts.
    pub fn code(&self) -> &'static str {
        match self {
            Self::InUse { .. } => "data_dir_in_use",
            Self::JoinTimeout { .. } => "postgres_join_timeout",
            Self::Binaries(error) => error.code(),
            Self::NoAccount => "postgres_account_missing",
            Self::Unreachable { .. } => "data_dir_unreachable",
            Self::ConnectionFileLost { .. } => "connection_file_lost",
            Self::ConnectionFileBroken { .. } => "connection_file_broken",
            Self::InitDb { .. } => "initdb_failed",
            Self::StartFailed { .. } => "postgres_start_failed",
            Self::StartTimeout { .. } => "postgres_start_timeout",
            Self::LeftoversStay { .. } => "postgres_leftovers",
            Self::NotOwned { .. } => "postgres_not_owned",
            Self::Setup(_) => "postgres_setup_failed",
            Self::Io { .. } => "data_dir_io",
        }
    }

    /// For `map_err`: says what was tried with which path.
    pub(super) fn io<'a>(
        action: &'static str,
        path: &'a std::path::Path,
    ) -> impl FnOnce(io::Error) -> Self + use<'a> {
        move |source| Self::Io { action, path: path.to_owned(), source }
    }
}
