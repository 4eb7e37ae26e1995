//! The database of a command: the one of `DATABASE_URL`, or the embedded one, migrated and connected.

use std::time::Duration;

use anyhow::Result;
use ledgerdesk_infrastructure::{
    config::Config,
    db,
    embedded_postgres::{Embedded, EmbeddedPostgres},
};
use sqlx::{PgConnection, PgPool};

/// Connections that the embedded server takes beyond the pools of commands and of queries: the appender, the listener, the lease and
/// rebuilds of the serving node, and commands beside it.
const BESIDE_THE_POOLS: u16 = 60;

/// How long connections may take to be given back.
const CLOSE_GRACE: Duration = Duration::from_secs(5);

/// How a command needs the embedded server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tenure {
    /// As its only owner, for as long as it runs.
    Own,
    /// As a guest of whoever owns it, or else as its owner.
    OwnOrJoin,
}

/// An open database.
pub(super) struct Database {
    pub(super) pool: PgPool,
    /// For what reads on behalf of one request.
    pub(super) queries: PgPool,
    pub(super) migrations_applied: usize,
    url: String,
    embedded: Option<Embedded>,
}

impl Database {
    /// Finds or starts the server, migrates and connects.
    pub(super) async fn open(config: &Config, tenure: Tenure) -> Result<Self> {
        let embedded = match &config.database.url {
            Some(_) => None,
            None => Some(start(config, tenure).await?),
        };
        let url = match (&config.database.url, &embedded) {
            (Some(url), _) => url.reveal().to_owned(),
            (None, Some(embedded)) => embedded.url(),
            (None, None) => String::new(),
        };
        let opened = async {
            let migrations_applied = db::migrate(&url).await?;
            let pool = db::connect(&url, config.database.pool).await?;
            let queries = match &config.database.pooler_url {
                Some(pooler) => db::through_pooler(pooler.reveal(), config.database.pool).await?,
                None => db::for_queries(&pool),
            };
            anyhow::Ok((pool, queries, migrations_applied))
        };
        match (opened.await, embedded) {
            (Ok((pool, queries, migrations_applied)), embedded) => {
                Ok(Self { pool, queries, migrations_applied, url, embedded })
            }
            (Err(error), Some(embedded)) => {
                embedded.stop().await?;
                Err(error)
            }
            (Err(error), None) => Err(error),
        }
    }

    /// A connection with the rights of the role that migrates, which owns the tables of the log.
    pub(super) async fn owner(&self) -> Result<PgConnection> {
        Ok(db::connect_as_owner(&self.url).await?)
    }

    /// Closes the connections and stops the server that this command owns.
    pub(super) async fn close(self) -> Result<()> {
        // What was cut off may still hold a connection.
        let _ = tokio::time::timeout(CLOSE_GRACE, self.queries.close()).await;
        let _ = tokio::time::timeout(CLOSE_GRACE, self.pool.close()).await;
        if let Some(embedded) = self.embedded {
            embedded.stop().await?;
        }
        Ok(())
    }
}

async fn start(config: &Config, tenure: Tenure) -> Result<Embedded> {
    let pool = u16::try_from(config.database.pool.max_connections).unwrap_or(u16::MAX);
    let postgres = EmbeddedPostgres {
        postgres_bin: config.database.postgres_bin.clone(),
        max_connections: pool.saturating_mul(2).saturating_add(BESIDE_THE_POOLS),
        ..EmbeddedPostgres::new(&config.database.data_dir)
    };
    Ok(match tenure {
        Tenure::Own => postgres.start().await?,
        Tenure::OwnOrJoin => postgres.start_or_join().await?,
    })
}
