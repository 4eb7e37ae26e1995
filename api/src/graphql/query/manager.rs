//! `manager(id)`.

use async_graphql::{Context, ID, Object};

use super::input;
use crate::graphql::{
    consistency::settle,
    error::Fault,
    global_id::NodeKind,
    model::{manager::Manager, position::Position},
};

#[derive(Default)]
pub(super) struct ManagerQuery;

#[Object]
impl ManagerQuery {
    /// One manager. Code `NOT_FOUND` if this workspace has none with the id.
    async fn manager(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The manager's id.")] id: ID,
        #[graphql(desc = "Wait, at most 2 seconds, until the answer shows this position.")]
        min_position: Option<Position>,
    ) -> Result<Option<Manager>, Fault> {
        let id = input::id("id", NodeKind::Manager, &id)?;
        settle(ctx, &["managers"], min_position).await?;
        let found = Manager::load(ctx, id).await?;
        Ok(Some(found.ok_or(Fault::NotFound { what: "manager" })?))
    }
}
