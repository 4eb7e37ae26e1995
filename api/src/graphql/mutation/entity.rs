//! What payloads and subscriptions show of an aggregate: the read side's state, once it has caught up.

use std::time::Duration;

use async_graphql::Context;
use ledgerdesk_domain::stream::Position;
use ledgerdesk_infrastructure::command::Executed;
use ledgerdesk_projections::runtime::ReadSide;
use uuid::Uuid;

use crate::graphql::{
    error::Fault,
    loaders::Loaders,
    model::{
        catalog::CatalogEntry, client::Client, consultation::Consultation, loaders, manager::Manager,
        view::View,
    },
};

/// How long a payload waits for the read side.
const MAX_WAIT: Duration = Duration::from_secs(2);

/// Without these rows there is nothing to show.
const ESSENTIAL: [&str; 4] = ["consultation_list", "consultation_detail", "clients", "managers"];
/// These are shown below it; one that is behind makes nobody wait long.
const NESTED: [&str; 6] = ["messages", "handovers", "redates", "calls", "ratings", "history"];

/// Reads entities of the caller's workspace. Borrows nothing from the request, so that streams can hold it.
pub(crate) struct Entities(Loaders);

impl Entities {
    pub(crate) fn of(ctx: &Context<'_>) -> Result<Self, Fault> {
        Ok(Self(loaders(ctx)?.anew()))
    }

    /// The consultation, if there is one.
    pub(crate) async fn consultation(&self, id: Uuid) -> Result<Option<Consultation>, Fault> {
        Ok(self.0.consultations.load(id).await?.map(Consultation::from))
    }

    /// The client, if there is one.
    pub(crate) async fn client(&self, id: Uuid) -> Result<Option<Client>, Fault> {
        Ok(self.0.clients.load(id).await?.map(Client::from))
    }

    /// The entry of a catalog, if there is one.
    pub(crate) async fn catalog_entry(&self, id: Uuid) -> Result<Option<CatalogEntry>, Fault> {
        Ok(self.0.catalog_entries.load(id).await?.map(CatalogEntry::from))
    }

    /// The saved view, if there is one.
    pub(crate) async fn view(&self, id: Uuid) -> Result<Option<View>, Fault> {
        Ok(self.0.views.load(id).await?.map(View::from))
    }

    /// The manager, if there is one.
    pub(crate) async fn manager(&self, id: Uuid) -> Result<Option<Manager>, Fault> {
        Ok(self.0.managers.load(id).await?.map(Manager::from))
    }
}

/// The same as [`after`], for what these read models show.
pub(crate) async fn after_in(
    ctx: &Context<'_>,
    executed: Option<Executed>,
    read_models: &[&str],
) -> Result<Option<(Entities, Uuid)>, Fault> {
    let Some(executed) = executed else { return Ok(None) };
    let shown = ctx.data::<ReadSide>()?.wait_for(read_models, executed.position, MAX_WAIT).await;
    if shown.is_ok() { Ok(Some((Entities::of(ctx)?, executed.stream.id))) } else { Ok(None) }
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
