//! `ledgerdesk projections check`

use anyhow::Result;
use clap::Args;
use futures_util::future::join_all;
use ledgerdesk_projections::runtime::{Comparison, ReadSide};

use super::{chosen, progress::Report};
use crate::cli::{failure::Failure, output, progress::Bars};

/// Fold a projection anew beside the live one and say whether both are equal, row for row. What an interrupted
/// rebuild has built is thrown away. Needs room on the database's disk for one more of what is checked, and for some
/// three times the largest one while the two are compared.
#[derive(Args)]
pub(in crate::cli) struct Check {
    /// Which one
    name: Option<String>,
    /// Every one, at the same time: the log is read once for all of them
    #[arg(long)]
    all: bool,
}

impl Check {
    pub(super) async fn run(self, read_side: &ReadSide) -> Result<()> {
        let names = chosen(self.name.as_deref(), self.all)?;
        let bars = Bars::default();
        let one = async |name: &String| {
            let mut report = Report::new(name, Some(&bars));
            let compared = read_side.equals_rebuild(name, |progress| report.show(progress)).await;
            report.clear();
            compared
        };
        let comparisons = join_all(names.iter().map(one)).await;
        // What one of them meets is no reason to leave out what became of the others.
        let (mut different, mut failed) = (Vec::new(), None);
        for (name, compared) in names.iter().zip(comparisons) {
            match compared {
                Ok(compared) => {
                    output::line(told(name, &compared))?;
                    different.extend((!compared.is_equal()).then_some(name.as_str()));
                }
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        if let Some(error) = failed {
            return Err(error.into());
        }
        if different.is_empty() {
            return Ok(());
        }
        let message = format!("different from its rebuild: {}", different.join(", "));
        Err(Failure { code: "projection_differs", message }.into())
    }
}

fn told(name: &str, compared: &Comparison) -> String {
    let position = compared.position;
    if compared.is_equal() {
        return format!("{name}: {} rows are equal at position {position}.", compared.live_rows);
    }
    format!(
        "{name}: different at position {position}: {} rows only live, {} only rebuilt; for example {:?}.",
        compared.only_live, compared.only_rebuilt, compared.examples
    )
}
