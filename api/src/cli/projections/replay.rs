//! `ledgerdesk projections replay`

use anyhow::Result;
use clap::Args;
use ledgerdesk_projections::runtime::ReadSide;

use crate::cli::output;

/// Apply a projection's parked events again, in order; for after an upgrade that can.
#[derive(Args)]
pub(in crate::cli) struct Replay {
    /// Which projection
    name: String,
}

impl Replay {
    pub(super) async fn run(self, read_side: &ReadSide) -> Result<()> {
        let replayed = read_side.replay(&self.name).await?;
        output::line(format!(
            "{}: {} events applied, {} still parked.",
            self.name, replayed.applied, replayed.still_parked
        ))?;
        Ok(())
    }
}
