//! `ledgerdesk log checkpoint`

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use ledgerdesk_infrastructure::{
    clock::{Clock as _, SystemClock},
    config::Config,
    event_store,
};

use crate::cli::{
    database::{Database, Tenure},
    output,
};

const EXAMPLES: &str = "\
Examples:
  ledgerdesk log signing-key --new signing.key > auditor.pub
  LEDGERDESK_SIGNING_KEY_FILE=signing.key ledgerdesk log checkpoint --out /mnt/auditor
  ledgerdesk log verify --checkpoint /mnt/auditor/checkpoint-e1-p000000004711.json --public-key auditor.pub

`serve` writes them by itself where LEDGERDESK_CHECKPOINT_DIR is set.";

/// Sign a statement of what the log is now, to prove later that nothing before it has changed. Prints the file.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct WriteCheckpoint {
    /// The directory to write it into [default: that of the settings, or else this one]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

impl WriteCheckpoint {
    pub(super) async fn run(self, config: &Config) -> Result<()> {
        let key = config.checkpoints.signing_key()?;
        let directory = self.out.or_else(|| config.checkpoints.directory.clone());
        let directory = directory.unwrap_or_else(|| PathBuf::from("."));
        let database = Database::open(config, Tenure::OwnOrJoin).await?;
        let written =
            event_store::write_checkpoint(&database.pool, &key, SystemClock.now(), &directory).await;
        database.close().await?;
        Ok(output::line(written?.display().to_string())?)
    }
}
