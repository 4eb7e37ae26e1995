//! `ledgerdesk projections check`

use anyhow::Result;
use clap::Args;
use ledgerdesk_projections::runtime::ReadSide;

use super::{chosen, show};
use crate::cli::{failure::Failure, output, progress::Bar};

/// Fold a projection anew beside the live one and say whether both are equal, row for row. What an interrupted
/// rebuild has built is thrown away.
#[derive(Args)]
pub(in crate::cli) struct Check {
    /// Which one
    name: Option<String>,
    /// Every one, one after the other
    #[arg(long)]
    all: bool,
}

impl Check {
    pub(super) async fn run(self, read_side: &ReadSide) -> Result<()> {
        let mut different = Vec::new();
        for name in chosen(self.name.as_deref(), self.all)? {
            let bar = Bar::new("events");
            let compared = read_side.equals_rebuild(&name, show(&bar)).await;
            bar.clear();
            let compared = compared?;
            if compared.is_equal() {
                output::line(format!(
                    "{name}: {} rows are equal at position {}.",
                    compared.live_rows, compared.position
                ))?;
                continue;
            }
            output::line(format!(
                "{name}: different at position {}: {} rows only live, {} only rebuilt; for example {:?}.",
                compared.position, compared.only_live, compared.only_rebuilt, compared.examples
            ))?;
            different.push(name);
        }
        if different.is_empty() {
            return Ok(());
        }
        let message = format!("different from its rebuild: {}", different.join(", "));
        Err(Failure { code: "projection_differs", message }.into())
    }
}
