//! What payloads show after a command: the read side's state, once it has caught up with the command.

use std::future::Future;

use async_graphql::{Context, ID, Result, SimpleObject};
use ledgerdesk_infrastructure::command::Executed;
use uuid::Uuid;

use crate::graphql::global_id::{self, NodeKind};

/// Stand-in for `model::consultation::Consultation`.
#[derive(SimpleObject)]
pub(crate) struct Consultation {
    id: ID,
}

/// Stand-in for `model::client::Client`.
#[derive(SimpleObject)]
pub(crate) struct Client {
    id: ID,
}

/// Stand-in for `model::manager::Manager`.
#[derive(SimpleObject)]
pub(crate) struct Manager {
    id: ID,
}

pub(crate) async fn consultation(_ctx: &Context<'_>, id: Uuid) -> Result<Option<Consultation>> {
    Ok(Some(Consultation { id: global_id::encode(NodeKind::Consultation, id).into() }))
}

pub(crate) async fn client(_ctx: &Context<'_>, id: Uuid) -> Result<Option<Client>> {
    Ok(Some(Client { id: global_id::encode(NodeKind::Client, id).into() }))
}

pub(crate) async fn manager(_ctx: &Context<'_>, id: Uuid) -> Result<Option<Manager>> {
    Ok(Some(Manager { id: global_id::encode(NodeKind::Manager, id).into() }))
}

/// Loads the entity as it is after the command.
pub(crate) async fn after<'a, T, F, Fut>(
    ctx: &'a Context<'a>,
    executed: Option<Executed>,
    load: F,
) -> Result<Option<T>>
where
    F: FnOnce(&'a Context<'a>, Uuid) -> Fut,
    Fut: Future<Output = Result<Option<T>>>,
{
    match executed {
        Some(executed) => load(ctx, executed.stream.id).await,
        None => Ok(None),
    }
}
