//! `ledgerdesk projections rebuild`

use anyhow::Result;
use clap::Args;
use ledgerdesk_projections::runtime::{ReadSide, Rebuilt};

use super::{chosen, progress::Report};
use crate::cli::output;

/// Fold a projection anew beside the live one and swap it in, without downtime. A rebuild that was interrupted goes
/// on where it stopped.
#[derive(Args)]
pub(in crate::cli) struct Rebuild {
    /// Which one
    name: Option<String>,
    /// Every one, one after the other
    #[arg(long)]
    all: bool,
    /// Start at the first event, also where an interrupted rebuild could go on
    #[arg(long)]
    from_zero: bool,
    /// Say every second how far it is, also where standard error is no terminal
    #[arg(long)]
    progress: bool,
}

impl Rebuild {
    pub(super) async fn run(self, read_side: &ReadSide) -> Result<()> {
        for name in chosen(self.name.as_deref(), self.all)? {
            let mut report = Report::new(&name, self.progress);
            let show = |progress| report.show(progress);
            let rebuilt = if self.from_zero {
                read_side.rebuild_from_zero(&name, show).await
            } else {
                read_side.rebuild(&name, show).await
            };
            report.clear();
            output::line(told(&name, rebuilt?))?;
        }
        Ok(())
    }
}

fn told(name: &str, rebuilt: Rebuilt) -> String {
    let began = match rebuilt.began.0 {
        0 => String::new(),
        began => format!(", continued from position {began}"),
    };
    let parked = match rebuilt.parked {
        0 => String::new(),
        parked => format!("; {parked} events are parked, `ledgerdesk projections parked {name}` shows them"),
    };
    format!("{name}: rebuilt{began}, live since position {}{parked}.", rebuilt.position)
}
