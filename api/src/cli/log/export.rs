//! `ledgerdesk log export`

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use ledgerdesk_infrastructure::{
    clock::{Clock as _, SystemClock},
    config::Config,
    event_store::{self, ExportOptions, Target},
};
use uuid::Uuid;

use super::consultation;
use crate::cli::{
    database::{Database, Tenure},
    output,
    progress::Bar,
};

const EXAMPLES: &str = "\
Examples:
  ledgerdesk log export log.ndjson.gz
  ledgerdesk log export --with-keys backup.ndjson.gz
  ledgerdesk log export --from 1000 --to 2000 - | jq .event_type
  ledgerdesk log export --consultation 01a1fd10-5a68-72fd-bbea-25b0c08fa5a9 proof.ndjson.gz

Personal data stays sealed. With --with-keys the keys of persons are in it, still wrapped by the master key; whoever
has both can read everything. Without them, an import knows all persons as erased.";

/// Write the log, or a part of it, as lines of JSON with a header and a trailer. Every event is verified on its
/// way out; the file appears under its name when it is whole.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct Export {
    /// The file, compressed if its name ends in .gz; - is standard output
    #[arg(value_name = "FILE|-", default_value = "-")]
    target: PathBuf,
    /// From this position on
    #[arg(long, value_name = "POSITION")]
    from: Option<i64>,
    /// Up to this position
    #[arg(long, value_name = "POSITION")]
    to: Option<i64>,
    /// Of this workspace only
    #[arg(long, value_name = "ID")]
    workspace: Option<Uuid>,
    /// All of this consultation's workspace since its first event: what proves its history to whoever has a
    /// checkpoint
    #[arg(long, value_name = "ID", conflicts_with_all = ["from", "workspace"], value_parser = consultation::parse)]
    consultation: Option<Uuid>,
    /// With the keys of persons, wrapped by the master key
    #[arg(long)]
    with_keys: bool,
}

impl Export {
    pub(super) async fn run(self, config: &Config) -> Result<()> {
        let target =
            if self.target.as_os_str() == "-" { Target::Out } else { Target::File(self.target.clone()) };
        let mut options = ExportOptions {
            from: self.from,
            to: self.to,
            workspace: self.workspace,
            with_keys: self.with_keys,
        };
        let database = Database::open(config, Tenure::OwnOrJoin).await?;
        if let Some(id) = self.consultation {
            let place = consultation::find(&database.pool, id).await;
            let place = match place {
                Ok(place) => place,
                Err(error) => {
                    database.close().await?;
                    return Err(error);
                }
            };
            options.workspace = Some(place.workspace.uuid());
            options.from = Some(place.first.0);
        }
        let bar = Bar::new("events");
        let report = |done, total| bar.set(done, total);
        let exported =
            event_store::export_log(&database.pool, options, &target, SystemClock.now(), report).await;
        bar.clear();
        database.close().await?;
        let exported = exported?;
        // Standard output may be the export itself.
        if target != Target::Out {
            output::line(format!(
                "{} events up to position {}, {} results of commands and {} keys of persons exported.",
                exported.events, exported.position, exported.commands, exported.person_keys
            ))?;
        }
        Ok(())
    }
}
