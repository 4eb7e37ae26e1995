//! A node: the runtime with its read side and its schema, everything but the network.

use std::{mem, sync::Arc, time::Duration};

use anyhow::Result;
use ledgerdesk_domain::stream::Position;
use ledgerdesk_infrastructure::{
    config::Config,
    event_store::Anchors,
    service_levels::ServiceLevels,
    timers::{TimerMetrics, TimerParts, Timers},
};
use ledgerdesk_projections::{
    registry,
    runtime::{ReadSide, Settings},
};
use prometheus_client::registry::Registry;
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;

use super::runtime::Runtime;
use crate::{
    graphql::schema::{self, ApiParts},
    http::{endpoint::Endpoint, metrics::HttpMetrics},
};

/// How long the projections may take to finish their pages and give their leases back. What is cut off is
/// rolled back, and the lease expires.
const READ_SIDE_GRACE: Duration = Duration::from_secs(10);

/// How long timers that are being told may take.
const TIMERS_GRACE: Duration = Duration::from_secs(5);

/// How long connections of queries may take to be given back.
const QUERIES_GRACE: Duration = Duration::from_secs(5);

/// How long a start waits for the tables of the read models, which another node may be making, and for this
/// node to bring them up to the head.
const READY_WAIT: Duration = Duration::from_secs(30);
/// How long a start waits for read models that it does not lead. The leases of a node that was killed last
/// longer than that, and commands need not wait for them.
const OTHERS_WAIT: Duration = Duration::from_secs(1);

/// The first event of the log is there since the first start; a table exists once it is projected.
const FIRST: Position = Position(1);

/// Where this node writes signed checkpoints, if it does. One that cannot sign says so when it begins to serve.
fn anchors(config: &Config) -> Anchors {
    match (config.checkpoints.directory.clone(), config.checkpoints.signing_key()) {
        (Some(directory), Ok(key)) => Anchors::Kept { directory, key: Box::new(key.public()) },
        _ => Anchors::None,
    }
}

/// A running node without its network.
pub(super) struct Node {
    pub(super) runtime: Runtime,
    pub(super) read_side: ReadSide,
    pub(super) endpoint: Endpoint,
    pub(super) http_metrics: HttpMetrics,
    pub(super) registry: Arc<Registry>,
    queries: PgPool,
    timers: Timers,
    stop_reading: CancellationToken,
}

impl Node {
    /// Starts the read side and puts the schema together.
    pub(super) fn start(mut runtime: Runtime) -> Self {
        let stop_reading = CancellationToken::new();
        let settings = Settings::for_node(runtime.ids.next_id().to_string());
        let pool = runtime.pool().clone();
        let read_side =
            ReadSide::start(pool.clone(), runtime.store.clone(), registry(), settings, stop_reading.clone());
        let mut metrics = mem::take(&mut runtime.metrics);
        read_side.register_metrics(&mut metrics);
        let http_metrics = HttpMetrics::register(&mut metrics);
        let queries = runtime.database.queries.clone();
        let levels = ServiceLevels::new(runtime.store.clone());
        let timers = Timers::start(TimerParts {
            pool: pool.clone(),
            store: runtime.store.clone(),
            executor: runtime.executor.clone(),
            ids: runtime.ids.clone(),
            levels: levels.clone(),
            node: runtime.ids.next_id().to_string(),
            metrics: TimerMetrics::register(&mut metrics),
        });
        let endpoint = schema::endpoint(ApiParts {
            pool: queries.clone(),
            store: runtime.store.clone(),
            read_side: read_side.clone(),
            executor: runtime.executor.clone(),
            api_keys: runtime.api_keys.clone(),
            clock: runtime.clock.clone(),
            ids: runtime.ids.clone(),
            anchors: anchors(&runtime.config),
            levels,
            read_log: runtime.config.read_log.level,
            metrics: http_metrics.clone(),
        });
        let registry = Arc::new(metrics);
        Self { runtime, read_side, endpoint, http_metrics, registry, queries, timers, stop_reading }
    }

    /// Waits until every read model has a table, and for a while until it shows the log as it is now: who asks
    /// the first query wants to see what was just seeded or imported.
    pub(super) async fn ready(&self) {
        let names: Vec<_> = registry().definitions().map(|definition| definition.name).collect();
        let head = self.runtime.store.fetch_head().await.map_or(FIRST, |head| head.position);
        let mut caught_up = self.read_side.wait_for(&names, FIRST, READY_WAIT).await;
        if caught_up.is_ok() {
            caught_up = self.read_side.wait_for(&names, head, OTHERS_WAIT).await;
        }
        if caught_up.is_err() && self.read_side.leads(&names) {
            caught_up = self.read_side.wait_for(&names, head, READY_WAIT).await;
        }
        if let Err(stale) = caught_up {
            tracing::warn!(%stale, "serving, although the read models are still catching up");
        }
    }

    /// Stops the queries and the timers, then the projections, then the log, then the database.
    pub(super) async fn stop(self) -> Result<()> {
        self.stop_reading.cancel();
        if tokio::time::timeout(TIMERS_GRACE, self.timers.stop()).await.is_err() {
            tracing::warn!("the timers did not stop in time; they are cut off");
        }
        if tokio::time::timeout(QUERIES_GRACE, self.queries.close()).await.is_err() {
            tracing::warn!("some queries did not end in time; they are cut off");
        }
        if tokio::time::timeout(READ_SIDE_GRACE, self.read_side.stopped()).await.is_err() {
            tracing::warn!("the projections did not stop in time; they are cut off");
        }
        self.runtime.close().await
    }
}
