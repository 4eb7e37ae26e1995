//! `ledgerdesk projections rebuild`

use anyhow::Result;
use clap::Args;
use futures_util::future::join_all;
use ledgerdesk_projections::runtime::{ReadSide, Rebuilt};

use super::{chosen, progress::Report};
use crate::cli::{output, progress::Bars};

/// Fold a projection anew beside the live one and swap it in, without downtime. A rebuild that was interrupted goes
/// on where it stopped.
#[derive(Args)]
pub(in crate::cli) struct Rebuild {
    /// Which one
    name: Option<String>,
    /// Every one, at the same time: the log is read once for all of them
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
        let names = chosen(self.name.as_deref(), self.all)?;
        let bars = (!self.progress).then(Bars::default);
        let one = async |name: &String| {
            let mut report = Report::new(name, bars.as_ref());
            let show = |progress| report.show(progress);
            let rebuilt = if self.from_zero {
                read_side.rebuild_from_zero(name, show).await
            } else {
                read_side.rebuild(name, show).await
            };
            report.clear();
            rebuilt
        };
        let rebuilds = join_all(names.iter().map(one)).await;
        // What one of them meets is no reason to leave out what became of the others.
        let mut failed = None;
        for (name, rebuilt) in names.iter().zip(rebuilds) {
            match rebuilt {
                Ok(rebuilt) => output::line(told(name, rebuilt))?,
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        failed.map_or(Ok(()), |error| Err(error.into()))
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
