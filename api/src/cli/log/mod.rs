//! `ledgerdesk log`

mod checkpoint;
mod consultation;
mod export;
mod import;
mod signing_key;
mod stats;
mod tail;
mod verify;

use anyhow::Result;
use clap::Subcommand;
use ledgerdesk_infrastructure::config::Config;

/// Look after the log.
#[derive(Subcommand)]
pub(super) enum Log {
    /// Check that no event was changed, removed or slipped in behind the program's back
    Verify(verify::Verify),
    /// Write the log, or a part of it, as lines of JSON that anybody can verify
    Export(export::Export),
    /// Bring an export into an empty log: positions, hashes and chain as they were
    Import(import::Import),
    /// Say how much there is of what
    Stats(stats::Stats),
    /// Show events, one line each
    Tail(tail::Tail),
    /// Sign a statement of what the log is now, to prove later that nothing before it has changed
    Checkpoint(checkpoint::WriteCheckpoint),
    /// Print the public key that verifies checkpoints, or make a new key
    SigningKey(signing_key::SigningKeyCommand),
}

impl Log {
    pub(super) async fn run(self, config: &Config) -> Result<()> {
        match self {
            Self::Verify(command) => command.run(config).await,
            Self::Export(command) => command.run(config).await,
            Self::Import(command) => command.run(config).await,
            Self::Stats(command) => command.run(config).await,
            Self::Tail(command) => command.run(config).await,
            Self::Checkpoint(command) => command.run(config).await,
            Self::SigningKey(command) => command.run(config),
        }
    }
}
