//! `ledgerdesk keys`

mod create;
mod list;
mod revoke;

use anyhow::Result;
use clap::Subcommand;
use ledgerdesk_infrastructure::config::Config;

use super::database::{Database, Tenure};

/// Create, list and revoke API keys.
#[derive(Subcommand)]
pub(super) enum Keys {
    /// Create a key and print it, for the only time
    Create(create::Create),
    /// Show the keys: never their text, only its beginning
    List(list::List),
    /// End a key: no request and no running subscription may use it any more
    Revoke(revoke::Revoke),
}

impl Keys {
    pub(super) async fn run(self, config: &Config) -> Result<()> {
        let database = Database::open(config, Tenure::OwnOrJoin).await?;
        let done = match self {
            Self::Create(command) => command.run(&database.pool).await,
            Self::List(command) => command.run(&database.pool).await,
            Self::Revoke(command) => command.run(&database.pool).await,
        };
        database.close().await?;
        done
    }
}
