//! Why a mutation gave no payload, or one with user errors only.

use async_graphql::{Error, ErrorExtensionValues, ErrorExtensions as _};
use ledgerdesk_domain::decider::Rejection;
use ledgerdesk_infrastructure::{
    command::CommandError,
    db,
    event_store::{AppendError, StoreError},
};

use super::conflict::Conflict;
use crate::{
    graphql::{caller::Caller, error::Fault, user_error::UserError},
    i18n::{Localized, Refusal},
};

/// After this time a node that was busy is worth another try, in milliseconds.
const RETRY_AFTER_MS: u32 = 200;

/// Why a mutation did not succeed.
pub(super) enum Failure {
    /// An expected refusal, for the payload.
    Refused(UserError),
    /// The caller had seen another version.
    Conflicted(Conflict),
    /// Everything else, as a top-level error with a code.
    Failed(Error),
}

impl From<UserError> for Failure {
    fn from(error: UserError) -> Self {
        Self::Refused(error)
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::Failed(fault.into())
    }
}

impl Failure {
    /// The one table from the ways in which a command can fail to what the client is told.
    pub(super) fn from_command<R: Rejection + Localized>(error: CommandError<R>, caller: &Caller) -> Self {
        match error {
            CommandError::Rejected(rejection) => {
                Self::Refused(UserError::rejected(&rejection, caller.language))
            }
            CommandError::Append(error) => Self::from_append(error, caller),
            CommandError::Store(error) => Self::from_store(error),
        }
    }

    fn from_append(error: AppendError, caller: &Caller) -> Self {
        let refused = |refusal, field| Self::Refused(UserError::refused(refusal, field, caller.language));
        match error {
            AppendError::PersonErased => refused(Refusal::PersonErased, None),
            AppendError::KeyReused => refused(Refusal::IdempotencyKeyReused, Some("idempotencyKey")),
            AppendError::TooLarge { .. } => refused(Refusal::TooLarge, None),
            AppendError::Conflict { stream, expected, actual } => {
                Self::Conflicted(Conflict { stream, expected, actual })
            }
            AppendError::Busy | AppendError::PersonKeyRace => Self::Failed(unavailable(&error)),
            AppendError::InDoubt => Self::Failed(top_level(&error.to_string(), "TIMEOUT", |_| {})),
            AppendError::NotCanonical(error) => Fault::internal(&error).into(),
            AppendError::Store(error) => Self::from_store(error),
        }
    }

    fn from_store(error: StoreError) -> Self {
        match error {
            // The reason is the database's own words, for the operator; the log has them.
            StoreError::Unavailable(_) => Self::Failed(unavailable(
                &"the database cannot take writes now; nothing was written, try again in a moment",
            )),
            StoreError::UnknownEvent(unknown) => Fault::from(unknown).into(),
            StoreError::ShuttingDown => Self::Failed(unavailable(&error)),
            // Read before anything was sent to be written.
            StoreError::Database(away) if db::is_away(&away) => {
                tracing::warn!(error = %away, "the database is away");
                Self::Failed(unavailable(
                    &"the database does not answer now; nothing was written, try again in a moment",
                ))
            }
            error => Fault::internal(&error).into(),
        }
    }
}

fn unavailable(message: &dyn std::fmt::Display) -> Error {
    top_level(&message.to_string(), "UNAVAILABLE", |extensions| {
        extensions.set("retryAfterMs", RETRY_AFTER_MS);
    })
}

fn top_level(message: &str, code: &str, more: impl Fn(&mut ErrorExtensionValues)) -> Error {
    Error::new(message).extend_with(|_, extensions| {
        extensions.set("code", code);
        more(extensions);
    })
}
