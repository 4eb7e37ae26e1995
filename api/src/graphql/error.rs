//! Faults of a query: the one table from what went wrong to what the client is told.
//!
//! Resolvers answer `Result<T, Fault>`. [`Fault`] has no `Display`, so async-graphql's blanket conversion does
//! not apply to it, and a database error that meets `?` becomes [`Fault::Internal`], never its text.

use std::error::Error as StdError;

use async_graphql::{ErrorExtensions as _, Response, Value};
use ledgerdesk_infrastructure::{
    auth::Permission,
    db,
    event_store::{ReadError, StoreError, UnknownEvent},
};
use ledgerdesk_projections::analytics::Refusal;
use uuid::Uuid;

use super::global_id::InvalidId;

/// Why a field has no answer.
#[derive(Debug, Clone)]
pub enum Fault {
    /// There is no such thing, or the caller may not see it: the two are not told apart.
    NotFound {
        /// What was looked for, such as `consultation`.
        what: &'static str,
    },
    /// The request says something that cannot be.
    BadInput {
        /// What is wrong and what would be right.
        message: String,
    },
    /// A question to analytics that has no answer.
    Unanswerable {
        /// The permanent code.
        code: &'static str,
        /// What is wrong and what would be right.
        message: String,
    },
    /// A condition has more parts than one statement shall have.
    FilterTooComplex {
        /// Which bound it breaks and what would be right.
        message: String,
    },
    /// A moment of the past has not come yet, or the log does not reach that far.
    AsOfAhead {
        /// Which one, and what would be right.
        message: String,
    },
    /// At a moment of the past there was nothing yet.
    AsOfTooEarly {
        /// Since when there is something.
        message: String,
    },
    /// What is asked for is not kept of the past.
    AsOfUnsupported {
        /// Which argument, and what can be asked for.
        message: String,
    },
    /// A consultation has more events than one answer goes through.
    HistoryTooLong {
        /// How many that are, and what would be right.
        message: String,
    },
    /// Nobody may do it in this way.
    Forbidden {
        /// What is not allowed and who may.
        message: &'static str,
    },
    /// The caller's role lacks a permission.
    MissingPermission {
        /// Which one.
        permission: Permission,
    },
    /// A bounded wait ended without an answer. Worth another try.
    Timeout {
        /// What was waited for.
        message: String,
    },
    /// The cursor was taken from a history that this log no longer has.
    AnotherHistory {
        /// What to do about it.
        message: String,
    },
    /// A newer program wrote an event that this one does not know.
    UnknownEvent {
        /// Where, and what to do about it.
        message: String,
    },
    /// A read model waits for somebody to act.
    Paused {
        /// Which one, why, and what would be right.
        message: String,
    },
    /// Something is done too often. Worth another try in a moment.
    RateLimited {
        /// What, and how often it may be done.
        message: &'static str,
    },
    /// A subscriber fell too far behind. Nothing is lost: it goes on after the cursor.
    TooSlow {
        /// The cursor of the last event before the gap.
        cursor: String,
    },
    /// A view has more rows than a subscription keeps.
    ViewTooLarge {
        /// How many it may have, and what would be right.
        message: String,
    },
    /// There is more than one answer can look at.
    TooManySteps {
        /// How much there may be, and what would be right.
        message: String,
    },
    /// The key stopped opening this door while a subscription ran.
    Revoked,
    /// The database is away, or this node stops. Worth another try in a moment.
    Unavailable {
        /// What cannot be done now.
        message: &'static str,
    },
    /// Anything else. Logged when it arose; the client learns only the request's id.
    Internal,
}

impl Fault {
    /// A refusal of an argument.
    pub fn bad_input(message: impl Into<String>) -> Self {
        Self::BadInput { message: message.into() }
    }

