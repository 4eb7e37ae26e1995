//! `ledgerdesk projections switch`

use anyhow::Result;
use clap::Args;
use ledgerdesk_projections::runtime::ReadSide;

use super::progress::Report;
use crate::cli::{output, progress::Bars};

/// Go back to the table that the last rebuild replaced, without downtime; a second switch returns.
#[derive(Args)]
pub(in crate::cli) struct Switch {
    /// Which projection
    name: String,
    /// Say every second how far it is, also where standard error is no terminal
    #[arg(long)]
    progress: bool,
}

impl Switch {
    pub(super) async fn run(self, read_side: &ReadSide) -> Result<()> {
        let name = &self.name;
        let bars = (!self.progress).then(Bars::default);
        let mut report = Report::new(name, bars.as_ref());
        let switched = read_side.switch(name, |progress| report.show(progress)).await;
        report.clear();
        let switched = switched?;
        output::line(format!(
            "{name}: version {}, as it was before the last rebuild, caught up from position {} and live since \
             position {}. What it replaced is kept: `ledgerdesk projections switch {name}` returns to it.",
            switched.version, switched.began, switched.position
        ))?;
        if switched.parked > 0 {
            output::line(format!(
                "{} events are parked, as they were before that rebuild.",
                switched.parked
            ))?;
        }
        Ok(())
    }
}
