//! `setPresence`: a manager is there.

use async_graphql::{Context, Enum, InputObject};
use ledgerdesk_domain::context::ActorKind;
use tokio::time::Duration;

use super::{Outcome, now};
use crate::{
    graphql::{caller::Caller, error::Fault, user_error::UserError},
    i18n::Refusal,
    live::ephemeral::{Ephemeral, Place, Says, Sign},
};

/// How long it is shown.
const HOLDS: Duration = Duration::from_mins(1);

/// As what a manager wants to be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
enum PresenceSign {
    /// There.
    Online,
    /// There, but not at the desk.
    Away,
    /// There, but at something else.
    Busy,
    /// Not there: not shown from now on.
    Offline,
}

/// As what the manager wants to be seen.
#[derive(Debug, InputObject)]
pub(super) struct SetPresenceInput {
    /// As what.
    status: PresenceSign,
}

impl SetPresenceInput {
    pub(super) fn give(self, ctx: &Context<'_>) -> Result<Outcome, Fault> {
        let caller = ctx.data::<Caller>()?;
        if caller.actor.kind != ActorKind::Manager {
            return Ok(Outcome::refused(UserError::refused(Refusal::NotAManager, None, caller.language)));
        }
        let (says, holds) = match self.status {
            PresenceSign::Online => (Says::Online, Some(HOLDS)),
            PresenceSign::Away => (Says::Away, Some(HOLDS)),
            PresenceSign::Busy => (Says::Busy, Some(HOLDS)),
            PresenceSign::Offline => (Says::Online, None),
        };
        let sign = Sign { who: caller.actor.clone(), says, since: now(ctx)?, is_own: true };
        let place = Place::Presence(caller.workspace_id);
        ctx.data::<Ephemeral>()?.give(caller.key_id, place, sign, holds)?;
        Outcome::given(ctx, holds)
    }
}
