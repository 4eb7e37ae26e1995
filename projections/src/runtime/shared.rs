//! What the parts of the read side share.

use std::{collections::HashMap, future::Future, sync::Arc, time::Duration};

use ledgerdesk_domain::stream::Position;
use sqlx::PgPool;
use tokio::sync::{Semaphore, watch};
use tokio_util::sync::CancellationToken;

use super::{
    error::ReadSideError,
    fault::Fault,
    log::Log,
    metrics::Metrics,
    pace::Pace,
    registered::{Registered, Registry},
    settings::Settings,
};

/// What the parts of the read side share.
pub(super) struct Shared {
    pub(super) pool: PgPool,
    pub(super) log: Arc<dyn Log>,
    pub(super) registry: Registry,
    pub(super) settings: Settings,
    pub(super) shutdown: CancellationToken,
    /// Bounds how many projections write at once.
    pub(super) writers: Semaphore,
    /// Bounds how many connections lanes hold at once.
    pub(super) lanes: Semaphore,
    /// How many rebuilds run at once on this node.
    pub(super) rebuilds: Semaphore,
    /// How many of them write at once.
    pub(super) flushes: Semaphore,
    /// How many of them have the database make indexes at once.
    pub(super) indexes: Semaphore,
    /// Has one comparison at a time read two tables against each other.
    pub(super) comparisons: Semaphore,
    /// Where the rebuilds are.
    pub(super) pace: Pace,
    pub(super) metrics: Metrics,
    /// For each projection the committed position while this node leads it, and nothing while it does not.
    pub(super) led: HashMap<&'static str, watch::Sender<Option<Position>>>,
}

impl Shared {
    pub(super) fn new(
        pool: PgPool,
        log: Arc<dyn Log>,
        registry: Registry,
        settings: Settings,
        shutdown: CancellationToken,
    ) -> Self {
        let led = registry.definitions().map(|definition| (definition.name, watch::Sender::new(None)));
        Self {
            led: led.collect(),
            writers: Semaphore::new(settings.writers.max(1)),
            lanes: Semaphore::new(usize::try_from(pool.options().get_max_connections() / 2).unwrap_or(1)),
            rebuilds: Semaphore::new(settings.rebuilds.max(1)),
            flushes: Semaphore::new(settings.writers.max(1)),
            indexes: Semaphore::new(settings.writers.max(1)),
            comparisons: Semaphore::new(1),
            pace: Pace::default(),
            metrics: Metrics::default(),
            pool,
            log,
            registry,
            settings,
            shutdown,
        }
    }

    /// The projection of this name, or an error that lists the names.
    pub(super) fn find(&self, name: &str) -> Result<&Arc<dyn Registered>, ReadSideError> {
        self.registry.find(name).ok_or_else(|| ReadSideError::unknown(name, &self.registry))
    }

    /// Waits, but not beyond the end of the process.
    pub(super) async fn pause(&self, time: Duration) -> Result<(), Fault> {
        self.unless_stopping(tokio::time::sleep(time)).await
    }

    /// Runs what may be dropped half-way, unless the process stops first.
    pub(super) async fn unless_stopping<T>(&self, future: impl Future<Output = T>) -> Result<T, Fault> {
        tokio::select! {
            biased;
            () = self.shutdown.cancelled() => Err(Fault::Stopping),
            output = future => Ok(output),
        }
    }

    /// Tells who waits how far a projection is.
    pub(super) fn publish(&self, name: &str, position: Option<Position>) {
        if let Some(led) = self.led.get(name) {
            led.send_if_modified(|known| std::mem::replace(known, position) != position);
        }
    }
}
