//! `ledgerdesk export xes` and `ledgerdesk export ocel`

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use ledgerdesk_domain::stream::Position;
use ledgerdesk_infrastructure::config::Config;
use uuid::Uuid;

use crate::{
    cli::{
        database::Tenure, failure::Failure, output, progress::Bar, runtime::Runtime, shutdown::Shutdown,
        workspace,
    },
    process_log::{self, Format, Written},
};

const XES_EXAMPLES: &str = "\
Examples:
  ledgerdesk export xes desk.xes.gz
  ledgerdesk export xes --position 100000 desk.xes

The file names the position of the log; the same position gives the same bytes. It holds ids, activities and times,
and nothing personal. docs/mining.md describes it.";

const OCEL_EXAMPLES: &str = "\
Examples:
  ledgerdesk export ocel desk.json
  ledgerdesk export ocel desk.sqlite

The file names the position of the log; the same position gives the same bytes. It holds ids, activities and times,
and nothing personal. docs/mining.md describes it.";

/// As a XES event log (IEEE 1849), a trace per consultation.
#[derive(Args)]
#[command(after_help = XES_EXAMPLES)]
pub(in crate::cli) struct ExportXes {
    /// The file, compressed if its name ends in .gz; it appears under its name when it is whole
    #[arg(value_name = "FILE")]
    target: PathBuf,
    #[command(flatten)]
    what: What,
}

/// As an object-centric event log (OCEL 2.0).
#[derive(Args)]
#[command(after_help = OCEL_EXAMPLES)]
pub(in crate::cli) struct ExportOcel {
    /// The file: JSON if its name ends in .json, .jsonocel or one of them with .gz, a SQLite database if in .sqlite
    #[arg(value_name = "FILE")]
    target: PathBuf,
    #[command(flatten)]
    what: What,
}

#[derive(Args)]
struct What {
    /// As the log was at this position [default: its end]
    #[arg(long, value_name = "POSITION", value_parser = clap::value_parser!(i64).range(0..))]
    position: Option<i64>,
    /// The workspace; needed where there is more than one
    #[arg(long, value_name = "ID")]
    workspace: Option<Uuid>,
}

impl ExportXes {
    pub(super) async fn run(self, config: Config) -> Result<()> {
        self.what.write(config, Format::Xes, &self.target).await
    }
}

impl ExportOcel {
    pub(super) async fn run(self, config: Config) -> Result<()> {
        let format = format_of(&self.target)?;
        self.what.write(config, format, &self.target).await
    }
}

/// The form of OCEL that the name of a file asks for.
fn format_of(path: &Path) -> Result<Format, Failure> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let plain = name.strip_suffix(".gz").unwrap_or(&name);
    let ends = |name: &str, ending| Path::new(name).extension().is_some_and(|extension| extension == ending);
    if ends(plain, "json") || ends(plain, "jsonocel") {
        return Ok(Format::OcelJson);
    }
    if ends(&name, "sqlite") {
        return Ok(Format::OcelSqlite);
    }
    let message = format!("`{}` names no form of OCEL; end it in .json, .json.gz or .sqlite", path.display());
    Err(Failure { code: "export_format_unknown", message })
}

impl What {
    async fn write(self, config: Config, format: Format, path: &Path) -> Result<()> {
        let shutdown = Shutdown::listen()?;
        let runtime = Runtime::start(config, Tenure::OwnOrJoin).await?;
        let bar = Bar::new("consultations");
        let written = async {
            let workspace = workspace::choose(runtime.pool(), self.workspace).await?;
            let report = |done, total| bar.set(done, total);
            let to = self.position.map(Position);
            Ok(process_log::write(&runtime.store, workspace, to, (format, path), report).await?)
        };
        let written: Result<Written> = tokio::select! {
            written = written => written,
            // What was begun goes away with the future.
            () = shutdown.asked.cancelled() => Err(stopped().into()),
        };
        bar.clear();
        runtime.close().await?;
        let Written { position, cases, steps } = written?;
        output::line(format!(
            "{cases} consultations with {steps} steps, as of position {position}, are in {}.",
            path.display()
        ))?;
        Ok(())
    }
}

fn stopped() -> Failure {
    let message = "the export was stopped and left nothing; run it again".to_owned();
    Failure { code: "export_interrupted", message }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_file_says_its_form() {
        for (name, format) in [
            ("a.json", Some(Format::OcelJson)),
            ("a.b.JSONOCEL", Some(Format::OcelJson)),
            ("a.json.gz", Some(Format::OcelJson)),
            ("a.sqlite", Some(Format::OcelSqlite)),
            ("a.sqlite.gz", None),
            ("json", None),
            ("a.xml", None),
        ] {
            let found = format_of(Path::new(name));
            assert_eq!(found.as_ref().ok(), format.as_ref(), "{name}");
            assert!(found.is_ok() || found.is_err_and(|failure| failure.code == "export_format_unknown"));
        }
    }
}
