//! Signs of life: told to whoever watches now, and never stored. They are no events and have no position.

mod set_presence;
mod set_typing;

use std::sync::Arc;

use async_graphql::{Context, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use ledgerdesk_infrastructure::clock::Clock;
use tokio::time::Duration;

use self::{set_presence::SetPresenceInput, set_typing::SetTypingInput};
use crate::graphql::{error::Fault, user_error::UserError};

/// What became of a sign.
struct Outcome {
    expires_at: Option<DateTime<Utc>>,
    user_errors: Vec<UserError>,
}

impl Outcome {
    fn refused(error: UserError) -> Self {
        Self { expires_at: None, user_errors: vec![error] }
    }

    fn given(ctx: &Context<'_>, holds: Option<Duration>) -> Result<Self, Fault> {
        let now = now(ctx)?;
        Ok(Self { expires_at: holds.map(|holds| now + holds), user_errors: Vec::new() })
    }
}

/// What became of `setTyping`.
#[derive(SimpleObject)]
struct SetTypingPayload {
    /// Until when it is shown unless it is said again; null if it is not shown.
    expires_at: Option<DateTime<Utc>>,
    /// Why nothing was done; empty on success.
    user_errors: Vec<UserError>,
}

/// What became of `setPresence`.
#[derive(SimpleObject)]
struct SetPresencePayload {
    /// Until when it is shown unless it is said again; null if it is not shown.
    expires_at: Option<DateTime<Utc>>,
    /// Why nothing was done; empty on success.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub(super) struct EphemeralMutations;

#[Object]
impl EphemeralMutations {
    /// Says that the caller types at a consultation, or its client does. Shown for 8 seconds: say it again every few
    /// seconds. Not stored. Code `RATE_LIMITED` where one key says more than 20 a second.
    async fn set_typing(&self, ctx: &Context<'_>, input: SetTypingInput) -> Result<SetTypingPayload> {
        let Outcome { expires_at, user_errors } = input.give(ctx).await?;
        Ok(SetTypingPayload { expires_at, user_errors })
    }

    /// Says that the caller's manager is there. Shown for 60 seconds: say it again twice a minute. Not stored. Code
    /// `RATE_LIMITED` where one key says more than 20 a second.
    #[expect(clippy::unused_async, reason = "fields of an object are asynchronous")]
    async fn set_presence(&self, ctx: &Context<'_>, input: SetPresenceInput) -> Result<SetPresencePayload> {
        let Outcome { expires_at, user_errors } = input.give(ctx)?;
        Ok(SetPresencePayload { expires_at, user_errors })
    }
}

fn now(ctx: &Context<'_>) -> Result<DateTime<Utc>, Fault> {
    Ok(ctx.data::<Arc<dyn Clock>>()?.now())
}
