//! Whether this process lives and whether it can serve.

use std::{sync::Arc, time::Duration};

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use futures_util::future::BoxFuture;
use serde::Serialize;
use serde_json::json;

use super::state::SharedState;

/// Longer than this and the probe counts as failed.
const PROBE_TIMEOUT: Duration = Duration::from_secs(2);

/// What a probe found.
#[derive(Debug, Clone, Serialize)]
pub struct HealthReport {
    /// Whether the database answered.
    pub database: bool,
    /// The last position of the log, if known.
    pub head: Option<i64>,
    /// Every projection.
    pub projections: Vec<ProjectionHealth>,
}

/// One projection.
#[derive(Debug, Clone, Serialize)]
pub struct ProjectionHealth {
    /// Its name.
    pub name: String,
    /// `running`, `rebuilding`, `paused`, …
    pub status: String,
    /// The code of why it is paused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Why it is paused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Where it stands.
    pub position: i64,
    /// Events behind the log.
    pub lag_events: i64,
    /// Seconds behind the log.
    pub lag_seconds: f64,
    /// Events that wait for a person's decision.
    pub parked: i64,
}

/// Looks at the database and the projections.
#[derive(Clone)]
pub struct Health(Arc<dyn Fn() -> BoxFuture<'static, HealthReport> + Send + Sync>);

impl Health {
    /// Wraps a probe. It is called for every request to `/health/ready` and cut off after two seconds.
    pub fn new<F>(probe: F) -> Self
    where
        F: Fn() -> BoxFuture<'static, HealthReport> + Send + Sync + 'static,
    {
        Self(Arc::new(probe))
    }
}

/// `GET /health/live`: the process answers.
pub(crate) async fn live() -> Response {
    Json(json!({ "status": "live" })).into_response()
}

/// `GET /health/ready`: 200 while the database answers and the process is not stopping. A projection that lags or
/// is paused is shown but takes no node out of service: its rows are old, not wrong, and every node shares them.
pub(crate) async fn ready(State(state): State<SharedState>) -> Response {
    let report = tokio::time::timeout(PROBE_TIMEOUT, (state.health.0)())
        .await
        .unwrap_or_else(|_| HealthReport { database: false, head: None, projections: Vec::new() });
    let stopping = state.shutdown.is_cancelled();
    let ready = report.database && !stopping;
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let word = match (stopping, ready) {
        (true, _) => "stopping",
        (false, true) => "ready",
        (false, false) => "not_ready",
    };
    let body = json!({
        "status": word,
        "database": report.database,
        "head": report.head,
        "projections": report.projections,
    });
    (status, Json(body)).into_response()
}
