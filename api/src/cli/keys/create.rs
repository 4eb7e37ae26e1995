//! `ledgerdesk keys create`

use anyhow::Result;
use clap::Args;
use ledgerdesk_domain::id::ManagerId;
use ledgerdesk_infrastructure::{
    auth::{ApiKeys, NewApiKey, Role},
    clock::{Clock as _, IdSource as _, SystemClock, SystemIds},
};
use sqlx::PgPool;
use uuid::Uuid;

use crate::cli::{output, workspace};

const EXAMPLES: &str = "\
Examples:
  ledgerdesk keys create --role analyst --name dashboards
  ledgerdesk keys create --role manager --name 'Anna, desk 4' --manager 0199f0c2-…";

/// Create a key and print it, for the only time.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct Create {
    /// What it may do
    #[arg(long, value_parser = role_parser())]
    role: String,
    /// What people call it
    #[arg(long)]
    name: String,
    /// The manager as whom it acts, instead of as itself
    #[arg(long, value_name = "ID")]
    manager: Option<Uuid>,
    /// The workspace that it opens; needed where there is more than one
    #[arg(long, value_name = "ID")]
    workspace: Option<Uuid>,
}

impl Create {
    pub(super) async fn run(self, pool: &PgPool) -> Result<()> {
        let key = NewApiKey {
            id: SystemIds.next_id(),
            workspace_id: workspace::choose(pool, self.workspace).await?,
            name: self.name,
            // The parser lets nothing else through.
            role: Role::parse(&self.role).unwrap_or(Role::Auditor),
            manager_id: self.manager.map(ManagerId),
        };
        let created = ApiKeys::new(pool.clone()).create(key, SystemClock.now()).await?;
        output::line(created.secret.reveal())?;
        eprintln!(
            "This is the only time that the key is shown. `ledgerdesk keys revoke {}` ends it.",
            created.id
        );
        Ok(())
    }
}

fn role_parser() -> clap::builder::PossibleValuesParser {
    Role::ALL.map(Role::as_str).into()
}