    /// A fault of ours: logged here, once, with the whole chain of causes, and opaque from here on.
    pub fn internal(error: &(dyn StdError + 'static)) -> Self {
        tracing::error!(error = %chain(error), "a query failed");
        Self::Internal
    }

    /// The code in `extensions.code`.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotFound { .. } => "NOT_FOUND",
            Self::BadInput { .. } => "BAD_USER_INPUT",
            Self::Unanswerable { code, .. } => code,
            Self::FilterTooComplex { .. } => "FILTER_TOO_COMPLEX",
            Self::AsOfAhead { .. } => "AS_OF_AHEAD",
            Self::AsOfTooEarly { .. } => "AS_OF_TOO_EARLY",
            Self::AsOfUnsupported { .. } => "AS_OF_UNSUPPORTED",
            Self::HistoryTooLong { .. } => "HISTORY_TOO_LONG",
            Self::Forbidden { .. } | Self::MissingPermission { .. } => "FORBIDDEN",
            Self::Timeout { .. } => "TIMEOUT",
            Self::AnotherHistory { .. } => "CURSOR_OF_ANOTHER_HISTORY",
            Self::UnknownEvent { .. } => UNKNOWN_EVENT,
            Self::Paused { .. } => "PROJECTION_PAUSED",
            Self::RateLimited { .. } => "RATE_LIMITED",
            Self::TooSlow { .. } => "SUBSCRIBER_TOO_SLOW",
            Self::ViewTooLarge { .. } => "VIEW_TOO_LARGE",
            Self::TooManySteps { .. } => "TOO_MANY_STEPS",
            Self::Revoked => "UNAUTHENTICATED",
            Self::Unavailable { .. } => "UNAVAILABLE",
            Self::Internal => INTERNAL,
        }
    }

    fn message(&self) -> String {
        match self {
            Self::NotFound { what } => format!("there is no such {what} in this workspace"),
            Self::BadInput { message }
            | Self::FilterTooComplex { message }
            | Self::Unanswerable { message, .. }
            | Self::AsOfAhead { message }
            | Self::AsOfTooEarly { message }
            | Self::AsOfUnsupported { message }
            | Self::HistoryTooLong { message }
            | Self::Timeout { message }
            | Self::AnotherHistory { message }
            | Self::UnknownEvent { message }
            | Self::Paused { message }
            | Self::ViewTooLarge { message }
            | Self::TooManySteps { message } => message.clone(),
            Self::MissingPermission { permission } => format!(
                "this needs the permission {}, to {}; use a key whose role has it",
                permission.as_str(),
                permission.about()
            ),
            Self::TooSlow { .. } => {
                "events came faster than they were taken; subscribe again, with `resumeAfter` \
                                     of this error as `after`: nothing is missing from there on"
                    .to_owned()
            }
            Self::Revoked => {
                "the API key was revoked or changed; connect again with one that is in force".to_owned()
            }
            Self::Forbidden { message } | Self::RateLimited { message } | Self::Unavailable { message } => {
                (*message).to_owned()
            }
            Self::Internal => "something went wrong here; the log has it under the request id".to_owned(),
        }
    }
}

const INTERNAL: &str = "INTERNAL_SERVER_ERROR";
const UNKNOWN_EVENT: &str = "UNKNOWN_EVENT";
const NOT_THERE_YET: &str = "the read models are being made; try again in a moment";
const AWAY: &str = "the database does not answer now; try again in a moment";
const STOPPING: &str = "this node is stopping; try again on another one, or in a moment";

impl From<Fault> for async_graphql::Error {
    fn from(fault: Fault) -> Self {
        Self::new(fault.message()).extend_with(|_, extensions| {
            extensions.set("code", fault.code());
            if let Fault::MissingPermission { permission } = &fault {
                extensions.set("permission", permission.as_str());
            }
            if let Fault::TooSlow { cursor } = &fault {
                extensions.set("resumeAfter", cursor.as_str());
            }
        })
    }
}

impl From<InvalidId> for Fault {
    fn from(error: InvalidId) -> Self {
        Self::bad_input(error.to_string())
    }
}

