//! The composition root: everything that a command may need, put together once.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use ledgerdesk_domain::id::PersonId;
use ledgerdesk_infrastructure::{
    auth::ApiKeys,
    clock::{Clock, IdSource, SystemClock, SystemIds},
    command::CommandExecutor,
    config::{self, Config},
    crypto::KeyRing,
    event_store::{AppenderLimits, EventStore, StoreMetrics, StoreParts},
};
use prometheus_client::registry::Registry;
use sqlx::PgPool;

use super::{
    database::{Database, Tenure},
    first_start::{self, Opening},
};

/// A running node without its edges.
pub(super) struct Runtime {
    pub(super) config: Config,
    pub(super) database: Database,
    pub(super) store: EventStore,
    pub(super) executor: CommandExecutor,
    pub(super) api_keys: ApiKeys,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) ids: Arc<dyn IdSource>,
    pub(super) metrics: Registry,
    /// The owner key, if this start created it, and where it is kept.
    pub(super) opening: Opening,
}

impl Runtime {
    /// Opens the database, the log and the keys; the first start creates a workspace.
    pub(super) async fn start(config: Config, tenure: Tenure) -> Result<Self> {
        let database = Database::open(&config, tenure).await?;
        match Parts::open(&config, &database).await {
            Ok(parts) => Ok(parts.into_runtime(config, database)),
            Err(error) => {
                database.close().await?;
                Err(error)
            }
        }
    }

    /// The connections of this node.
    pub(super) fn pool(&self) -> &PgPool {
        &self.database.pool
    }

    /// Stops in the order in which things depend on each other: the appender commits and answers what waits,
    /// then the connections close, then the server stops.
    pub(super) async fn close(self) -> Result<()> {
        self.store.close().await;
        self.database.close().await
    }
}

/// What lies between the database and the edges.
struct Parts {
    store: EventStore,
    executor: CommandExecutor,
    api_keys: ApiKeys,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
    metrics: Registry,
    opening: Opening,
}

impl Parts {
    async fn open(config: &Config, database: &Database) -> Result<Self> {
        let pool = database.pool.clone();
        let (clock, ids): (Arc<dyn Clock>, Arc<dyn IdSource>) = (Arc::new(SystemClock), Arc::new(SystemIds));
        let mut metrics = Registry::default();
        let keys = open_keys(config, &pool).await?;
        let store = EventStore::open(StoreParts {
            pool: pool.clone(),
            keys,
            clock: Arc::clone(&clock),
            limits: AppenderLimits::default(),
            metrics: StoreMetrics::register(&mut metrics),
        })
        .await?;
        let executor = CommandExecutor::new(store.clone(), Arc::clone(&clock), Arc::clone(&ids));
        let api_keys = ApiKeys::new(pool.clone());
        let opened = first_start::open_workspace(first_start::Means {
            config,
            pool: &pool,
            executor: &executor,
            clock: clock.as_ref(),
            ids: ids.as_ref(),
        });
        match opened.await {
            Ok(opening) => Ok(Self { store, executor, api_keys, clock, ids, metrics, opening }),
            Err(error) => {
                store.close().await;
                Err(error)
            }
        }
    }

    fn into_runtime(self, config: Config, database: Database) -> Runtime {
        let Self { store, executor, api_keys, clock, ids, metrics, opening } = self;
        Runtime { config, database, store, executor, api_keys, clock, ids, metrics, opening }
    }
}

/// The keys of persons, with a master key that is known to open them: a wrong one is found out now and not by
/// the first client whose name cannot be read.
async fn open_keys(config: &Config, pool: &PgPool) -> Result<KeyRing> {
    let known: Option<uuid::Uuid> =
        sqlx::query_scalar("select person_id from ledgerdesk.person_keys where wrapped is not null limit 1")
            .fetch_optional(pool)
            .await
            .context("the keys of persons cannot be looked up")?;
    let keys = KeyRing::new(pool.clone(), config::master_key(config, known.is_some())?);
    if let Some(person) = known {
        keys.find([PersonId(person)]).await.context("the master key does not fit this database")?;
    }
    Ok(keys)
}
