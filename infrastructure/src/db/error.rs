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

impl DatabaseError {
    /// The permanent code, for scripts.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Url(_) => "database_url_invalid",
            Self::Connect(_) => "database_unreachable",
            Self::Newer { .. } => "database_newer",
            Self::Changed { .. } => "migration_changed",
            Self::Migrate(_) => "migration_failed",
        }
    }
}
