//! `deadlines`.

use async_graphql::{Context, ID, InputObject, Object};
use ledgerdesk_projections::deadlines::{Filter, Row, State, keyset};

use super::{
    consultation::READ_MODELS,
    input::{self, OrderDirection, TimeRangeInput},
};
use crate::graphql::{
    consistency::{settle, settle_clocks},
    error::Fault,
    global_id::NodeKind,
    model::{
        deadline::{Deadline, DeadlineState},
        loaders,
        position::Position,
        service_level::ClockKind,
    },
    paging::{self, Listing, Paging},
};

/// What narrows a list of deadlines. Everything given must hold; a list asks for one of its values. At most 100 values
/// a list.
#[derive(Debug, Clone, Default, InputObject)]
pub(super) struct DeadlineFilter {
    /// Of one of these consultations.
    consultation: Option<Vec<ID>>,
    /// Of one of these kinds.
    clock: Option<Vec<ClockKind>>,
    /// In one of these states.
    state: Option<Vec<DeadlineState>>,
    /// Due in this span.
    due: Option<TimeRangeInput>,
    /// Of consultations of one of these teams.
    team: Option<Vec<String>>,
    /// Of consultations that one of these managers holds.
    assignee: Option<Vec<ID>>,
}

impl DeadlineFilter {
    fn read(self) -> Result<Filter, Fault> {
        let states: Vec<State> = input::list("filter.state", self.state)?;
        Ok(Filter {
            consultations: input::ids("filter.consultation", NodeKind::Consultation, self.consultation)?,
            clocks: input::list("filter.clock", self.clock)?,
            states,
            due: input::range("filter.due", self.due)?,
            teams: input::texts("filter.team", self.team)?,
            assignees: input::ids("filter.assignee", NodeKind::Manager, self.assignee)?,
        })
    }
}

#[derive(Default)]
pub(super) struct DeadlineListQuery;

#[Object]
impl DeadlineListQuery {
    /// What is due next and what is late: the clocks of service levels that run, over all consultations, the earliest
    /// deadline first unless asked otherwise. `Consultation.clocks` says why one is late.
    #[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
    async fn deadlines(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones.", default)] filter: DeadlineFilter,
        #[graphql(desc = "Which end comes first.", default_with = "OrderDirection::Asc")]
        order: OrderDirection,
        #[graphql(desc = "How many from the start, 1 to 100; 20 if neither is given.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
        #[graphql(desc = "Wait, at most 2 seconds, until the answer shows this position.")]
        min_position: Option<Position>,
    ) -> Result<Listing<Deadline>, Fault> {
        let filter = filter.read()?;
        settle(ctx, READ_MODELS, min_position).await?;
        settle_clocks(ctx, min_position).await?;
        let paging = Paging { first, after, last, before };
        paging::listing::<Row, _>(loaders(ctx)?, filter, keyset(order.is_descending()), &paging).await
    }
}
