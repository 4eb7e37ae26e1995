//! What several stories ask of the database.

use std::time::Duration;

use ledgerdesk_domain::{id::WorkspaceId, stream::Position};
use ledgerdesk_projections::{
    registry,
    runtime::{ReadSide, Settings},
};
use ledgerdesk_tests::{TestDatabase, node::Node, wait_until};
use serde_json::json;
use sqlx::{AssertSqlSafe, PgPool};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// The one number that a query answers.
pub(crate) async fn count(database: &TestDatabase, query: &str) -> i64 {
    sqlx::query_scalar(AssertSqlSafe(query)).fetch_one(database.pool()).await.unwrap()
}

/// Workspace and id of the consultation that was opened last.
pub(crate) async fn last_opened(database: &TestDatabase) -> (WorkspaceId, Uuid) {
    let (workspace, id) = sqlx::query_as(
        "select workspace_id, stream_id from ledgerdesk.events where event_type = 'ConsultationOpened'
          order by position desc limit 1",
    )
    .fetch_one(database.pool())
    .await
    .unwrap();
    (WorkspaceId(workspace), id)
}

/// Waits until every read model shows the whole log.
pub(crate) async fn wait_for_read_models(database: &TestDatabase) {
    let behind = "select count(*) from ledgerdesk.projections where build = 'live' and position < \
                  (select max(position) from ledgerdesk.events)";
    wait_until("the read models show the whole log", async || count(database, behind).await == 0).await;
}

/// A node with its read models.
pub(crate) struct Program {
    pub(crate) node: Node,
    pub(crate) read_side: ReadSide,
    shutdown: CancellationToken,
}

impl Program {
    pub(crate) fn start(pool: &PgPool, node: Node, name: &str) -> Self {
        let shutdown = CancellationToken::new();
        let settings = Settings { lag_interval: Duration::from_millis(50), ..Settings::for_node(name) };
        let (pool, store) = (pool.clone(), node.store.clone());
        let read_side = ReadSide::start(pool, store, registry(), settings, shutdown.clone());
        Self { node, read_side, shutdown }
    }

    pub(crate) async fn shows(&self, position: Position) {
        let names: Vec<_> = registry().definitions().map(|definition| definition.name).collect();
        self.read_side.wait_for(&names, position, Duration::from_mins(1)).await.unwrap();
    }

    pub(crate) async fn stop(self) {
        self.shutdown.cancel();
        self.read_side.stopped().await;
        self.node.close().await;
    }
}

/// The input of a mutation about this consultation.
pub(crate) fn on(id: &serde_json::Value, more: serde_json::Value) -> serde_json::Value {
    let mut input = json!({ "consultationId": id });
    if let (Some(input), serde_json::Value::Object(more)) = (input.as_object_mut(), more) {
        input.extend(more);
    }
    input
}
