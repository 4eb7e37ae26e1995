//! Why a checkpoint cannot be used.

use std::{io, path::PathBuf};

/// Why a checkpoint cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// The file cannot be read or written.
    #[error("the checkpoint {} cannot be read or written", .path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// It is no checkpoint, or one of a newer program.
    #[error("{} is no checkpoint of the format ledgerdesk-checkpoint-v1", .0.display())]
    Malformed(PathBuf),
    /// It was signed with another key.
    #[error("the checkpoint was signed with the key {signer}, not with {expected}; it proves nothing here")]
    ForeignKey {
        /// The key that it names.
        signer: String,
        /// The key that is trusted.
        expected: String,
    },
    /// It was changed after it had been signed.
    #[error("the checkpoint was changed after it had been signed, or signed by somebody else")]
    Signature,
    /// The list of workspaces in it is not the one that was signed.
    #[error("the checkpoint's list of workspaces is not the one that was signed")]
    List,
    /// There is nothing to state.
    #[error("the log has no event yet; a checkpoint states the last one")]
    EmptyLog,
    /// The database refused or could not be reached.
    #[error("the log could not be read")]
    Database(#[from] sqlx::Error),
}

impl CheckpointError {
    /// The permanent code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Io { .. } => "checkpoint_unreadable",
            Self::Malformed(_) => "checkpoint_malformed",
            Self::ForeignKey { .. } => "checkpoint_foreign_key",
            Self::Signature | Self::List => "checkpoint_signature_invalid",
            Self::EmptyLog => "log_empty",
            Self::Database(_) => "database_unavailable",
        }
    }
}
