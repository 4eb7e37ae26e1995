//! `ledgerdesk migrate`

use anyhow::Result;
use clap::Args;
use ledgerdesk_infrastructure::config::Config;

use super::{
    database::{Database, Tenure},
    output,
};

/// Bring the database up to date. Every command that needs the database does so, too; this one does nothing
/// else, for deployments that migrate in a step of its own.
#[derive(Args)]
pub(super) struct Migrate {}

impl Migrate {
    pub(super) async fn run(self, config: &Config) -> Result<()> {
        let database = Database::open(config, Tenure::OwnOrJoin).await?;
        let applied = database.migrations_applied;
        database.close().await?;
        output::line(match applied {
            0 => "The database is up to date.".to_owned(),
            1 => "1 migration applied.".to_owned(),
            applied => format!("{applied} migrations applied."),
        })?;
        Ok(())
    }
}
