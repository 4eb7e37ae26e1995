//! Why a mutation gave no payload, or one with user errors only.

use async_graphql::{Error, ErrorExtensionValues, ErrorExtensions as _};
use ledgerdesk_infrastructure::{
    command::CommandError,
    event_store::{AppendError, StoreError},
};

use crate::{
    graphql::{caller::Caller, user_error::UserError},
    i18n::{Localized, Refusal},
};
use ledgerdesk_domain::decider::Rejection;

/// After this time a node that was busy is worth another try, in milliseconds.
const RETRY_AFTER_MS: u32 = 200;

/// Why a mutation did not succeed.
pub(super) enum Failure {
    /// An expected refusal, for the payload.
    Refused(UserError),
    /// Everything else, as a top-level error with a code.
    Failed(Error),
}

impl From<UserError> for Failure {
    fn from(error: UserError) -> Self {
        Self::Refused(error)
    }
}

impl Failure {
    /// One row for each way in which a command can fail.
    pub(super) fn from_command<R: Rejection + Localized>(error: CommandError<R>, caller: &Caller) -> Self {
        let refused = |refusal, field| Self::Refused(UserError::refused(refusal, field, caller.language));
        match error {
            CommandError::Rejected(rejection) => {
                Self::Refused(UserError::rejected(&rejection, caller.language))
            }
            CommandError::PersonErased => refused(Refusal::PersonErased, None),
            CommandError::Append(AppendError::KeyReused) => {
                refused(Refusal::IdempotencyKeyReused, Some("idempotencyKey"))
            }
            CommandError::Append(AppendError::TooLarge { .. }) => refused(Refusal::TooLarge, None),
            CommandError::Append(error @ AppendError::Conflict { expected, actual, .. }) => {
                Self::Failed(top_level(&error, "CONFLICT", |extensions| {
                    extensions.set("expected", expected.0);
                    extensions.set("actual", actual.0);
                }))
            }
            CommandError::Append(error @ AppendError::Busy)
            | CommandError::Append(error @ AppendError::Store(StoreError::ShuttingDown)) => {
                Self::Failed(unavailable(&error))
            }
            CommandError::Store(error @ StoreError::ShuttingDown) => Self::Failed(unavailable(&error)),
            CommandError::Append(error @ AppendError::InDoubt) => {
                Self::Failed(top_level(&error, "TIMEOUT", |_| {}))
            }
            CommandError::Append(AppendError::Store(error)) | CommandError::Store(error) => {
                Self::Failed(internal(&error, caller))
            }
        }
    }
}

fn unavailable(error: &dyn std::error::Error) -> Error {
    top_level(error, "UNAVAILABLE", |extensions| extensions.set("retryAfterMs", RETRY_AFTER_MS))
}

fn top_level(error: &dyn std::error::Error, code: &str, more: impl Fn(&mut ErrorExtensionValues)) -> Error {
    Error::new(error.to_string()).extend_with(|_, extensions| {
        extensions.set("code", code);
        more(extensions);
    })
}

/// A fault: logged whole, told as nothing but the number of the request.
pub(super) fn internal(error: &(dyn std::error::Error + 'static), caller: &Caller) -> Error {
    tracing::error!(request_id = %caller.request_id, error, "a mutation failed");
    Error::new("something went wrong here").extend_with(|_, extensions| {
        extensions.set("code", "INTERNAL_SERVER_ERROR");
        extensions.set("requestId", caller.request_id.to_string());
    })
}
