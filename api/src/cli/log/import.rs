//! `ledgerdesk log import`

use std::{path::PathBuf, sync::Arc};

use anyhow::Result;
use clap::Args;
use ledgerdesk_infrastructure::{
    clock::{Clock as _, SystemClock},
    config::Config,
    event_store::{self, Imported},
};

use crate::cli::{
    database::{Database, Tenure},
    output,
    progress::Bar,
};

const EXAMPLES: &str = "\
Examples:
  DATABASE_URL=postgres://…/empty ledgerdesk log import backup.ndjson.gz

It is one transaction: whatever is wrong with the export, the log stays empty. Works with the role that migrates,
because the application's role may only append. API keys are no part of the log: the next `serve` makes an owner key
for the first workspace.";

/// Bring an export of `log export` into an empty log: positions, hashes and chain as they were. It is verified
/// on its way in.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct Import {
    /// The export, compressed or not
    source: PathBuf,
}

impl Import {
    pub(super) async fn run(self, config: &Config) -> Result<()> {
        let database = Database::open(config, Tenure::OwnOrJoin).await?;
        let bar = Arc::new(Bar::new("events"));
        let imported = async {
            let mut owner = database.owner().await?;
            let report = {
                let bar = Arc::clone(&bar);
                move |done, total| bar.set(done, total)
            };
            anyhow::Ok(event_store::import_log(&mut owner, &self.source, SystemClock.now(), report).await?)
        };
        let imported = imported.await;
        bar.clear();
        database.close().await?;
        let Imported { export, without_key } = imported?;
        output::line(format!(
            "{} events of {} workspace(s) imported, with {} results of commands and {} keys of persons.",
            export.events, export.workspaces, export.commands, export.person_keys
        ))?;
        if without_key > 0 {
            eprintln!(
                "{without_key} person(s) have no key in this export: they count as erased here, and nothing more \
                 can be recorded about them. `log export --with-keys` takes the keys along."
            );
        }
        Ok(())
    }
}
