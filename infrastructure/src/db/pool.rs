//! The connections of this node.

use std::{str::FromStr as _, time::Duration};

use sqlx::{
    ConnectOptions as _, Connection as _, PgConnection, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use super::{DatabaseError, leaving};

/// How many connections, and how patient.
#[derive(Debug, Clone, Copy)]
pub struct PoolSettings {
    /// The most connections that the node opens.
    pub max_connections: u32,
    /// How long a request waits for a free connection.
    pub acquire_timeout: Duration,
}

/// How long a connection that is given back may take to answer; after that it is closed.
const ANSWERS_WITHIN: Duration = Duration::from_secs(5);

/// How long a connection that was just used is taken to be alive.
const TRUSTED_FOR: Duration = Duration::from_secs(1);

impl Default for PoolSettings {
    fn default() -> Self {
        Self { max_connections: 16, acquire_timeout: Duration::from_secs(10) }
    }
}

/// What a session that was lost without a word leaves behind at the server: its transaction, and the locks in
/// it, end within a minute; where the host is dead, keepalives notice.
const SETTINGS: [(&str, &str); 4] = [
    ("idle_in_transaction_session_timeout", "60s"),
    ("tcp_keepalives_idle", "5"),
    ("tcp_keepalives_interval", "2"),
    ("tcp_keepalives_count", "3"),
];

/// Opens a pool and proves it with one connection.
///
/// Each connection works as the role `ledgerdesk_app`, where the migrations could make it: it owns nothing of
/// the log and may not change what is in it.
pub async fn connect(url: &str, settings: PoolSettings) -> Result<PgPool, DatabaseError> {
    let options = parse(url)?.options(SETTINGS);
    let may_fall_silent = is_over_a_network(&options);
    sized(settings)
        // A round trip before every use would double the cost of the short ones: only a connection that has
        // been idle for a while is asked whether it still lives.
        .test_before_acquire(false)
        // A connection that was lost without a word, while somebody waited for it, would never say whether it
        // may be used again, and its place in the pool would be gone.
        .after_release(move |connection, _| {
            Box::pin(async move {
                if !may_fall_silent {
                    return Ok(true);
                }
                let answers = tokio::time::timeout(ANSWERS_WITHIN, connection.ping()).await;
                answers.unwrap_or_else(|_| Err(sqlx::Error::PoolTimedOut)).map(|()| true)
            })
        })
        .before_acquire(|connection, meta| {
            Box::pin(async move {
                if meta.idle_for < TRUSTED_FOR {
                    return Ok(true);
                }
                Ok(tokio::time::timeout(ANSWERS_WITHIN, connection.ping())
                    .await
                    .is_ok_and(|ping| ping.is_ok()))
            })
        })
        .after_connect(|connection, _| Box::pin(become_app(connection)))
        .connect_with(options)
        .await
        .map_err(DatabaseError::Connect)
}

/// A server on a socket of this machine cannot be lost without a word.
fn is_over_a_network(options: &PgConnectOptions) -> bool {
    options.get_socket().is_none() && !options.get_host().starts_with('/')
}

fn sized(settings: PoolSettings) -> PgPoolOptions {
    PgPoolOptions::new()
        .max_connections(settings.max_connections)
        .acquire_timeout(settings.acquire_timeout)
        // A wait that ends in time is load, not a fault; one that does not is an error of its own.
        .acquire_slow_threshold(settings.acquire_timeout)
}

/// How long one statement of a query may take: less than the query may, so that the server gives up before the client
/// does, and what nobody waits for any more ends as well.
const QUERY_STATEMENT_TIMEOUT: &str = "12s";

/// How long a connection may take to show that it is free, where somebody left a moment ago.
const FREE_WITHIN: Duration = Duration::from_millis(100);

/// How often the server looks whether the client of a statement is still there.
const LOOKS_FOR_CLIENT_EVERY: &str = "250ms";

/// A pool beside this one, with the same settings, for what reads on behalf of one request. It connects when it is used.
/// What was asked for by somebody who left ends soon ([`super::watched`]).
pub fn for_queries(pool: &PgPool) -> PgPool {
    let options = PgConnectOptions::clone(&pool.connect_options());
    // A report over a year looks dear enough to the planner to be compiled, which takes longer than the report.
    let options = options.options([("statement_timeout", QUERY_STATEMENT_TIMEOUT), ("jit", "off")]);
    let may_fall_silent = is_over_a_network(&options);
    let settings = pool.options().clone();
    settings
        .after_connect(|connection, _| {
            Box::pin(async move {
                become_app(connection).await?;
                look_for_client(connection).await;
                Ok(())
            })
        })
        .after_release(move |connection, _| Box::pin(is_free(connection, may_fall_silent)))
        .connect_lazy_with(options)
}

/// Asks the server to look for the client while a statement runs; one on a system that cannot look runs to its end.
async fn look_for_client(connection: &mut PgConnection) {
    let asked = sqlx::query("select set_config('client_connection_check_interval', $1, false)")
        .bind(LOOKS_FOR_CLIENT_EVERY)
        .execute(connection)
        .await;
    if let Err(error) = asked {
        tracing::debug!(%error, "the server cannot look whether clients are still there");
    }
}

/// Whether a connection that is given back may be used again; one that still works for somebody who left may not.
async fn is_free(connection: &mut PgConnection, may_fall_silent: bool) -> Result<bool, sqlx::Error> {
    let (within, silent) = if leaving::somebody_left() {
        (FREE_WITHIN, Ok(false))
    } else if may_fall_silent {
        (ANSWERS_WITHIN, Err(sqlx::Error::PoolTimedOut))
    } else {
        return Ok(true);
    };
    match tokio::time::timeout(within, connection.ping()).await {
        Ok(answer) => answer.map(|()| true),
        Err(_) => silent,
    }
}

/// The same through a pooler that lends a session for one transaction only. Nothing of a session can be set there: what
/// [`for_queries`] sets, the pooler's role must bring along. Statements stay prepared; the pooler carries them over.
///
/// # Errors
/// Where the pooler does not let us in, or its role could change the log or wait for ever.
pub async fn through_pooler(url: &str, settings: PoolSettings) -> Result<PgPool, DatabaseError> {
    // A parameter that the pooler does not know would be refused, and numbers come in binary anyway.
    let options = parse(url)?.extra_float_digits(None);
    let pool = sized(settings)
        .after_release(|connection, _| Box::pin(is_free(connection, true)))
        .connect_with(options)
        .await
        .map_err(DatabaseError::Connect)?;
    let (may_read, may_write, is_bounded): (bool, bool, bool) = sqlx::query_as(
        // Whoever may not use a schema may not even ask about what is in it.
        "select case when may_use then has_table_privilege('ledgerdesk.events', 'select') else false end, \
         case when may_use then has_table_privilege('ledgerdesk.events', 'update, delete, truncate') else false end, \
         current_setting('statement_timeout') <> '0' \
         from (select has_schema_privilege('ledgerdesk', 'usage') and has_schema_privilege('read', 'usage') \
         as may_use) role",
    )
    .fetch_one(&pool)
    .await
    .map_err(DatabaseError::Connect)?;
    let fault = match (may_read, may_write, is_bounded) {
        (false, _, _) => "may not read the log and the read models",
        (_, true, _) => "may change the log",
        (_, _, false) => "has no statement_timeout",
        (true, false, true) => return Ok(pool),
    };
    Err(DatabaseError::PoolerRole { fault })
}

/// Opens one connection with the rights of the URL's own role: the one that migrates and owns the tables. Only
/// for what the application's role may not do.
pub async fn connect_as_owner(url: &str) -> Result<PgConnection, DatabaseError> {
    PgConnection::connect_with(&parse(url)?).await.map_err(DatabaseError::Connect)
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
