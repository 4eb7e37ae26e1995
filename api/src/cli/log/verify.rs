//! `ledgerdesk log verify`

use anyhow::Result;
use clap::Args;
use ledgerdesk_infrastructure::{config::Config, event_store};

use crate::cli::{
    database::{Database, Tenure},
    failure::Failure,
    output,
    progress::Bar,
};

/// Check that no event was changed, removed or slipped in behind the program's back: positions, versions and
/// the hash chain of every workspace, from the first event to the last.
#[derive(Args)]
pub(in crate::cli) struct Verify {}

impl Verify {
    pub(super) async fn run(self, config: &Config) -> Result<()> {
        let database = Database::open(config, Tenure::OwnOrJoin).await?;
        let bar = Bar::new("events");
        let verified = event_store::verify(&database.pool, |done, total| bar.set(done, total)).await;
        bar.clear();
        database.close().await?;
        let verified = verified?;
        match verified.finding {
            None => {
                let (events, workspaces) = (verified.events, verified.workspaces);
                output::line(format!("The log is whole: {events} events of {workspaces} workspace(s)."))?;
                Ok(())
            }
            Some(finding) => {
                let message = format!("{finding}; the {} events before it are whole", verified.events);
                Err(Failure { code: finding.code(), message }.into())
            }
        }
    }
}
