//! Why the database cannot be used.

use sqlx::migrate::MigrateError;

/// Why the database cannot be used. The message says what would be right.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// The connection URL cannot be understood. Its text is not repeated: it may hold a password.
    #[error(
        "DATABASE_URL is not a PostgreSQL URL; it looks like postgres://user:password@host:5432/database"
    )]
    Url(#[source] sqlx::Error),
    /// The server cannot be reached, or refuses us.
    #[error("the database does not take our connection; check that it runs and that DATABASE_URL is right")]
    Connect(#[source] sqlx::Error),
    /// The pooler's role lacks something, or may too much.
    #[error(
        "the role of LEDGERDESK_POOLER_URL {fault}; docs/architecture.md says under `Behind PgBouncer` how to make it"
    )]
    PoolerRole {
        /// What is wrong with it.
        fault: &'static str,
    },
    /// The database was migrated by a newer version of the program.
    #[error(
        "the database has the migration {version}, which this version of ledgerdesk does not know; \
         run the newer version"
    )]
    Newer {
        /// The unknown migration.
        version: i64,
    },
    /// A migration was changed after it had been applied.
    #[error("the migration {version} was changed after it had been applied here; run the version that was")]
    Changed {
        /// The changed migration.
        version: i64,
    },
    /// A migration failed; it left nothing behind.
    #[error("the database could not be migrated")]
    Migrate(#[source] MigrateError),
}

/// Whether an error says that the database is away or has no room, and so that the same request is worth
/// another try; not that there is anything wrong with the request.
pub fn is_away(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => true,
        // Connection; out of disk, memory or connections; ended by an operator, a crash, a start, or because the
        // node slept in a transaction; a standby that takes no writes yet.
        sqlx::Error::Database(error) => error.code().is_some_and(|code| {
            ["08", "53", "57P"].iter().any(|class| code.starts_with(class))
                || ["25P03", "25006"].contains(&code.as_ref())
        }),
        _ => false,
    }
}

impl DatabaseError {
    /// The permanent code, for scripts.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Url(_) => "database_url_invalid",
            Self::Connect(_) => "database_unreachable",
            Self::PoolerRole { .. } => "pooler_role_unfit",
            Self::Newer { .. } => "database_newer",
            Self::Changed { .. } => "migration_changed",
            Self::Migrate(_) => "migration_failed",
        }
    }
}
