//! `ledgerdesk keys create`

use anyhow::Result;
use clap::Args;
use ledgerdesk_domain::id::ManagerId;
use ledgerdesk_infrastructure::{
    auth::{ApiKeys, NewApiKey, Role, RoleId, Scope},
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
    /// What it may do: owner, administrator, supervisor, manager, bot, analyst, auditor, integration, or the id of a
    /// role of the workspace
    #[arg(long, value_parser = role_parser)]
    role: RoleId,
    /// What people call it
    #[arg(long)]
    name: String,
    /// The manager as whom it acts, instead of as itself
    #[arg(long, value_name = "ID")]
    manager: Option<Uuid>,
    /// With which consultations: `all`, `own_and_queued` or `own`; the last two need --manager
    #[arg(long, value_name = "SCOPE", default_value = "all", value_parser = scope_parser)]
    scope: Scope,
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
            role: self.role,
            scope: self.scope,
            manager_id: self.manager.map(ManagerId),
        };
        let created = ApiKeys::new(pool.clone()).create(key, None, SystemClock.now()).await?;
        output::line(created.secret.reveal())?;
        eprintln!(
            "This is the only time that the key is shown. `ledgerdesk keys revoke {}` ends it.",
            created.id
        );
        Ok(())
    }
}

fn role_parser(text: &str) -> Result<RoleId, String> {
    RoleId::parse(text).ok_or_else(|| {
        let roles = Role::ALL.map(Role::as_str).join(", ");
        format!("one of {roles}, or the id of a role of the workspace")
    })
}

fn scope_parser(text: &str) -> Result<Scope, String> {
    Scope::parse(text).ok_or_else(|| format!("one of {}", Scope::ALL.map(Scope::as_str).join(", ")))
}
