//! A node: the runtime with its read side and its schema, everything but the network.

use std::{any::TypeId, mem, sync::Arc, time::Duration};

use anyhow::Result;
use async_graphql::Request;
use ledgerdesk_projections::{
    registry,
    runtime::{ReadSide, Settings},
};
use prometheus_client::registry::Registry;
use tokio_util::sync::CancellationToken;

use super::runtime::Runtime;
use crate::{
    graphql::{
        caller::Caller,
        loaders::Loaders,
        schema::{self, ApiSchema},
    },
    http::metrics::HttpMetrics,
};

/// How long the projections may take to finish their pages and give their leases back. What is cut off is
/// rolled back, and the lease expires.
const READ_SIDE_GRACE: Duration = Duration::from_secs(10);

/// A running node without its network.
pub(super) struct Node {
    pub(super) runtime: Runtime,
    pub(super) read_side: ReadSide,
    pub(super) schema: ApiSchema,
    pub(super) http_metrics: HttpMetrics,
    pub(super) registry: Arc<Registry>,
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
        let schema = schema::builder()
            .data(pool)
            .data(runtime.store.clone())
            .data(runtime.executor.clone())
            .data(runtime.clock.clone())
            .data(runtime.ids.clone())
            .data(read_side.clone())
            .data(http_metrics.clone())
            .finish();
        Self { runtime, read_side, schema, http_metrics, registry: Arc::new(metrics), stop_reading }
    }

    /// Gives each request what its resolvers share. The caller is in its data already.
    pub(super) fn furnish(&self) -> impl Fn(Request) -> Request + Clone + Send + Sync + use<> {
        let pool = self.runtime.pool().clone();
        move |request| {
            let caller =
                request.data.get(&TypeId::of::<Caller>()).and_then(|data| data.downcast_ref::<Caller>());
            match caller.map(|caller| caller.workspace_id) {
                Some(workspace_id) => request.data(Loaders::new(&pool, workspace_id)),
                None => request,
            }
        }
    }

    /// Stops the projections, then the log, then the database.
    pub(super) async fn stop(self) -> Result<()> {
        self.stop_reading.cancel();
        if tokio::time::timeout(READ_SIDE_GRACE, self.read_side.stopped()).await.is_err() {
            tracing::warn!("the projections did not stop in time; they are cut off");
        }
        self.runtime.close().await
    }
}
