//! `ledgerdesk import`

use std::{fs::File, io::BufWriter, path::PathBuf, sync::Arc};

use anyhow::{Context as _, Result};
use clap::Args;
use ledgerdesk_domain::id::WorkspaceId;
use ledgerdesk_infrastructure::{
    config::Config,
    import::{ImportError, Mapping, Prepared, Progress, Summary},
};

use super::{database::Tenure, output, progress::ImportBar, runtime::Runtime, shutdown::Shutdown, workspace};

const EXAMPLES: &str = "\
Examples:
  ledgerdesk import --mapping helpdesk helpdesk.csv.gz
  ledgerdesk import --mapping my.toml --dry-run export.xes
  ledgerdesk import --mapping my.toml --report refused.jsonl export.csv

Running it again adds nothing; after an interruption it goes on where it stopped. docs/importing.md describes
mapping files.";

/// Import the log of another system: CSV or XES, also gzipped.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Import {
    /// The name of a shipped mapping, or a mapping file
    #[arg(long, value_name = "NAME|FILE")]
    mapping: String,
    /// The log
    source: PathBuf,
    /// Say what would be written into an empty workspace, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Write every row that became no event, with its reason, to this file (JSON lines)
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// The workspace to import into; needed where there is more than one
    #[arg(long, value_name = "ID")]
    workspace: Option<uuid::Uuid>,
}

impl Import {
    pub(super) async fn run(self, config: Config) -> Result<()> {
        // A fault in the mapping is told before anything starts.
        let mapping = Mapping::load(&self.mapping)?;
        let bar = Arc::new(ImportBar::new());
        let imported = if self.dry_run {
            let prepared = self.read(mapping, WorkspaceId(uuid::Uuid::nil()), &bar).await?;
            Ok(prepared.dry_run(bar.as_ref()))
        } else {
            self.write(config, mapping, &bar).await
        };
        bar.clear();
        let summary = imported?;
        if let Some(path) = &self.report {
            let file = File::create(path).with_context(|| format!("{} cannot be written", path.display()))?;
            summary.write_report(BufWriter::new(file))?;
        }
        output::line(summary.to_string().trim_end())?;
        Ok(())
    }

    async fn write(&self, config: Config, mapping: Mapping, bar: &Arc<ImportBar>) -> Result<Summary> {
        let shutdown = Shutdown::listen()?;
        let runtime = Runtime::start(config, Tenure::OwnOrJoin).await?;
        let written = async {
            let workspace_id = workspace::choose(runtime.pool(), self.workspace).await?;
            let prepared = Arc::new(self.read(mapping, workspace_id, bar).await?);
            let progress: Arc<dyn Progress> = bar.clone();
            Ok(prepared.write(&runtime.store, workspace_id, progress).await?)
        };
        let written = tokio::select! {
            written = written => written,
            // Between two cases; the next run continues.
            () = shutdown.asked.cancelled() => Err(ImportError::Stopped.into()),
        };
        runtime.close().await?;
        written
    }

    async fn read(
        &self,
        mapping: Mapping,
        workspace_id: WorkspaceId,
        bar: &Arc<ImportBar>,
    ) -> Result<Prepared> {
        let (source, bar) = (self.source.clone(), Arc::clone(bar));
        let read = move || Prepared::read(mapping, &source, workspace_id, bar.as_ref());
        Ok(tokio::task::spawn_blocking(read).await??)
    }
}
