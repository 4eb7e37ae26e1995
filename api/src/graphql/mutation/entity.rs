//! What payloads and subscriptions show of an aggregate: the read side's state, once it has caught up.

use std::time::Duration;

use async_graphql::{Context, ID, SimpleObject};
use ledgerdesk_domain::stream::Position;
use ledgerdesk_infrastructure::command::Executed;
use ledgerdesk_projections::runtime::ReadSide;
use uuid::Uuid;

use crate::graphql::{
    caller::Caller,
    error::Fault,
    global_id::{self, NodeKind},
};

/// How long a payload waits for the read side.
const MAX_WAIT: Duration = Duration::from_secs(2);

/// Without these rows there is nothing to show.
const ESSENTIAL: [&str; 4] = ["consultation_list", "consultation_detail", "clients", "managers"];
/// These are shown below it; one that is behind makes nobody wait twice.
const NESTED: [&str; 6] = ["messages", "handovers", "redates", "calls", "ratings", "history"];

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

/// Reads entities of the caller's workspace. Keeps nothing of the request alive, so that streams can hold it.
pub(crate) struct Entities {}

impl Entities {
    pub(crate) fn of(ctx: &Context<'_>) -> Result<Self, Fault> {
        let _caller = ctx.data::<Caller>()?;
        Ok(Self {})
    }

    /// The consultation, if there is one.
    pub(crate) async fn consultation(&self, id: Uuid) -> Result<Option<Consultation>, Fault> {
        Ok(Some(Consultation { id: global_id::encode(NodeKind::Consultation, id).into() }))
    }

    /// The client, if there is one.
    pub(crate) async fn client(&self, id: Uuid) -> Result<Option<Client>, Fault> {
        Ok(Some(Client { id: global_id::encode(NodeKind::Client, id).into() }))
    }

    /// The manager, if there is one.
    pub(crate) async fn manager(&self, id: Uuid) -> Result<Option<Manager>, Fault> {
        Ok(Some(Manager { id: global_id::encode(NodeKind::Manager, id).into() }))
    }
}

/// Where to read the entity as it is after the command; nothing if nothing was done or the read side takes too
/// long.
pub(crate) async fn after(
    ctx: &Context<'_>,
    executed: Option<Executed>,
) -> Result<Option<(Entities, Uuid)>, Fault> {
    let Some(executed) = executed else { return Ok(None) };
    let shown = is_shown(ctx.data::<ReadSide>()?, executed.position).await;
    if shown { Ok(Some((Entities::of(ctx)?, executed.stream.id))) } else { Ok(None) }
}

/// Waits, bounded, until the read side shows this position.
pub(crate) async fn is_shown(read_side: &ReadSide, position: Position) -> bool {
    let (essential, _) = tokio::join!(
        read_side.wait_for(&ESSENTIAL, position, MAX_WAIT),
        read_side.wait_for(&NESTED, position, MAX_WAIT / 4),
    );
    essential.is_ok()
}
