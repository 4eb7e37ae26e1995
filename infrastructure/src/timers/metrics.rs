//! What the timers tell Prometheus.

use std::time::Duration;

use ledgerdesk_domain::service_level::Stage;
use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{
        counter::Counter,
        family::Family,
        gauge::Gauge,
        histogram::{Histogram, exponential_buckets},
    },
    registry::Registry,
};

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Labels {
    stage: &'static str,
}

/// The metrics of the timers. Cheap to clone; the default is registered nowhere.
#[derive(Clone)]
pub struct TimerMetrics {
    due: Gauge,
    fired: Family<Labels, Counter>,
    stale: Counter,
    failed: Counter,
    lateness_seconds: Histogram,
    position: Gauge,
}

impl Default for TimerMetrics {
    fn default() -> Self {
        Self {
            due: Gauge::default(),
            fired: Family::default(),
            stale: Counter::default(),
            failed: Counter::default(),
            lateness_seconds: Histogram::new(exponential_buckets(0.005, 2.0, 14)),
            position: Gauge::default(),
        }
    }
}

impl TimerMetrics {
    /// Metrics that show up in this registry.
    pub fn register(registry: &mut Registry) -> Self {
        let metrics = Self::default();
        let registry = registry.sub_registry_with_prefix("ledgerdesk_timers");
        registry.register("due", "Consultations that this node took in its last round", metrics.due.clone());
        registry.register("fired", "Deadlines that this node told", metrics.fired.clone());
        registry.register(
            "stale",
            "Consultations that this node took and of which there was nothing to tell",
            metrics.stale.clone(),
        );
        registry.register(
            "failed",
            "Attempts of this node that failed and are repeated",
            metrics.failed.clone(),
        );
        registry.register(
            "lateness_seconds",
            "How long after its time a timer had told what it had to",
            metrics.lateness_seconds.clone(),
        );
        registry.register(
            "position",
            "Up to where this node has followed the log for timers",
            metrics.position.clone(),
        );
        metrics
    }

    pub(super) fn due(&self, count: usize) {
        self.due.set(i64::try_from(count).unwrap_or(i64::MAX));
    }

    pub(super) fn fired(&self, stage: Stage, late: Duration) {
        self.fired.get_or_create_owned(&Labels { stage: stage.as_str() }).inc();
        self.lateness_seconds.observe(late.as_secs_f64());
    }

    pub(super) fn stale(&self) {
        self.stale.inc();
    }

    pub(super) fn failed(&self) {
        self.failed.inc();
    }

    pub(super) fn position(&self, position: i64) {
        self.position.set(position);
    }
}
