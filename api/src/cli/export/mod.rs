//! `ledgerdesk export`

mod process_log;

use anyhow::Result;
use clap::Subcommand;
use ledgerdesk_infrastructure::config::Config;

/// Write consultations for other tools.
#[derive(Subcommand)]
pub(super) enum Export {
    /// As a XES event log (IEEE 1849), a trace per consultation
    Xes(process_log::ExportXes),
    /// As an object-centric event log (OCEL 2.0), JSON or SQLite
    Ocel(process_log::ExportOcel),
}

impl Export {
    pub(super) async fn run(self, config: Config) -> Result<()> {
        match self {
            Self::Xes(command) => command.run(config).await,
            Self::Ocel(command) => command.run(config).await,
        }
    }
}
