//! `node` and `nodes`.

use async_graphql::{Context, ID, Object};
use futures_util::future::try_join_all;

use super::{consultation::READ_MODELS, input};
use crate::graphql::{
    consistency::settle,
    error::Fault,
    global_id,
    model::{node::Node, position::Position},
};

#[derive(Default)]
pub(super) struct NodeQuery;

#[Object]
impl NodeQuery {
    /// Anything by its id, as it is now; to read what was just written, ask `nodes`, which waits for a position. Code
    /// `NOT_FOUND` if this workspace has no such thing.
    async fn node(
        &self,
        ctx: &Context<'_>,
        // No other argument: Relay's compiler wants the field to take an id and nothing else.
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
        #[graphql(desc = "Wait, at most 2 seconds, until the answer shows this position.")]
        min_position: Option<Position>,
    ) -> Result<Vec<Option<Node>>, Fault> {
        let ids: Vec<ID> = input::list("ids", Some(ids))?;
        let ids: Vec<_> = ids.iter().map(|id| global_id::decode(id)).collect::<Result<_, _>>()?;
        settle(ctx, READ_MODELS, min_position).await?;
        settle(ctx, &["views"], min_position).await?;
        try_join_all(ids.into_iter().map(|(kind, id)| Node::load(ctx, kind, id))).await
    }
}
