//! `ledgerdesk projections parked`

use anyhow::Result;
use clap::Args;
use ledgerdesk_projections::runtime::ReadSide;

use crate::cli::output;

/// Show the events that a projection could not apply, and what waits behind them.
#[derive(Args)]
pub(in crate::cli) struct Parked {
    /// Which projection
    name: String,
    /// At most so many
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(i64).range(1..=10_000))]
    limit: i64,
}

impl Parked {
    pub(super) async fn run(self, read_side: &ReadSide) -> Result<()> {
        let parked = read_side.parked(&self.name, self.limit).await?;
        if parked.is_empty() {
            output::line(format!("{}: nothing is parked.", self.name))?;
        }
        for event in parked {
            let why = event.error.unwrap_or_else(|| "waits behind an earlier event of its row".to_owned());
            output::line(format!(
                "{:>10}  event {}  row {}  tried {}  {why}",
                event.position, event.event_id, event.key, event.attempts
            ))?;
        }
        Ok(())
    }
}
