//! `setTyping`: somebody types at a consultation.

use async_graphql::{Context, ID, InputObject};
use tokio::time::Duration;

use super::{Outcome, now};
use crate::{
    graphql::{
        caller::Caller,
        consistency::has_consultation,
        error::Fault,
        global_id::{self, NodeKind},
        user_error::UserError,
    },
    i18n::Refusal,
    live::ephemeral::{Ephemeral, Place, Says, Sign},
};

/// How long it is shown.
const HOLDS: Duration = Duration::from_secs(8);

/// Who types where.
#[derive(Debug, InputObject)]
pub(super) struct SetTypingInput {
    /// The consultation.
    consultation_id: ID,
    /// Whether somebody types; `false` takes it back before it ends.
    #[graphql(default = true)]
    typing: bool,
    /// Whether it is the client who types, as a bot or an integration sees it, and not the caller.
    #[graphql(default)]
    client: bool,
}

impl SetTypingInput {
    pub(super) async fn give(self, ctx: &Context<'_>) -> Result<Outcome, Fault> {
        let caller = ctx.data::<Caller>()?;
        let refuse = |refusal| {
            Ok(Outcome::refused(UserError::refused(refusal, Some("consultationId"), caller.language)))
        };
        let Ok(id) = global_id::decode_kind(&self.consultation_id, NodeKind::Consultation) else {
            return refuse(Refusal::InvalidId);
        };
        if !has_consultation(ctx, id).await? {
            return refuse(Refusal::ConsultationNotFound);
        }
        let sign = Sign {
            who: caller.actor.clone(),
            says: if self.client { Says::ClientTyping } else { Says::Typing },
            since: now(ctx)?,
            is_own: true,
        };
        let holds = self.typing.then_some(HOLDS);
        let place = Place::Typing(caller.workspace_id, id);
        ctx.data::<Ephemeral>()?.give(caller.key_id, place, sign, holds)?;
        Outcome::given(ctx, holds)
    }
}
