//! `handovers`.

use async_graphql::{Context, Enum, ID, InputObject, Object};
use ledgerdesk_projections::handovers::{Filter, Order, Row};

use super::condition::{
    self, Branches, ConditionInput, EnumTest, IdTest, NumberTest, Tests, TextTest, TimeTest,
};
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
    /// What must hold beyond that, with operators.
    #[graphql(name = "where")]
    condition: Option<HandoverCondition>,
}

/// A condition on handovers, with operators. Everything given must hold. At most 5 levels of `and`, `or`, `not` and
/// 50 tests in all; code `FILTER_TOO_COMPLEX` otherwise.
#[derive(Debug, Clone, Default, InputObject)]
pub(super) struct HandoverCondition {
    /// The consultation.
    consultation: Option<IdTest>,
    /// How far it is.
    state: Option<EnumTest<HandoverState>>,
    /// Who took over.
    assigned_to: Option<IdTest>,
    /// Who was last made an offer.
    offered_to: Option<IdTest>,
    /// The team asked.
    to_team: Option<TextTest>,
    /// When it was asked for.
    requested_at: Option<TimeTest>,
    /// When somebody took over.
    accepted_at: Option<TimeTest>,
    /// When its work was done or fell away.
    resolved_at: Option<TimeTest>,
    /// When the standing offer ends.
    expires_at: Option<TimeTest>,
    /// How many offers were declined.
    decline_count: Option<NumberTest>,
    /// Every one of these holds.
    and: Option<Vec<HandoverCondition>>,
    /// At least one of these holds.
    or: Option<Vec<HandoverCondition>>,
    /// This does not hold.
    not: Option<Box<HandoverCondition>>,
}

impl ConditionInput for HandoverCondition {
    fn branches(&mut self) -> Branches<Self> {
        Branches { and: self.and.take(), or: self.or.take(), not: self.not.take() }
    }

    fn tests(self, tests: &mut Tests) -> Result<(), Fault> {
        tests.id("consultation", NodeKind::Consultation, "t.consultation_id", self.consultation)?;
        tests.wire::<_, ledgerdesk_projections::handovers::State>("t.state", self.state)?;
        tests.id("assignedTo", NodeKind::Manager, "t.assigned_to", self.assigned_to)?;
        tests.id("offeredTo", NodeKind::Manager, "t.offered_to", self.offered_to)?;
        tests.text("toTeam", "t.to_team", self.to_team)?;
        tests.time("requestedAt", "t.requested_at", self.requested_at)?;
        tests.time("acceptedAt", "t.accepted_at", self.accepted_at)?;
        tests.time("resolvedAt", "t.resolved_at", self.resolved_at)?;
        tests.time("expiresAt", "t.expires_at", self.expires_at)?;
        tests.number("t.decline_count", self.decline_count)?;
        Ok(())
    }
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
            condition: condition::read(self.condition)?,
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