impl From<sqlx::Error> for Fault {
    fn from(error: sqlx::Error) -> Self {
        /// `query_canceled`: the statement timeout.
        const CANCELED: &str = "57014";
        /// `undefined_table`: a node that has only just begun has not made every read model yet.
        const NO_TABLE: &str = "42P01";
        let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
        if code.as_deref() == Some(NO_TABLE) {
            tracing::warn!(error = %chain(&error), "a read model is not there yet");
            return Self::Unavailable { message: NOT_THERE_YET };
        }
        if matches!(error, sqlx::Error::PoolTimedOut) || code.as_deref() == Some(CANCELED) {
            tracing::warn!(error = %chain(&error), "a query timed out");
            let message = "the database did not answer in time; ask for less, or try again".to_owned();
            return Self::Timeout { message };
        }
        if db::is_away(&error) {
            tracing::warn!(error = %chain(&error), "the database is away");
            return Self::Unavailable { message: AWAY };
        }
        Self::internal(&error)
    }
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Database(error) => error.into(),
            Refusal::Log(error) => error.into(),
            Refusal::Unsettled => Self::Timeout { message: refusal.to_string() },
            refusal => Self::Unanswerable { code: refusal.code(), message: refusal.to_string() },
        }
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Database(error) => error.into(),
            StoreError::UnknownEvent(unknown) => unknown.into(),
            StoreError::ShuttingDown => Self::Unavailable { message: STOPPING },
            error => Self::internal(&error),
        }
    }
}

impl From<ReadError> for Fault {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::ForeignCursor { .. } => Self::AnotherHistory { message: error.to_string() },
            ReadError::Store(error) => error.into(),
        }
    }
}

/// Says where, and not what: the event may be another workspace's.
impl From<UnknownEvent> for Fault {
    fn from(unknown: UnknownEvent) -> Self {
        tracing::warn!(%unknown, "a request met an event that this program does not know");
        let message = format!(
            "the event at position {} was written by a newer version of this program than this node runs; it \
             reads on after its upgrade, without skipping anything",
            unknown.position
        );
        Self::UnknownEvent { message }
    }
}

/// What is missing from a request's data is a fault of the program.
impl From<async_graphql::Error> for Fault {
    fn from(error: async_graphql::Error) -> Self {
        tracing::error!(error = error.message, "a query failed");
        Self::Internal
    }
}

/// Puts the request's id into every internal error of a response; every transport calls it once.
pub fn stamp(response: &mut Response, request_id: Uuid) {
    for error in &mut response.errors {
        let Some(extensions) = &mut error.extensions else { continue };
        if extensions.get("code") == Some(&Value::from(INTERNAL)) {
            extensions.set("requestId", request_id.to_string());
        }
    }
}

/// The error and its causes, outermost first.
fn chain(error: &(dyn StdError + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_error_tells_the_client_nothing() {
        let fault = Fault::from(sqlx::Error::Protocol("secret_table is on fire".into()));
        let error = async_graphql::Error::from(fault);
        assert!(!error.message.contains("secret_table"), "{}", error.message);
        let code = error.extensions.and_then(|extensions| extensions.get("code").cloned());
        assert_eq!(code, Some(Value::from("INTERNAL_SERVER_ERROR")));
    }

    #[test]
    fn a_database_that_is_away_is_worth_another_try_and_tells_the_client_nothing() {
        let gone = std::io::Error::new(std::io::ErrorKind::BrokenPipe, "10.0.0.7 is gone");
        let fault = Fault::from(ReadError::from(sqlx::Error::Io(gone)));
        assert_eq!(fault.code(), "UNAVAILABLE");
        assert!(!async_graphql::Error::from(fault).message.contains("10.0.0.7"));
    }

    #[test]
    fn only_internal_errors_carry_the_request_id() {
        let server_error =
            |fault: Fault| async_graphql::Error::from(fault).into_server_error(async_graphql::Pos::default());
        let errors = vec![server_error(Fault::Internal), server_error(Fault::NotFound { what: "client" })];
        let mut response = Response::from_errors(errors);
        stamp(&mut response, Uuid::from_u128(7));
        let ids: Vec<_> = response
            .errors
            .iter()
            .map(|error| {
                error.extensions.as_ref().and_then(|extensions| extensions.get("requestId").cloned())
            })
            .collect();
        assert_eq!(ids, [Some(Value::from(Uuid::from_u128(7).to_string())), None]);
    }
}
