//! `messages`.

use async_graphql::{Context, ID, InputObject, Object};
use ledgerdesk_projections::messages::{Filter, Row, keyset};

use super::condition::{self, Branches, ConditionInput, EnumTest, IdTest, Tests, TimeTest};
use super::input::{self, OrderDirection, TimeRangeInput};
use crate::graphql::{
    consistency::settle,
    error::Fault,
    global_id::NodeKind,
    model::{
        enums::{ActorKind, Channel},
        loaders,
        message::{Message, MessageDirection},
        position::Position,
    },
    paging::{self, Listing, Paging},
};

/// What narrows a list of messages. Everything given must hold; a list asks for one of its values. At most 100
/// values a list.
#[derive(Debug, Clone, Default, InputObject)]
pub(in crate::graphql) struct MessageFilter {
    /// Of one of these consultations.
    consultation: Option<Vec<ID>>,
    /// Which way they went.
    direction: Option<MessageDirection>,
    /// Over one of these.
    channel: Option<Vec<Channel>>,
    /// Sent in this span.
    sent: Option<TimeRangeInput>,
    /// What must hold beyond that, with operators.
    #[graphql(name = "where")]
    condition: Option<MessageCondition>,
}

/// A condition on messages, with operators. Everything given must hold. At most 5 levels of `and`, `or`, `not` and
/// 50 tests in all; code `FILTER_TOO_COMPLEX` otherwise.
#[derive(Debug, Clone, Default, InputObject)]
pub(super) struct MessageCondition {
    /// The consultation.
    consultation: Option<IdTest>,
    /// Which way it went.
    direction: Option<EnumTest<MessageDirection>>,
    /// Where.
    channel: Option<EnumTest<Channel>>,
    /// What kind of party wrote it.
    author_kind: Option<EnumTest<ActorKind>>,
    /// When it was sent.
    sent_at: Option<TimeTest>,
    /// The first message of a person to the client; `false` asks for the others.
    is_first_response: Option<bool>,
    /// Every one of these holds.
    and: Option<Vec<MessageCondition>>,
    /// At least one of these holds.
    or: Option<Vec<MessageCondition>>,
    /// This does not hold.
    not: Option<Box<MessageCondition>>,
}

impl ConditionInput for MessageCondition {
    fn branches(&mut self) -> Branches<Self> {
        Branches { and: self.and.take(), or: self.or.take(), not: self.not.take() }
    }

    fn tests(self, tests: &mut Tests) -> Result<(), Fault> {
        tests.id("consultation", NodeKind::Consultation, "t.consultation_id", self.consultation)?;
        tests.wire::<_, ledgerdesk_projections::messages::Direction>("t.direction", self.direction)?;
        tests.wire::<_, ledgerdesk_domain::consultation::Channel>("t.channel", self.channel)?;
        tests.wire::<_, ledgerdesk_domain::context::ActorKind>("t.author_kind", self.author_kind)?;
        tests.time("sentAt", "t.sent_at", self.sent_at)?;
        tests.holds("t.is_first_response", self.is_first_response);
        Ok(())
    }
}

impl MessageFilter {
    pub(in crate::graphql) fn read(self) -> Result<Filter, Fault> {
        Ok(Filter {
            consultations: input::ids("filter.consultation", NodeKind::Consultation, self.consultation)?,
            direction: self.direction.map(Into::into),
            channels: input::list("filter.channel", self.channel)?,
            sent: input::range("filter.sent", self.sent)?,
            condition: condition::read(self.condition)?,
        })
    }
}

#[derive(Default)]
pub(super) struct MessageListQuery;

#[Object]
impl MessageListQuery {
    /// Messages from and to clients, in the order in which they were recorded.
    #[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
    async fn messages(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones.", default)] filter: MessageFilter,
        #[graphql(desc = "Which end comes first.", default_with = "OrderDirection::Asc")]
        order: OrderDirection,
        #[graphql(desc = "How many from the start, 1 to 100; 20 if neither is given.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
        #[graphql(desc = "Wait, at most 2 seconds, until the answer shows this position.")]
        min_position: Option<Position>,
    ) -> Result<Listing<Message>, Fault> {
        let filter = filter.read()?;
        settle(ctx, &["messages"], min_position).await?;
        let paging = Paging { first, after, last, before };
        paging::listing::<Row, _>(loaders(ctx)?, filter, keyset(order.is_descending()), &paging).await
    }
}
