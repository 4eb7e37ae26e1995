//! `ledgerdesk keys list`

use anyhow::Result;
use chrono::SecondsFormat;
use clap::Args;
use ledgerdesk_domain::id::WorkspaceId;
use ledgerdesk_infrastructure::auth::{ApiKeyRecord, ApiKeys};
use sqlx::PgPool;
use uuid::Uuid;

use crate::cli::output;

/// Show the keys: never their text, only its beginning.
#[derive(Args)]
pub(in crate::cli) struct List {
    /// Only those of this workspace
    #[arg(long, value_name = "ID")]
    workspace: Option<Uuid>,
}

impl List {
    pub(super) async fn run(self, pool: &PgPool) -> Result<()> {
        let keys = ApiKeys::new(pool.clone()).list(self.workspace.map(WorkspaceId)).await?;
        output::line(format!(
            "{:36}  {:12}  {:13}  {:20}  {:7}  {:36}  NAME",
            "ID", "KEY", "ROLE", "CREATED", "STATE", "WORKSPACE"
        ))?;
        keys.iter().try_for_each(|key| output::line(row(key)))?;
        Ok(())
    }
}

fn row(key: &ApiKeyRecord) -> String {
    let created = key.created_at.to_rfc3339_opts(SecondsFormat::Secs, true);
    let state = if key.revoked_at.is_some() { "revoked" } else { "valid" };
    // Names come from people; a terminal must not obey them.
    let name: String = key.name.chars().filter(|sign| !sign.is_control()).collect();
    let workspace = key.workspace_id.to_string();
    format!(
        "{}  {:12}  {:13}  {created:20}  {state:7}  {workspace:36}  {name}",
        key.id,
        key.prefix,
        key.role.to_string()
    )
}
