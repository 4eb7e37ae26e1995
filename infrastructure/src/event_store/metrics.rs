//! What the log tells Prometheus.

use std::time::Duration;

use prometheus_client::{
    metrics::{
        counter::Counter,
        gauge::Gauge,
        histogram::{Histogram, exponential_buckets},
    },
    registry::Registry,
};

use super::appender::Waiting;

/// The metrics of the log. Cheap to clone; the default is registered nowhere.
#[derive(Clone)]
pub struct StoreMetrics {
    batch_commands: Histogram,
    commit_seconds: Histogram,
    appended_events: Counter,
    waiting: Gauge,
    head: Gauge,
    unknown: Gauge,
    refused_busy: Counter,
    listener_reconnects: Counter,
}

impl Default for StoreMetrics {
    fn default() -> Self {
        Self {
            batch_commands: Histogram::new(exponential_buckets(1.0, 2.0, 10)),
            commit_seconds: Histogram::new(exponential_buckets(0.000_25, 2.0, 14)),
            appended_events: Counter::default(),
            waiting: Gauge::default(),
            head: Gauge::default(),
            unknown: Gauge::default(),
            refused_busy: Counter::default(),
            listener_reconnects: Counter::default(),
        }
    }
}

impl StoreMetrics {
    /// Metrics that show up in this registry.
    pub fn register(registry: &mut Registry) -> Self {
        let metrics = Self::default();
        let registry = registry.sub_registry_with_prefix("ledgerdesk_log");
        registry.register("batch_commands", "Commands per append batch", metrics.batch_commands.clone());
        registry.register("commit_seconds", "Round trip of an append batch", metrics.commit_seconds.clone());
        registry.register("appended_events", "Events appended by this node", metrics.appended_events.clone());
        registry.register("waiting_commands", "Commands that wait for the appender", metrics.waiting.clone());
        registry.register("head_position", "Position of the last event seen", metrics.head.clone());
        registry.register(
            "unknown_event_position",
            "Position of the last event met whose type or version this program does not know; 0 if none was",
            metrics.unknown.clone(),
        );
        registry.register("refused_busy", "Commands refused by a full queue", metrics.refused_busy.clone());
        registry.register(
            "listener_reconnects",
            "Times the notification listener lost its connection",
            metrics.listener_reconnects.clone(),
        );
        metrics
    }

    pub(super) fn batch(&self, batch: &[Waiting], waiting: usize) {
        self.batch_commands.observe(f64::from(u32::try_from(batch.len()).unwrap_or(u32::MAX)));
        self.waiting.set(i64::try_from(waiting).unwrap_or(i64::MAX));
    }

    pub(super) fn commit(&self, took: Duration, events: usize) {
        self.commit_seconds.observe(took.as_secs_f64());
        self.appended_events.inc_by(events as u64);
    }

    pub(super) fn head(&self, position: i64) {
        self.head.set(position);
    }

    pub(super) fn unknown(&self, position: i64) {
        self.unknown.set(position);
    }

    pub(super) fn busy(&self) {
        self.refused_busy.inc();
    }

    pub(super) fn listener_lost(&self) {
        self.listener_reconnects.inc();
    }
}
