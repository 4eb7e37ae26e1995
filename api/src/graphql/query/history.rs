//! `history`.

use async_graphql::{Context, ID, InputObject, Object};
use ledgerdesk_projections::history::{Filter, Row, keyset};
use uuid::Uuid;

use super::condition::{self, Branches, ConditionInput, EnumTest, NumberTest, Tests, TextTest, TimeTest};
use super::input::{self, OrderDirection, TimeRangeInput};
use crate::graphql::{
    consistency::settle,
    error::Fault,
    global_id::{self, NodeKind},
    model::{
        consultation::Consultation,
        enums::ActorKind,
        history::{HistoryEntry, HistoryKind},
        loaders,
        position::Position,
    },
    paging::{self, Listing, Paging},
};

/// What narrows a timeline. Everything given must hold; a list asks for one of its values. At most 100 values
/// a list.
#[derive(Debug, Clone, Default, InputObject)]
pub(in crate::graphql) struct HistoryFilter {
    /// Entries about one of these.
    kind: Option<Vec<HistoryKind>>,
    /// Done by one of these kinds of parties.
    actor_kind: Option<Vec<ActorKind>>,
    /// Done by one of these managers or clients.
    actor: Option<Vec<ID>>,
    /// Happened in this span.
    occurred: Option<TimeRangeInput>,
    /// Recorded in this span: a fact that was learned late is recorded after it happened.
    recorded: Option<TimeRangeInput>,
    /// Of the request or conversation with this id, as `correlationId` tells it.
    correlation_id: Option<Uuid>,
    /// What must hold beyond that, with operators.
    #[graphql(name = "where")]
    condition: Option<HistoryCondition>,
}

/// A condition on entries of a timeline, with operators. Everything given must hold. At most 5 levels of `and`, `or`, `not` and
/// 50 tests in all; code `FILTER_TOO_COMPLEX` otherwise.
#[derive(Debug, Clone, Default, InputObject)]
pub(super) struct HistoryCondition {
    /// What it is about.
    kind: Option<EnumTest<HistoryKind>>,
    /// The event's wire name.
    event_type: Option<TextTest>,
    /// What kind of party acted.
    actor_kind: Option<EnumTest<ActorKind>>,
    /// When it happened.
    occurred_at: Option<TimeTest>,
    /// When it was recorded.
    recorded_at: Option<TimeTest>,
    /// Its number in the consultation's stream.
    version: Option<NumberTest>,
    /// Every one of these holds.
    and: Option<Vec<HistoryCondition>>,
    /// At least one of these holds.
    or: Option<Vec<HistoryCondition>>,
    /// This does not hold.
    not: Option<Box<HistoryCondition>>,
}

impl ConditionInput for HistoryCondition {
    fn branches(&mut self) -> Branches<Self> {
        Branches { and: self.and.take(), or: self.or.take(), not: self.not.take() }
    }

    fn tests(self, tests: &mut Tests) -> Result<(), Fault> {
        tests.wire::<_, ledgerdesk_projections::history::Kind>("t.kind", self.kind)?;
        tests.text("eventType", "t.event_type", self.event_type)?;
        tests.wire::<_, ledgerdesk_domain::context::ActorKind>("t.actor_kind", self.actor_kind)?;
        tests.time("occurredAt", "t.occurred_at", self.occurred_at)?;
        tests.time("recordedAt", "t.recorded_at", self.recorded_at)?;
        tests.number("t.version", self.version)?;
        Ok(())
    }
}

impl HistoryFilter {
    pub(in crate::graphql) fn read(self) -> Result<Filter, Fault> {
        let actors: Vec<ID> = input::list("filter.actor", self.actor)?;
        Ok(Filter {
            consultation: None,
            kinds: input::list("filter.kind", self.kind)?,
            actor_kinds: input::list("filter.actorKind", self.actor_kind)?,
            actors: actors.iter().map(person).collect::<Result<_, _>>()?,
            occurred: input::range("filter.occurred", self.occurred)?,
            recorded: input::range("filter.recorded", self.recorded)?,
            correlation: self.correlation_id,
            condition: condition::read(self.condition)?,
        })
    }
}

/// A manager or a client.
pub(super) fn person(id: &ID) -> Result<Uuid, Fault> {
    match global_id::decode(id)? {
        (NodeKind::Manager | NodeKind::Client, id) => Ok(id),
        _ => Err(Fault::bad_input("`filter.actor` takes ids of managers and clients")),
    }
}

#[derive(Default)]
pub(super) struct HistoryQuery;

#[Object]
impl HistoryQuery {
    /// The timeline of a consultation, in the order of the log, the oldest entry first unless asked otherwise;
    /// `first` and `after` read it forward, `last` and
    /// `before` from its end. Code `NOT_FOUND` if this workspace has no such consultation.
    #[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
    async fn history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose timeline.")] consultation_id: ID,
        #[graphql(desc = "Which entries.", default)] filter: HistoryFilter,
        #[graphql(desc = "Which end comes first.", default_with = "OrderDirection::Asc")]
        order: OrderDirection,
        #[graphql(desc = "How many from the start, 1 to 100; 20 if neither is given.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
        #[graphql(desc = "Wait, at most 2 seconds, until the answer shows this position.")]
        min_position: Option<Position>,
    ) -> Result<Option<Listing<HistoryEntry>>, Fault> {
        let consultation = input::id("consultationId", NodeKind::Consultation, &consultation_id)?;
        let filter = Filter { consultation: Some(consultation), ..filter.read()? };
        settle(ctx, &["history", "consultation_list"], min_position).await?;
        if Consultation::load(ctx, consultation).await?.is_none() {
            return Err(Fault::NotFound { what: "consultation" });
        }
        let paging = Paging { first, after, last, before };
        Ok(Some(
            paging::listing::<Row, _>(loaders(ctx)?, filter, keyset(order.is_descending()), &paging).await?,
        ))
    }
}
