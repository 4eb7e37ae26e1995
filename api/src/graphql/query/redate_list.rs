//! `redates`.

use async_graphql::{Context, Enum, ID, InputObject, Object};
use ledgerdesk_projections::redates::{Filter, Order, Row};

use super::condition::{self, Branches, ConditionInput, EnumTest, IdTest, NumberTest, Tests, TimeTest};
use super::input::{self, OrderDirection, TimeRangeInput};
use crate::graphql::{
    consistency::settle,
    error::Fault,
    global_id::NodeKind,
    model::{enums::ActorKind, loaders, position::Position, redate::Redate},
    paging::{self, Listing, Paging},
};

/// What narrows a list of redates. Everything given must hold; a list asks for one of its values. At most 100
/// values a list.
#[derive(Debug, Clone, Default, InputObject)]
pub(in crate::graphql) struct RedateFilter {
    /// Of one of these consultations.
    consultation: Option<Vec<ID>>,
    /// Of consultations that one of these managers held then.
    assignee: Option<Vec<ID>>,
    /// Wanted by one of these kinds of parties.
    initiator: Option<Vec<ActorKind>>,
    /// Moved in this span.
    redated: Option<TimeRangeInput>,
    /// Moved to a time in this span.
    moved_to: Option<TimeRangeInput>,
    /// What must hold beyond that, with operators.
    #[graphql(name = "where")]
    condition: Option<RedateCondition>,
}

/// A condition on redates, with operators. Everything given must hold. At most 5 levels of `and`, `or`, `not` and
/// 50 tests in all; code `FILTER_TOO_COMPLEX` otherwise.
#[derive(Debug, Clone, Default, InputObject)]
pub(super) struct RedateCondition {
    /// The consultation.
    consultation: Option<IdTest>,
    /// Who held the consultation then.
    assignee: Option<IdTest>,
    /// What kind of party wanted it.
    initiator: Option<EnumTest<ActorKind>>,
    /// When the time was moved.
    redated_at: Option<TimeTest>,
    /// The time before.
    moved_from: Option<TimeTest>,
    /// The time after.
    moved_to: Option<TimeTest>,
    /// When the first answered call that serves it began.
    answered_at: Option<TimeTest>,
    /// The how-manieth of its consultation.
    number: Option<NumberTest>,
    /// Every one of these holds.
    and: Option<Vec<RedateCondition>>,
    /// At least one of these holds.
    or: Option<Vec<RedateCondition>>,
    /// This does not hold.
    not: Option<Box<RedateCondition>>,
}

impl ConditionInput for RedateCondition {
    fn branches(&mut self) -> Branches<Self> {
        Branches { and: self.and.take(), or: self.or.take(), not: self.not.take() }
    }

    fn tests(self, tests: &mut Tests) -> Result<(), Fault> {
        tests.id("consultation", NodeKind::Consultation, "t.consultation_id", self.consultation)?;
        tests.id("assignee", NodeKind::Manager, "t.assignee", self.assignee)?;
        tests.wire::<_, ledgerdesk_domain::context::ActorKind>("t.initiator_kind", self.initiator)?;
        tests.time("redatedAt", "t.redated_at", self.redated_at)?;
        tests.time("movedFrom", "t.moved_from", self.moved_from)?;
        tests.time("movedTo", "t.moved_to", self.moved_to)?;
        tests.time("answeredAt", "t.answered_at", self.answered_at)?;
        tests.number("t.number", self.number)?;
        Ok(())
    }
}

impl RedateFilter {
    pub(in crate::graphql) fn read(self) -> Result<Filter, Fault> {
        Ok(Filter {
            consultations: input::ids("filter.consultation", NodeKind::Consultation, self.consultation)?,
            assignees: input::ids("filter.assignee", NodeKind::Manager, self.assignee)?,
            initiators: input::list("filter.initiator", self.initiator)?,
            redated: input::range("filter.redated", self.redated)?,
            moved_to: input::range("filter.movedTo", self.moved_to)?,
            condition: condition::read(self.condition)?,
        })
    }
}

/// What redates can be ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "ledgerdesk_projections::redates::Order")]
pub(super) enum RedateOrderField {
    /// When the time was moved.
    RedatedAt,
    /// The time after.
    MovedTo,
}

/// The order of a list of redates. Ties are broken by id, so that it is total.
#[derive(Debug, Clone, Copy, InputObject)]
pub(super) struct RedateOrder {
    /// What to order by.
    field: RedateOrderField,
    /// Which end comes first.
    #[graphql(default_with = "OrderDirection::Desc")]
    direction: OrderDirection,
}

impl RedateOrder {
    const DEFAULT: Self = Self { field: RedateOrderField::RedatedAt, direction: OrderDirection::Desc };
}

#[derive(Default)]
pub(super) struct RedateListQuery;

#[Object]
impl RedateListQuery {
    /// Redates (переносы), the newest first unless asked otherwise.
    #[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
    async fn redates(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones.", default)] filter: RedateFilter,
        #[graphql(desc = "In which order.")] order_by: Option<RedateOrder>,
        #[graphql(desc = "How many from the start, 1 to 100; 20 if neither is given.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
        #[graphql(desc = "Wait, at most 2 seconds, until the answer shows this position.")]
        min_position: Option<Position>,
    ) -> Result<Listing<Redate>, Fault> {
        let filter = filter.read()?;
        let order = order_by.unwrap_or(RedateOrder::DEFAULT);
        let keyset = Order::from(order.field).keyset(order.direction.is_descending());
        settle(ctx, &["redates"], min_position).await?;
        let paging = Paging { first, after, last, before };
        paging::listing::<Row, _>(loaders(ctx)?, filter, keyset, &paging).await
    }
}
