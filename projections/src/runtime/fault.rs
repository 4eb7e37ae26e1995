//! What can go wrong while a page is applied, by what has to happen next.

use ledgerdesk_domain::stream::Position;
use ledgerdesk_infrastructure::event_store::{ReadError, StoreError};

use super::pause::Pause;

/// Why a page was not applied. Nothing of it was written.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    /// The lease was lost, or somebody else moved the checkpoint. Stop, and ask for the lease again.
    #[error("another node leads this projection now")]
    Fenced,
    /// An event that cannot be applied. Counted, and parked in the end. The text quotes no value.
    #[error("{0}")]
    Poison(String),
    /// Nothing can be applied until somebody acts: an upgrade, a restore that was noticed, a missing table.
    #[error("{0}")]
    Paused(Pause),
    /// More of the log lies ahead than behind this position: a rebuild comes to its end sooner.
    #[error("the log runs ahead of this projection")]
    Outrun(Position),
    /// The process is stopping.
    #[error("the process is stopping")]
    Stopping,
    /// The database could not be reached or had no room. Try again later; never counted.
    #[error("the database did not answer as expected")]
    Database(#[source] sqlx::Error),
}

impl From<sqlx::Error> for Fault {
    fn from(error: sqlx::Error) -> Self {
        let sqlx::Error::Database(refusal) = &error else {
            return match error {
                sqlx::Error::ColumnDecode { .. }
                | sqlx::Error::Decode(_)
                | sqlx::Error::TypeNotFound { .. } => Self::Paused(Pause::misfit(format!(
                    "the read model's table does not fit this program: {error}"
                ))),
                error => Self::Database(error),
            };
        };
        let code = refusal.code().unwrap_or_default();
        match code.get(..2) {
            // Data exception, constraint violation, program limit exceeded: the row is at fault.
            Some("22" | "23" | "54") => Self::Poison(describe_refusal(refusal.as_ref(), &code)),
            // Unknown table, column, type; not supported: the definition is at fault. (42501 is a privilege.)
            Some("42" | "0A") => Self::Paused(Pause::misfit(format!(
                "the read model's table does not fit this program: {} (SQLSTATE {code})",
                refusal.message()
            ))),
            _ => Self::Database(error),
        }
    }
}

/// Names the rule and not the value: PostgreSQL quotes values in its messages, and a value may be personal.
fn describe_refusal(refusal: &dyn sqlx::error::DatabaseError, code: &str) -> String {
    let postgres = refusal.try_downcast_ref::<sqlx::postgres::PgDatabaseError>();
    let column = postgres.and_then(sqlx::postgres::PgDatabaseError::column);
    let mut text = format!("the database refused the row (SQLSTATE {code}");
    for (label, name) in
        [("table", refusal.table()), ("column", column), ("constraint", refusal.constraint())]
    {
        if let Some(name) = name {
            text.extend([", ", label, " ", name]);
        }
    }
    text.push(')');
    text
}

impl From<ReadError> for Fault {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Store(StoreError::Database(error)) => Self::Database(error),
            ReadError::Store(StoreError::ShuttingDown) => Self::Stopping,
            error => Self::Paused(Pause::new(error.code().unwrap_or("log_unavailable"), error.to_string())),
        }
    }
}
