//! `ledgerdesk projections list`

use anyhow::Result;
use clap::Args;
use ledgerdesk_projections::runtime::{ProjectionState, ProjectionStatus, ReadSide};

use crate::cli::output;

/// Show where each projection stands.
#[derive(Args)]
pub(in crate::cli) struct List {}

impl List {
    pub(super) async fn run(self, read_side: &ReadSide) -> Result<()> {
        let all = read_side.status().await?;
        let width = all.iter().map(|status| status.name.len()).max().unwrap_or_default();
        output::line(format!(
            "{:width$}  {:>7}  {:>10}  {:>10}  {:>8}  {:>6}  STATE",
            "NAME", "VERSION", "POSITION", "LAG", "SECONDS", "PARKED"
        ))?;
        all.iter().try_for_each(|status| output::line(row(status, width)))?;
        Ok(())
    }
}

fn row(status: &ProjectionStatus, width: usize) -> String {
    let version = status.version.map_or_else(|| "-".to_owned(), |version| version.to_string());
    let state = match &status.state {
        ProjectionState::Idle => "idle: no node leads it".to_owned(),
        ProjectionState::Running => "running".to_owned(),
        ProjectionState::Paused(pause) => format!("paused ({}): {pause}", pause.code),
        ProjectionState::Outdated => format!("outdated: version {} replaces it", status.known_version),
    };
    let rebuild = match (status.rebuild, status.kept_rebuild) {
        (Some(at), _) => format!(", rebuilding at {at}"),
        (None, Some(at)) => format!(", a rebuild was interrupted at {at}"),
        (None, None) => String::new(),
    };
    let previous = status.previous.map_or_else(String::new, |previous| {
        format!(", version {} kept at {}", previous.version, previous.position)
    });
    format!(
        "{:width$}  {version:>7}  {:>10}  {:>10}  {:>8.1}  {:>6}  {state}{rebuild}{previous}",
        status.name, status.position.0, status.lag_events, status.lag_seconds, status.parked
    )
}
