//! A connection that listens.

use std::time::Duration;

use sqlx::{
    PgPool,
    postgres::{PgListener, PgPoolOptions},
};

/// How long the database may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Listens to a channel of the pool's database, on a connection of its own under this name: one that is lost without a
/// word must not count against the pool. It does not connect again by itself, so that whoever listens learns of what
/// was missed. Nothing where the database cannot be reached.
pub(crate) async fn listen(pool: &PgPool, name: &str, channel: &str) -> Option<PgListener> {
    let options = (*pool.connect_options()).clone().application_name(name);
    let own = PgPoolOptions::new().max_connections(1).max_lifetime(None).idle_timeout(None);
    let listening = async {
        let mut listener = PgListener::connect_with(&own.connect_lazy_with(options)).await?;
        listener.eager_reconnect(false);
        listener.listen(channel).await?;
        Ok::<_, sqlx::Error>(listener)
    };
    tokio::time::timeout(PATIENCE, listening).await.ok()?.ok()
}
