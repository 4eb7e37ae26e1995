//! `me`.

use async_graphql::{Context, Object};

use crate::graphql::{caller::Caller, error::Fault, model::me::Me};

#[derive(Default)]
pub(super) struct MeQuery;

#[Object]
impl MeQuery {
    /// Who is asking: the API key, its role, and who acts with it.
    #[expect(clippy::unused_async, reason = "async-graphql takes async fields only")]
    async fn me(&self, ctx: &Context<'_>) -> Result<Me, Fault> {
        Ok(ctx.data::<Caller>()?.into())
    }
}
