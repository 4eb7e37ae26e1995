//! `calls`.

use async_graphql::{Context, ID, InputObject, Object};
use ledgerdesk_projections::calls::{Filter, Row, keyset};

use super::input::{self, OrderDirection, TimeRangeInput};
use crate::graphql::{
    consistency::settle,
    error::Fault,
    global_id::NodeKind,
    model::{
        call::Call,
        enums::{CallDirection, CallOutcome},
        loaders,
        position::Position,
    },
    paging::{self, Listing, Paging},
};

/// What narrows a list of calls. Everything given must hold; a list asks for one of its values. At most 100
/// values a list.
#[derive(Debug, Clone, Default, InputObject)]
pub(super) struct CallFilter {
    /// Of one of these consultations.
    consultation: Option<Vec<ID>>,
    /// By or to one of these managers.
    manager: Option<Vec<ID>>,
    /// That serve one of these redates.
    redate: Option<Vec<ID>>,
    /// Which way.
    direction: Option<CallDirection>,
    /// That ended in one of these ways.
    outcome: Option<Vec<CallOutcome>>,
    /// Began in this span.
    started: Option<TimeRangeInput>,
}

impl CallFilter {
    fn read(self) -> Result<Filter, Fault> {
        Ok(Filter {
            consultations: input::ids("filter.consultation", NodeKind::Consultation, self.consultation)?,
            managers: input::ids("filter.manager", NodeKind::Manager, self.manager)?,
            redates: input::ids("filter.redate", NodeKind::Redate, self.redate)?,
            direction: self.direction.map(Into::into),
            outcomes: input::list("filter.outcome", self.outcome)?,
            started: input::range("filter.started", self.started)?,
        })
    }
}

#[derive(Default)]
pub(super) struct CallListQuery;

#[Object]
impl CallListQuery {
    /// Call attempts, the newest first unless asked otherwise.
    #[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
    async fn calls(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones.", default)] filter: CallFilter,
        #[graphql(desc = "Which end comes first.", default_with = "OrderDirection::Desc")]
        order: OrderDirection,
        #[graphql(desc = "How many from the start, 1 to 100; 20 if neither is given.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
        #[graphql(desc = "Wait, at most 2 seconds, until the answer shows this position.")]
        min_position: Option<Position>,
    ) -> Result<Listing<Call>, Fault> {
        let filter = filter.read()?;
        settle(ctx, &["calls"], min_position).await?;
        let paging = Paging { first, after, last, before };
        paging::listing::<Row, _>(loaders(ctx)?, filter, keyset(order.is_descending()), &paging).await
    }
}
