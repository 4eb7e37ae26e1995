//! `ledgerdesk projections rebuild`

use anyhow::Result;
use clap::Args;
use ledgerdesk_projections::runtime::ReadSide;

use super::{chosen, show};
use crate::cli::{output, progress::Bar};

/// Fold a projection anew beside the live one and swap it in, without downtime.
#[derive(Args)]
pub(in crate::cli) struct Rebuild {
    /// Which one
    name: Option<String>,
    /// Every one, one after the other
    #[arg(long)]
    all: bool,
}

impl Rebuild {
    pub(super) async fn run(self, read_side: &ReadSide) -> Result<()> {
        for name in chosen(self.name.as_deref(), self.all)? {
            let bar = Bar::new("events");
            let rebuilt = read_side.rebuild(&name, show(&bar)).await;
            bar.clear();
            let rebuilt = rebuilt?;
            let parked = match rebuilt.parked {
                0 => String::new(),
                parked => {
                    format!("; {parked} events are parked, `ledgerdesk projections parked {name}` shows them")
                }
            };
            output::line(format!("{name}: rebuilt, live since position {}{parked}.", rebuilt.position))?;
        }
        Ok(())
    }
}
