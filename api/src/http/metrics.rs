//! Counts for Prometheus.

use std::{sync::Arc, time::Instant};

use axum::{
    extract::{MatchedPath, Request, State},
    http::{StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::Registry,
};

use super::state::SharedState;

/// The counts of the HTTP edge. Cheap to clone.
#[derive(Clone)]
pub struct HttpMetrics(Arc<Metrics>);

struct Metrics {
    requests: Family<RequestLabels, Counter>,
    latency: Family<RouteLabel, Histogram, fn() -> Histogram>,
    operations: Family<OperationLabels, Counter>,
    commands: Family<CommandLabels, Counter>,
    documents: Family<DocumentLabel, Counter>,
    sockets: Gauge,
    streams: Gauge,
    subscriptions: Gauge,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    method: String,
    route: String,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabel {
    route: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OperationLabels {
    kind: &'static str,
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CommandLabels {
    command: String,
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct DocumentLabel {
    known: &'static str,
}

/// From half a millisecond to about a minute.
fn latency() -> Histogram {
    Histogram::new([
        0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0,
    ])
}

impl HttpMetrics {
    /// Registers the counts.
    pub fn register(registry: &mut Registry) -> Self {
        let registry = registry.sub_registry_with_prefix("ledgerdesk");
        let metrics = Metrics {
            requests: Family::default(),
            latency: Family::new_with_constructor(latency as fn() -> Histogram),
            operations: Family::default(),
            commands: Family::default(),
            documents: Family::default(),
            sockets: Gauge::default(),
            streams: Gauge::default(),
            subscriptions: Gauge::default(),
        };
        registry.register("http_requests", "HTTP requests answered", metrics.requests.clone());
        registry.register("http_request_seconds", "Time to answer an HTTP request", metrics.latency.clone());
        registry.register("graphql_operations", "GraphQL operations executed", metrics.operations.clone());
        registry.register("commands", "Commands asked for over GraphQL", metrics.commands.clone());
        registry.register(
            "graphql_documents",
            "GraphQL documents asked for: known ones were parsed before",
            metrics.documents.clone(),
        );
        registry.register("event_streams", "Event streams that are open", metrics.streams.clone());
        registry.register("websockets", "WebSockets that are open", metrics.sockets.clone());
        registry.register("subscriptions", "GraphQL subscriptions that run", metrics.subscriptions.clone());
        Self(Arc::new(metrics))
    }

    /// One operation ended.
    pub(crate) fn operation(&self, kind: &'static str, outcome: &'static str) {
        self.0.operations.get_or_create(&OperationLabels { kind, outcome }).inc();
    }

    /// One document was asked for; a known one needed no parsing.
    pub(crate) fn document(&self, known: bool) {
        let known = if known { "yes" } else { "no" };
        self.0.documents.get_or_create(&DocumentLabel { known }).inc();
    }

    /// One command ended: `done`, `refused` by a rule, or `failed`. Named by its input.
    pub(crate) fn command(&self, input: &str, outcome: &'static str) {
        let command = input.strip_suffix("Input").unwrap_or(input).to_owned();
        self.0.commands.get_or_create(&CommandLabels { command, outcome }).inc();
    }

    /// One more WebSocket, until the guard is dropped.
    pub(crate) fn socket(&self) -> GaugeGuard {
        GaugeGuard::new(&self.0.sockets)
    }

    /// One more event stream, until the guard is dropped.
    pub(crate) fn stream(&self) -> GaugeGuard {
        GaugeGuard::new(&self.0.streams)
    }

    /// One more subscription, until the guard is dropped.
    pub(crate) fn subscription(&self) -> GaugeGuard {
        GaugeGuard::new(&self.0.subscriptions)
    }

    /// How many long-lived connections are open: WebSockets and event streams.
    pub(crate) fn connections(&self) -> usize {
        usize::try_from(self.0.sockets.get() + self.0.streams.get()).unwrap_or(0)
    }
}

/// Counts one thing for as long as it lives.
pub(crate) struct GaugeGuard(Gauge);

impl GaugeGuard {
    fn new(gauge: &Gauge) -> Self {
        gauge.inc();
        Self(gauge.clone())
    }
}

impl Drop for GaugeGuard {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// Counts and times every request by its route, so that unknown paths make no new series.
pub(crate) async fn measure(State(state): State<SharedState>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let matched = request.extensions().get::<MatchedPath>();
    let route = matched.map_or_else(|| "unknown".to_owned(), |path| path.as_str().to_owned());
    let method = known_method(&request).to_owned();
    let response = next.run(request).await;
    let status = response.status().as_u16();
    let metrics = &state.metrics.0;
    metrics
        .latency
        .get_or_create(&RouteLabel { route: route.clone() })
        .observe(started.elapsed().as_secs_f64());
    metrics.requests.get_or_create(&RequestLabels { method, route, status }).inc();
    response
}

/// Methods are free text on the wire; only known ones become a label.
fn known_method(request: &Request) -> &'static str {
    match request.method().as_str() {
        "GET" => "GET",
        "POST" => "POST",
        "HEAD" => "HEAD",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}

/// `GET /metrics`.
pub(crate) async fn show(State(state): State<SharedState>) -> Response {
    let mut text = String::new();
    match encode(&mut text, &state.registry) {
        Ok(()) => {
            let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
            ([(header::CONTENT_TYPE, kind)], text).into_response()
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
