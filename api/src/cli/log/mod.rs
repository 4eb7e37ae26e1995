//! `ledgerdesk log`

mod verify;

use anyhow::Result;
use clap::Subcommand;
use ledgerdesk_infrastructure::config::Config;

/// Look after the log.
#[derive(Subcommand)]
pub(super) enum Log {
    /// Check that no event was changed, removed or slipped in behind the program's back
    Verify(verify::Verify),
}

impl Log {
    pub(super) async fn run(self, config: &Config) -> Result<()> {
        match self {
            Self::Verify(command) => command.run(config).await,
        }
    }
}
