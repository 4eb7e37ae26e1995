//! The appender's own connection: bounded waits, so that nobody can hold the head for ever.

use sqlx::{ConnectOptions as _, PgConnection, postgres::PgConnectOptions};

/// Settings of every session that may lock the head. A wait for the lock, a statement and an idle transaction
/// each end within seconds; a dead host is noticed by keepalives instead of after the half hour that TCP takes.
const SETTINGS: [(&str, &str); 6] = [
    ("lock_timeout", "2s"),
    ("statement_timeout", "10s"),
    ("idle_in_transaction_session_timeout", "10s"),
    ("tcp_keepalives_idle", "5"),
    ("tcp_keepalives_interval", "2"),
    ("tcp_keepalives_count", "3"),
];

/// Opens a connection for the appender.
pub(super) async fn connect(options: &PgConnectOptions) -> Result<PgConnection, sqlx::Error> {
    let mut connection =
        options.clone().application_name("ledgerdesk-appender").options(SETTINGS).connect().await?;
    crate::db::become_app(&mut connection).await?;
    Ok(connection)
}
