//! The connections of this node.

use std::{str::FromStr as _, time::Duration};

use sqlx::{
    ConnectOptions as _, PgConnection, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use super::DatabaseError;

/// How many connections, and how patient.
#[derive(Debug, Clone, Copy)]
pub struct PoolSettings {
    /// The most connections that the node opens.
    pub max_connections: u32,
    /// How long a request waits for a free connection.
    pub acquire_timeout: Duration,
}

impl Default for PoolSettings {
    fn default() -> Self {
        Self { max_connections: 16, acquire_timeout: Duration::from_secs(10) }
    }
}

/// Opens a pool and proves it with one connection.
///
/// Each connection works as the role `ledgerdesk_app`, where the migrations could make it: it owns nothing of
/// the log and may not change what is in it.
pub async fn connect(url: &str, settings: PoolSettings) -> Result<PgPool, DatabaseError> {
    let options = parse(url)?;
    PgPoolOptions::new()
        .max_connections(settings.max_connections)
        .acquire_timeout(settings.acquire_timeout)
        // A wait that ends in time is load, not a fault; one that does not is an error of its own.
        .acquire_slow_threshold(settings.acquire_timeout)
        .after_connect(|connection, _| Box::pin(become_app(connection)))
        .connect_with(options)
        .await
        .map_err(DatabaseError::Connect)
}

/// Makes the session work as the role that may not change the log, where the migration could make that role.
pub(crate) async fn become_app(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query(
        "select set_config('role', rolname, false) from pg_roles \
         where rolname = 'ledgerdesk_app' and pg_has_role(current_user, oid, 'member')",
    )
    .execute(connection)
    .await
    .map(drop)
}

/// The options of a URL, with our name on them and without statements in the log: their text is ours, but
/// failing ones are reported with the error.
pub(super) fn parse(url: &str) -> Result<PgConnectOptions, DatabaseError> {
    let options = PgConnectOptions::from_str(url).map_err(DatabaseError::Url)?;
    Ok(options.application_name("ledgerdesk").disable_statement_logging())
}
