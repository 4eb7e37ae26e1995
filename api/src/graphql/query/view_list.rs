//! `views`.

use async_graphql::{Context, Object};
use ledgerdesk_projections::views::{Filter, Row, keyset};

use super::input::OrderDirection;
use crate::graphql::{
    caller::Caller,
    consistency::settle,
    error::Fault,
    model::{loaders, position::Position, view::View},
    paging::{self, Listing, Paging},
};

#[derive(Default)]
pub(super) struct ViewListQuery;

#[Object]
impl ViewListQuery {
    /// Saved views of lists of consultations: those that are shared, and those of the manager who asks. The last
    /// saved ones first unless asked otherwise.
    #[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
    async fn views(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which end comes first.", default_with = "OrderDirection::Desc")]
        order: OrderDirection,
        #[graphql(desc = "How many from the start, 1 to 100; 20 if neither is given.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
        #[graphql(desc = "Wait, at most 2 seconds, until the answer shows this position.")]
        min_position: Option<Position>,
    ) -> Result<Listing<View>, Fault> {
        settle(ctx, &["views", "managers"], min_position).await?;
        let filter = Filter { seen_by: ctx.data::<Caller>()?.actor.as_manager() };
        let paging = Paging { first, after, last, before };
        paging::listing::<Row, _>(loaders(ctx)?, filter, keyset(order.is_descending()), &paging).await
    }
}
