//! `messages`.

use async_graphql::{Context, ID, InputObject, Object};
use ledgerdesk_projections::messages::{Filter, Row, keyset};

use super::input::{self, OrderDirection, TimeRangeInput};
use crate::graphql::{
    consistency::settle,
    error::Fault,
    global_id::NodeKind,
    model::{
        enums::Channel,
        loaders,
        message::{Message, MessageDirection},
        position::Position,
    },
    paging::{self, Listing, Paging},
};

/// What narrows a list of messages. Everything given must hold; a list asks for one of its values. At most 100
/// values a list.
#[derive(Debug, Clone, Default, InputObject)]
pub(super) struct MessageFilter {
    /// Of one of these consultations.
    consultation: Option<Vec<ID>>,
    /// Which way they went.
    direction: Option<MessageDirection>,
    /// Over one of these.
    channel: Option<Vec<Channel>>,
    /// Sent in this span.
    sent: Option<TimeRangeInput>,
}

impl MessageFilter {
    fn read(self) -> Result<Filter, Fault> {
        Ok(Filter {
            consultations: input::ids("filter.consultation", NodeKind::Consultation, self.consultation)?,
            direction: self.direction.map(Into::into),
            channels: input::list("filter.channel", self.channel)?,
            sent: input::range("filter.sent", self.sent)?,
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
