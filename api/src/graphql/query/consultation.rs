//! `consultation(id, asOf)`.

use async_graphql::{Context, ID, Object};

use super::input;
use crate::graphql::{
    as_of::{self, AsOf, Cut},
    consistency::settle,
    error::Fault,
    global_id::NodeKind,
    model::{consultation::Consultation, position::Position},
};

#[derive(Default)]
pub(super) struct ConsultationQuery;

/// What one consultation can show.
pub(super) const READ_MODELS: &[&str] = &[
    "consultation_list",
    "consultation_detail",
    "history",
    "messages",
    "search",
    "handovers",
    "redates",
    "calls",
    "ratings",
    "clients",
    "managers",
    "catalogs",
];

#[Object]
impl ConsultationQuery {
    /// One consultation, as it is or as it was. Code `NOT_FOUND` if this workspace has none with the id.
    ///
    /// With `asOf` or `asKnownAt`, the consultation and everything that belongs to it (detail, handovers, redates,
    /// calls, ratings, messages, history) is what its events up to there leave, in the order in which they were
    /// recorded: by the same rules as today's, read from the log, so never behind it. What it refers to (client,
    /// managers, catalog entries, other consultations) is shown as it is now. Personal data that was erased since
    /// stays erased, and the caller sees the past of what they see now. Code `AS_OF_AHEAD` for a moment that has not
    /// come, `AS_OF_TOO_EARLY` where the consultation had not begun, `HISTORY_TOO_LONG` where it has more than 20,000
    /// events.
    async fn consultation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: ID,
        #[graphql(
            desc = "As of this moment. `position: P`: as the first P events of the log leave it. `time: T`: \
                          what had happened by T, facts included that were recorded later."
        )]
        as_of: Option<AsOf>,
        #[graphql(
            desc = "Only what was recorded by then: with `asOf: {time: T}`, what was known of T at that \
                          moment; alone, the consultation as it was shown then."
        )]
        as_known_at: Option<AsOf>,
        #[graphql(desc = "Wait, at most 2 seconds, until the answer shows this position.")]
        min_position: Option<Position>,
    ) -> Result<Option<Consultation>, Fault> {
        let id = input::id("id", NodeKind::Consultation, &id)?;
        let cut = Cut::read(ctx, ("asOf", as_of), ("asKnownAt", as_known_at)).await?;
        settle(ctx, READ_MODELS, min_position).await?;
        let found = Consultation::load(ctx, id).await?.ok_or(Fault::NotFound { what: "consultation" })?;
        if cut.is_now() {
            return Ok(Some(found));
        }
        let events = as_of::events(ctx, id).await?;
        let then = as_of::fold(ctx, &events, cut)?;
        let argument = if as_of.is_some() { "asOf" } else { "asKnownAt" };
        Ok(Some(Consultation::at(&then.ok_or_else(|| as_of::too_early(argument, &events))?)))
    }
}
