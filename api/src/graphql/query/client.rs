//! `client(id)`.

use async_graphql::{Context, ID, Object};

use super::input;
use crate::graphql::{
    consistency::settle,
    error::Fault,
    global_id::NodeKind,
    model::{client::Client, position::Position},
};

#[derive(Default)]
pub(super) struct ClientQuery;

#[Object]
impl ClientQuery {
    /// One client. Code `NOT_FOUND` if this workspace has none with the id.
    async fn client(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The client's id.")] id: ID,
        #[graphql(desc = "Wait, at most 2 seconds, until the answer shows this position.")]
        min_position: Option<Position>,
    ) -> Result<Option<Client>, Fault> {
        let id = input::id("id", NodeKind::Client, &id)?;
        settle(ctx, &["clients"], min_position).await?;
        let found = Client::load(ctx, id).await?;
        Ok(Some(found.ok_or(Fault::NotFound { what: "client" })?))
    }
}
