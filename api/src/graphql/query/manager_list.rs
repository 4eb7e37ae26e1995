//! `managers`.

use async_graphql::{Context, Enum, InputObject, Object};
use ledgerdesk_projections::managers::{Filter, Order, Row};

use super::condition::{
    self, Branches, ConditionInput, EnumTest, NumberTest, Tests, TextTest, TimeTest, WordsTest,
};
use super::input::{self, OrderDirection};
use crate::graphql::{
    consistency::settle,
    error::Fault,
    model::{enums::Availability, loaders, manager::Manager, position::Position},
    paging::{self, Listing, Paging},
};

/// What narrows a list of managers. Everything given must hold; a list asks for one of its values. At most 100
/// values a list.
#[derive(Debug, Clone, Default, InputObject)]
pub(super) struct ManagerFilter {
    /// Of one of these teams.
    team: Option<Vec<String>>,
    /// With all of these skills.
    skills: Option<Vec<String>>,
    /// Of one of these.
    availability: Option<Vec<Availability>>,
    /// Registered and not deactivated; `false` asks for the others.
    active: Option<bool>,
    /// With room for another open consultation; `false` asks for those without.
    has_room: Option<bool>,
    /// What must hold beyond that, with operators.
    #[graphql(name = "where")]
    condition: Option<ManagerCondition>,
}

/// A condition on managers, with operators. Everything given must hold. At most 5 levels of `and`, `or`, `not` and
/// 50 tests in all; code `FILTER_TOO_COMPLEX` otherwise.
#[derive(Debug, Clone, Default, InputObject)]
pub(super) struct ManagerCondition {
    /// The team.
    team: Option<TextTest>,
    /// What the manager can.
    skills: Option<WordsTest>,
    /// Whether the manager takes work now.
    availability: Option<EnumTest<Availability>>,
    /// Registered and not deactivated; `false` asks for the others.
    active: Option<bool>,
    /// How many open consultations at once.
    capacity: Option<NumberTest>,
    /// Open consultations that the manager holds.
    open_consultation_count: Option<NumberTest>,
    /// Consultations that the manager resolved.
    resolved_count: Option<NumberTest>,
    /// When the manager was first heard of.
    first_seen_at: Option<TimeTest>,
    /// Every one of these holds.
    and: Option<Vec<ManagerCondition>>,
    /// At least one of these holds.
    or: Option<Vec<ManagerCondition>>,
    /// This does not hold.
    not: Option<Box<ManagerCondition>>,
}

impl ConditionInput for ManagerCondition {
    fn branches(&mut self) -> Branches<Self> {
        Branches { and: self.and.take(), or: self.or.take(), not: self.not.take() }
    }

    fn tests(self, tests: &mut Tests) -> Result<(), Fault> {
        tests.text("team", "t.team", self.team)?;
        tests.words("skills", "t.skills", self.skills)?;
        tests.wire::<_, ledgerdesk_domain::manager::Availability>("t.availability", self.availability)?;
        tests.holds("t.active", self.active);
        tests.number("t.capacity", self.capacity)?;
        tests.number("t.open_consultation_count", self.open_consultation_count)?;
        tests.number("t.resolved_count", self.resolved_count)?;
        tests.time("firstSeenAt", "t.first_seen_at", self.first_seen_at)?;
        Ok(())
    }
}

impl ManagerFilter {
    fn read(self) -> Result<Filter, Fault> {
        Ok(Filter {
            teams: input::texts("filter.team", self.team)?,
            skills: input::texts("filter.skills", self.skills)?,
            availabilities: input::list("filter.availability", self.availability)?,
            active: self.active,
            has_room: self.has_room,
            condition: condition::read(self.condition)?,
        })
    }
}

/// What managers can be ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "ledgerdesk_projections::managers::Order")]
pub(super) enum ManagerOrderField {
    /// When the manager was first heard of.
    FirstSeenAt,
    /// How many open consultations.
    OpenConsultations,
    /// How many consultations the manager resolved.
    Resolved,
}

/// The order of a list of managers. Ties are broken by id, so that it is total.
#[derive(Debug, Clone, Copy, InputObject)]
pub(super) struct ManagerOrder {
    /// What to order by.
    field: ManagerOrderField,
    /// Which end comes first.
    #[graphql(default_with = "OrderDirection::Desc")]
    direction: OrderDirection,
}

impl ManagerOrder {
    const DEFAULT: Self = Self { field: ManagerOrderField::FirstSeenAt, direction: OrderDirection::Desc };
}

#[derive(Default)]
pub(super) struct ManagerListQuery;

#[Object]
impl ManagerListQuery {
    /// Managers and their load, the newest first unless asked otherwise.
    #[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
    async fn managers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones.", default)] filter: ManagerFilter,
        #[graphql(desc = "In which order.")] order_by: Option<ManagerOrder>,
        #[graphql(desc = "How many from the start, 1 to 100; 20 if neither is given.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
        #[graphql(desc = "Wait, at most 2 seconds, until the answer shows this position.")]
        min_position: Option<Position>,
    ) -> Result<Listing<Manager>, Fault> {
        let filter = filter.read()?;
        let order = order_by.unwrap_or(ManagerOrder::DEFAULT);
        let keyset = Order::from(order.field).keyset(order.direction.is_descending());
        settle(ctx, &["managers"], min_position).await?;
        let paging = Paging { first, after, last, before };
        paging::listing::<Row, _>(loaders(ctx)?, filter, keyset, &paging).await
    }
}
