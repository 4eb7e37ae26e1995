//! Subscriptions. Each follows the log from a place in it, so that none can miss or repeat anything: `events` gives
//! cursors to resume after, all others begin with the state as it is.

mod analytics_changed;
mod consultation_changed;
mod consultations_changed;
mod ephemeral;
mod events;
mod handovers_changed;
mod projection_lag;
mod queue_counts;
mod view;
mod watch;

use std::{pin::Pin, sync::Arc};

use async_graphql::{Context, ID, Result, Subscription};
use futures_util::Stream;
use ledgerdesk_projections::consultation_list::Row;

use self::{
    consultations_changed::ConsultationsChange,
    ephemeral::{Presence, Typing},
    handovers_changed::HandoversChange,
    queue_counts::QueueCounts,
};
use super::{
    access::Guarded,
    model::{consultation::Consultation, event::Event, projection::Projection},
    query::{
        analytics::{input::ReportInput, report::AnalyticsReport},
        consultation_list::ConsultationFilter,
        event_list::EventFilter,
        handover_list::HandoverFilter,
    },
};
use crate::live::subscribe;

pub(crate) type Boxed<T> = Pin<Box<dyn Stream<Item = Result<T>> + Send>>;

/// What is pushed, to those who may see it.
pub type SubscriptionRoot = Guarded<Subscriptions>;

/// What is pushed. Every payload of `events` names the cursor to resume after; every other subscription begins with
/// the state as it is, so that one that is begun anew has lost nothing.
#[derive(Default)]
pub struct Subscriptions;

#[Subscription(name = "Subscription")]
impl Subscriptions {
    /// The log of the workspace: what comes after `after`, first from what is there, then live, in order, none
    /// twice. Ends with the error
    /// `UNAUTHENTICATED` when the API key is revoked; resume with the last cursor. Ends with the error
    /// `SUBSCRIBER_TOO_SLOW` for a client that falls 10,000 events behind: resume with the `resumeAfter` of that
    /// error.
    async fn events(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The cursor of the last event that you have; `\"0\"` for the beginning. Left out: from now."
        )]
        after: Option<String>,
        #[graphql(desc = "Which ones.")] filter: Option<EventFilter>,
    ) -> Result<Boxed<Event>> {
        subscribe(ctx, events::source(ctx, after, filter.unwrap_or_default()), events::show(ctx)).await
    }

    /// A consultation: as it is now, then after each change. Changes that come close together, or faster than they
    /// are read, are shown as one.
    async fn consultation_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The consultation.")] id: ID,
    ) -> Result<Boxed<Consultation>> {
        subscribe(ctx, consultation_changed::source(ctx, id), |row: &Arc<Row>| Arc::clone(row).into()).await
    }

    /// A view of consultations: as it is now, whole, then what enters it, changes in it and leaves it. At most 1,000
    /// consultations; the error `VIEW_TOO_LARGE` asks for a narrower filter. A client that does not keep up is shown
    /// the view anew instead of every change.
    async fn consultations_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones.", default)] filter: ConsultationFilter,
    ) -> Result<Boxed<ConsultationsChange>> {
        subscribe(ctx, consultations_changed::source(ctx, filter), consultations_changed::show).await
    }

    /// A view of handovers: as it is now, whole, then what enters it, changes in it and leaves it; with the bounds
    /// of `consultationsChanged`.
    async fn handovers_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones.", default)] filter: HandoverFilter,
    ) -> Result<Boxed<HandoversChange>> {
        subscribe(ctx, handovers_changed::source(ctx, filter), handovers_changed::show).await
    }

    /// How many consultations each status has and how many of them nobody holds: as it is now, then when it differs,
    /// a few times a second at most.
    async fn queue_counts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones are counted.", default)] filter: ConsultationFilter,
    ) -> Result<Boxed<QueueCounts>> {
        subscribe(ctx, queue_counts::source(ctx, filter), queue_counts::show).await
    }

    /// A report, as it is now, then when it differs: computed anew when the log has moved, once a second at most.
    async fn analytics_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked.")] input: ReportInput,
    ) -> Result<Boxed<AnalyticsReport>> {
        subscribe(ctx, analytics_changed::source(ctx, input), analytics_changed::show).await
    }

    /// Where every projection stands: as it is now, then when it differs, once a second at most.
    async fn projection_lag(&self, ctx: &Context<'_>) -> Result<Boxed<Vec<Projection>>> {
        subscribe(ctx, projection_lag::source(ctx), projection_lag::show).await
    }

    /// Who types at a consultation: everybody who does, now and whenever it changes. Not stored; see `setTyping`.
    async fn typing(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The consultation.")] consultation_id: ID,
    ) -> Result<Boxed<Vec<Typing>>> {
        subscribe(ctx, ephemeral::typing(ctx, consultation_id), ephemeral::show_typing).await
    }

    /// Who is there: every manager who is, now and whenever it changes. Not stored; see `setPresence`.
    async fn presence(&self, ctx: &Context<'_>) -> Result<Boxed<Vec<Presence>>> {
        subscribe(ctx, ephemeral::presence(ctx), ephemeral::show_presence).await
    }
}
