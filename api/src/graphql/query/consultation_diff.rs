//! `consultationDiff`.

use async_graphql::{Context, ID, Object};
use ledgerdesk_domain::id::ConsultationId;

use super::{consultation::READ_MODELS, input};
use crate::graphql::{
    as_of::{self, AsOf, Cut},
    consistency::settle,
    error::Fault,
    global_id::NodeKind,
    model::{consultation::Consultation, difference::ConsultationDifference, position::Position},
};

#[derive(Default)]
pub(super) struct ConsultationDiffQuery;

#[Object]
impl ConsultationDiffQuery {
    /// What changed in a consultation between two moments: its fields, its parts, and the events between. With one
    /// moment and two times at which it was known, what facts that arrived late have changed in the picture of it.
    /// Code `NOT_FOUND` if this workspace has no such consultation, `AS_OF_AHEAD` for a moment that has not come,
    /// `AS_OF_TOO_EARLY` where the consultation had not begun at the second moment.
    #[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
    async fn consultation_diff(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: ID,
        #[graphql(
            desc = "The first moment, by which the consultation need not have begun; if neither this nor \
                          `fromKnownAt` is given, before it began."
        )]
        from: Option<AsOf>,
        #[graphql(desc = "The second moment, of the same kind and not before the first; now if not given.")]
        to: Option<AsOf>,
        #[graphql(desc = "What was known of the first moment by then; what is known now if not given.")]
        from_known_at: Option<AsOf>,
        #[graphql(
            desc = "What was known of the second moment by then, not before `fromKnownAt`; what is known \
                          now if not given."
        )]
        to_known_at: Option<AsOf>,
        #[graphql(desc = "Wait, at most 2 seconds, until the answer shows this position.")]
        min_position: Option<Position>,
    ) -> Result<Option<ConsultationDifference>, Fault> {
        let id: ConsultationId = input::id("id", NodeKind::Consultation, &id)?;
        let earlier = Cut::read(ctx, ("from", from), ("fromKnownAt", from_known_at)).await?;
        let later = Cut::read(ctx, ("to", to), ("toKnownAt", to_known_at)).await?;
        let from_nothing = earlier.is_now();
        if !from_nothing && !earlier.is_within(later) {
            return Err(Fault::bad_input(
                "`from` must not come after `to`, nor `fromKnownAt` after `toKnownAt`, and both moments must be \
                 times or both positions: give the earlier one first",
            ));
        }
        settle(ctx, READ_MODELS, min_position).await?;
        if Consultation::load(ctx, id).await?.is_none() {
            return Err(Fault::NotFound { what: "consultation" });
        }
        let events = as_of::events(ctx, id).await?;
        let after = as_of::fold(ctx, &events, later)?.ok_or_else(|| as_of::too_early("to", &events))?;
        let before = if from_nothing { None } else { as_of::fold(ctx, &events, earlier)? };
        Ok(Some(ConsultationDifference::new(before, after)))
    }
}
