//! `handovers`.

use async_graphql::{Context, Enum, ID, InputObject, Object};
use ledgerdesk_projections::handovers::{Filter, Order, Row};

use super::input::{self, OrderDirection, TimeRangeInput};
use crate::graphql::{
    consistency::settle,
    error::Fault,
    global_id::NodeKind,
    model::{
        handover::{Handover, HandoverState},
        loaders,
        position::Position,
    },
    paging::{self, Listing, Paging},
};

/// What narrows a list of handovers. Everything given must hold; a list asks for one of its values. At most 100
/// values a list.
#[derive(Debug, Clone, Default, InputObject)]
pub(in crate::graphql) struct HandoverFilter {
    /// Of one of these consultations.
    consultation: Option<Vec<ID>>,
    /// In one of these states.
    state: Option<Vec<HandoverState>>,
    /// Taken over by one of these managers.
    assigned_to: Option<Vec<ID>>,
    /// Last offered to one of these managers.
    offered_to: Option<Vec<ID>>,
    /// Asked of one of these teams.
    to_team: Option<Vec<String>>,
    /// Asked for in this span.
    requested: Option<TimeRangeInput>,
}

impl HandoverFilter {
    pub(in crate::graphql) fn read(self) -> Result<Filter, Fault> {
        Ok(Filter {
            consultations: input::ids("filter.consultation", NodeKind::Consultation, self.consultation)?,
            states: input::list("filter.state", self.state)?,
            assigned_to: input::ids("filter.assignedTo", NodeKind::Manager, self.assigned_to)?,
            offered_to: input::ids("filter.offeredTo", NodeKind::Manager, self.offered_to)?,
            to_teams: input::texts("filter.toTeam", self.to_team)?,
            requested: input::range("filter.requested", self.requested)?,
        })
    }
}

/// What handovers can be ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "ledgerdesk_projections::handovers::Order")]
pub(super) enum HandoverOrderField {
    /// When it was asked for.
    RequestedAt,
    /// When the standing offer ends; handovers without one are left out.
    ExpiresAt,
}

/// The order of a list of handovers. Ties are broken by id, so that it is total.
#[derive(Debug, Clone, Copy, InputObject)]
pub(super) struct HandoverOrder {
    /// What to order by.
    field: HandoverOrderField,
    /// Which end comes first.
    #[graphql(default_with = "OrderDirection::Desc")]
    direction: OrderDirection,
}

impl HandoverOrder {
    const DEFAULT: Self = Self { field: HandoverOrderField::RequestedAt, direction: OrderDirection::Desc };
}

#[derive(Default)]
pub(super) struct HandoverListQuery;

#[Object]
impl HandoverListQuery {
    /// Handovers (эскалации), the newest request first unless asked otherwise.
    #[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
    async fn handovers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones.", default)] filter: HandoverFilter,
        #[graphql(desc = "In which order.")] order_by: Option<HandoverOrder>,
        #[graphql(desc = "How many from the start, 1 to 100; 20 if neither is given.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
        #[graphql(desc = "Wait, at most 2 seconds, until the answer shows this position.")]
        min_position: Option<Position>,
    ) -> Result<Listing<Handover>, Fault> {
        let filter = filter.read()?;
        let order = order_by.unwrap_or(HandoverOrder::DEFAULT);
        let keyset = Order::from(order.field).keyset(order.direction.is_descending());
        settle(ctx, &["handovers"], min_position).await?;
        let paging = Paging { first, after, last, before };
        paging::listing::<Row, _>(loaders(ctx)?, filter, keyset, &paging).await
    }
}
