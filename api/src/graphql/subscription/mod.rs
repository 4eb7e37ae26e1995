//! Subscriptions. Each follows the log from a place in it, so that none can miss or repeat anything.

mod consultation_changed;
mod events;

use std::pin::Pin;

use async_graphql::{Context, ID, Result, Subscription};
use futures_util::Stream;

use super::{
    access::Guarded,
    model::{consultation::Consultation, event::Event},
    query::event_list::EventFilter,
};

type Boxed<T> = Pin<Box<dyn Stream<Item = Result<T>> + Send>>;

/// What is pushed, to those who may see it.
pub type SubscriptionRoot = Guarded<Subscriptions>;

/// What is pushed. Every payload of `events` names the cursor to resume after.
#[derive(Default)]
pub struct Subscriptions;

#[Subscription(name = "Subscription")]
impl Subscriptions {
    /// The log of the workspace: what comes after `after`, first from what is there, then live, in order, none
    /// twice. Ends with the error `UNAUTHENTICATED` when the API key is revoked; resume with the last cursor.
    async fn events(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The cursor of the last event that you have; `\"0\"` for the beginning. Left out: from now."
        )]
        after: Option<String>,
        #[graphql(desc = "Which ones.")] filter: Option<EventFilter>,
    ) -> Result<Boxed<Event>> {
        events::follow(ctx, after, filter.unwrap_or_default()).await
    }

    /// A consultation: as it is now, then after each change. Changes that come close together are shown as one.
    async fn consultation_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The consultation.")] id: ID,
    ) -> Result<Boxed<Consultation>> {
        consultation_changed::watch(ctx, &id).await
    }
}
