//! `calls`.

use async_graphql::{Context, ID, InputObject, Object};
use ledgerdesk_projections::calls::{Filter, Row, keyset};

use super::condition::{self, Branches, ConditionInput, EnumTest, IdTest, NumberTest, Tests, TimeTest};
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
pub(in crate::graphql) struct CallFilter {
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
    /// What must hold beyond that, with operators.
    #[graphql(name = "where")]
    condition: Option<CallCondition>,
}

/// A condition on calls, with operators. Everything given must hold. At most 5 levels of `and`, `or`, `not` and
/// 50 tests in all; code `FILTER_TOO_COMPLEX` otherwise.
#[derive(Debug, Clone, Default, InputObject)]
pub(super) struct CallCondition {
    /// The consultation.
    consultation: Option<IdTest>,
    /// Who called or was called.
    manager: Option<IdTest>,
    /// The redate that it serves.
    redate: Option<IdTest>,
    /// Which way.
    direction: Option<EnumTest<CallDirection>>,
    /// How it ended.
    outcome: Option<EnumTest<CallOutcome>>,
    /// When it began to ring.
    started_at: Option<TimeTest>,
    /// How long it rang, in seconds.
    wait_seconds: Option<NumberTest>,
    /// How long the two talked, in seconds.
    duration_seconds: Option<NumberTest>,
    /// Every one of these holds.
    and: Option<Vec<CallCondition>>,
    /// At least one of these holds.
    or: Option<Vec<CallCondition>>,
    /// This does not hold.
    not: Option<Box<CallCondition>>,
}

impl ConditionInput for CallCondition {
    fn branches(&mut self) -> Branches<Self> {
        Branches { and: self.and.take(), or: self.or.take(), not: self.not.take() }
    }

    fn tests(self, tests: &mut Tests) -> Result<(), Fault> {
        tests.id("consultation", NodeKind::Consultation, "t.consultation_id", self.consultation)?;
        tests.id("manager", NodeKind::Manager, "t.manager_id", self.manager)?;
        tests.id("redate", NodeKind::Redate, "t.redate_id", self.redate)?;
        tests.wire::<_, ledgerdesk_domain::consultation::CallDirection>("t.direction", self.direction)?;
        tests.wire::<_, ledgerdesk_domain::consultation::CallOutcome>("t.outcome", self.outcome)?;
        tests.time("startedAt", "t.started_at", self.started_at)?;
        tests.number("t.wait_seconds", self.wait_seconds)?;
        tests.number("t.duration_seconds", self.duration_seconds)?;
        Ok(())
    }
}

impl CallFilter {
    pub(in crate::graphql) fn read(self) -> Result<Filter, Fault> {
        Ok(Filter {
            consultations: input::ids("filter.consultation", NodeKind::Consultation, self.consultation)?,
            managers: input::ids("filter.manager", NodeKind::Manager, self.manager)?,
            redates: input::ids("filter.redate", NodeKind::Redate, self.redate)?,
            direction: self.direction.map(Into::into),
            outcomes: input::list("filter.outcome", self.outcome)?,
            started: input::range("filter.started", self.started)?,
            condition: condition::read(self.condition)?,
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
