//! `ledgerdesk config`

use anyhow::Result;
use clap::Subcommand;
use ledgerdesk_infrastructure::config::{self, Config};

use super::output;

/// Look after the settings.
#[derive(Subcommand)]
pub(super) enum ConfigCommand {
    /// Say everything that is wrong with the settings, without starting anything
    Check,
    /// Print every setting with its default, its bounds and what it does (Markdown)
    Docs,
}

impl ConfigCommand {
    pub(super) fn run(self, config: &Config) -> Result<()> {
        match self {
            Self::Check => check(config),
            Self::Docs => Ok(output::line(config::markdown())?),
        }
    }
}

/// The settings have been read without fault by now; what is left depends on more than one of them.
fn check(config: &Config) -> Result<()> {
    if config.checkpoints.directory.is_some() {
        config.checkpoints.signing_key()?;
    }
    let database = match &config.database.url {
        Some(_) => {
            config::master_key(config, true)?;
            "the PostgreSQL of DATABASE_URL".to_owned()
        }
        None => format!("an embedded PostgreSQL in {}", config.database.data_dir.display()),
    };
    output::line(format!("The configuration is complete: {database}, serving on {}.", config.http.listen))?;
    Ok(())
}
