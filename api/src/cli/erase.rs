//! `ledgerdesk erase`

use anyhow::{Context as _, Result};
use async_graphql::{Request, Variables};
use clap::Subcommand;
use ledgerdesk_domain::{context::Actor, id::WorkspaceId};
use ledgerdesk_infrastructure::{auth::Role, config::Config};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{database::Tenure, failure::Failure, node::Node, output, runtime::Runtime, workspace};
use crate::graphql::{
    caller::{Caller, Credential, Language},
    global_id::{self, NodeKind},
};

/// Erase a person: their names, numbers, addresses and texts are gone for good, everywhere; all counts and
/// times stay. There is no way back.
#[derive(Subcommand)]
pub(super) enum Erase {
    /// Erase a client
    Client(Whom),
    /// Erase a manager who was deactivated before
    Manager(Whom),
}

/// Whom to erase.
#[derive(clap::Args)]
pub(super) struct Whom {
    /// The id: as the API shows it, or the bare UUID
    id: String,
    /// The workspace; needed where there is more than one
    #[arg(long, value_name = "ID")]
    workspace: Option<Uuid>,
}

impl Erase {
    /// Asks the API in this process, so that the command line and the network erase in the same way.
    pub(super) async fn run(self, config: Config) -> Result<()> {
        let node = Node::start(Runtime::start(config, Tenure::OwnOrJoin).await?);
        let (mutation, kind, field, whom) = match self {
            Self::Client(whom) => ("eraseClient", NodeKind::Client, "clientId", whom),
            Self::Manager(whom) => ("eraseManager", NodeKind::Manager, "managerId", whom),
        };
        let erased = async {
            let workspace_id = workspace::choose(node.runtime.pool(), whom.workspace).await?;
            let id = whom.id.parse().map_or(whom.id.clone(), |id| global_id::encode(kind, id));
            erase(&node, workspace_id, mutation, json!({ "input": { field: id } })).await
        };
        let erased = erased.await;
        node.stop().await?;
        erased?;
        output::line("Erased: the key is destroyed. Backups made before still hold it; let them expire.")?;
        Ok(())
    }
}

async fn erase(node: &Node, workspace_id: WorkspaceId, mutation: &str, variables: Value) -> Result<()> {
    let input = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
    let query = format!(
        "mutation($input: {input}!) {{ {mutation}(input: $input) {{ userErrors {{ code message }} }} }}"
    );
    let caller = Caller {
        workspace_id,
        key_id: Uuid::nil(),
        access: Role::Owner.into(),
        credential: Credential::Key,
        actor: Actor::SYSTEM,
        request_id: node.runtime.ids.next_id(),
        language: Language::En,
    };
    let request = Request::new(query).variables(Variables::from_json(variables));
    let answer = node.endpoint.execute_as(request, &caller).await;
    if let Some(error) = answer.errors.into_iter().next() {
        return Err(Failure { code: "erasure_failed", message: error.message }.into());
    }
    let data = answer.data.into_json().context("the answer cannot be read")?;
    match data[mutation]["userErrors"].as_array().and_then(|errors| errors.first()) {
        None => Ok(()),
        Some(error) => {
            let text = |field: &str| error[field].as_str().unwrap_or_default().to_owned();
            let message = format!("{} ({})", text("message"), text("code"));
            Err(Failure { code: "erasure_refused", message }.into())
        }
    }
}
