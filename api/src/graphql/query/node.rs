//! `node` and `nodes`.

use async_graphql::{Context, ID, Object};
use futures_util::future::try_join_all;

use super::input;
use crate::graphql::{error::Fault, global_id, model::node::Node};

#[derive(Default)]
pub(super) struct NodeQuery;

#[Object]
impl NodeQuery {
    /// Anything by its id. Code `NOT_FOUND` if this workspace has no such thing.
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "An id of any type.")] id: ID,
    ) -> Result<Option<Node>, Fault> {
        let (kind, id) = global_id::decode(&id)?;
        let found = Node::load(ctx, kind, id).await?;
        Ok(Some(found.ok_or(Fault::NotFound { what: "thing" })?))
    }

    /// Several things by their ids, in the same order; null where this workspace has no such thing.
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most 100 ids of any types.")] ids: Vec<ID>,
    ) -> Result<Vec<Option<Node>>, Fault> {
        let ids: Vec<ID> = input::list("ids", Some(ids))?;
        let ids: Vec<_> = ids.iter().map(|id| global_id::decode(id)).collect::<Result<_, _>>()?;
        try_join_all(ids.into_iter().map(|(kind, id)| Node::load(ctx, kind, id))).await
    }
}
