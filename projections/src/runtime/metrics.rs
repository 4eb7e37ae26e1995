//! What the read side counts, for Prometheus.

use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::Registry,
};

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Labels {
    projection: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct PauseLabels {
    projection: &'static str,
    code: String,
}

/// The metrics of all projections.
#[derive(Debug, Clone, Default)]
pub(super) struct Metrics {
    lag_events: Family<Labels, Gauge>,
    lag_seconds: Family<Labels, Gauge<f64, std::sync::atomic::AtomicU64>>,
    paused: Family<Labels, Gauge>,
    pauses: Family<PauseLabels, Gauge>,
    waiting: Family<Labels, Gauge>,
    pages: Family<Labels, Counter>,
    events: Family<Labels, Counter>,
    rows: Family<Labels, Counter>,
    parked: Family<Labels, Counter>,
    lease_changes: Family<Labels, Counter>,
    rebuilds: Family<Labels, Counter>,
    lanes: Family<Labels, Gauge>,
    stretches: Family<Labels, Counter>,
}

/// The counters of one projection.
#[derive(Debug, Clone)]
pub(super) struct Counts {
    pages: Counter,
    events: Counter,
    rows: Counter,
    parked: Counter,
    lease_changes: Counter,
    rebuilds: Counter,
    lanes: Gauge,
    stretches: Counter,
}

impl Metrics {
    /// Adds all metrics under the prefix `projection`.
    pub(super) fn register(&self, registry: &mut Registry) {
        let registry = registry.sub_registry_with_prefix("projection");
        registry.register("lag_events", "Events behind the head of the log", self.lag_events.clone());
        registry.register(
            "lag_seconds",
            "Age of the oldest event that is not applied yet, in seconds",
            self.lag_seconds.clone(),
        );
        registry.register("paused", "1 while the projection waits for somebody to act", self.paused.clone());
        registry.register("pause", "1 for the code of what a projection waits for", self.pauses.clone());
        registry.register("parked", "Events parked or waiting behind a parked one", self.waiting.clone());
        registry.register("pages", "Pages committed", self.pages.clone());
        registry.register("events", "Events applied", self.events.clone());
        registry.register("rows", "Rows written", self.rows.clone());
        registry.register("parkings", "Events parked because they could not be applied", self.parked.clone());
        registry.register("lease_changes", "Times this node took the lead", self.lease_changes.clone());
        registry.register("rebuilds", "Rebuilds finished", self.rebuilds.clone());
        registry.register("lanes", "Lanes that catch up side by side at this moment", self.lanes.clone());
        registry.register("stretches", "Stretches of the log applied in lanes", self.stretches.clone());
    }

    /// The counters of a projection.
    pub(super) fn counts(&self, projection: &'static str) -> Counts {
        let labels = Labels { projection };
        Counts {
            pages: self.pages.get_or_create_owned(&labels),
            events: self.events.get_or_create_owned(&labels),
            rows: self.rows.get_or_create_owned(&labels),
            parked: self.parked.get_or_create_owned(&labels),
            lease_changes: self.lease_changes.get_or_create_owned(&labels),
            rebuilds: self.rebuilds.get_or_create_owned(&labels),
            lanes: self.lanes.get_or_create_owned(&labels),
            stretches: self.stretches.get_or_create_owned(&labels),
        }
    }

    /// Forgets why projections were paused: those that still are say so again.
    pub(super) fn forget_pauses(&self) {
        self.pauses.clear();
    }

    /// Sets the gauges of a projection.
    pub(super) fn measure(&self, projection: &'static str, lag: &super::status::Lag) {
        let labels = Labels { projection };
        self.lag_events.get_or_create(&labels).set(lag.events);
        self.lag_seconds.get_or_create(&labels).set(lag.seconds);
        self.paused.get_or_create(&labels).set(i64::from(lag.paused.is_some()));
        if let Some(code) = &lag.paused {
            let labels = PauseLabels { projection, code: code.clone() };
            self.pauses.get_or_create(&labels).set(1);
        }
        self.waiting.get_or_create(&labels).set(lag.parked);
    }
}

impl Counts {
    pub(super) fn page(&self, events: usize) {
        self.pages.inc();
        self.events.inc_by(events as u64);
    }

    pub(super) fn rows(&self, rows: usize) {
        self.rows.inc_by(rows as u64);
    }

    pub(super) fn parked(&self, events: u64) {
        self.parked.inc_by(events);
    }

    pub(super) fn lease_taken(&self) {
        self.lease_changes.inc();
    }

    pub(super) fn rebuilt(&self) {
        self.rebuilds.inc();
    }

    pub(super) fn lanes(&self, lanes: u16) {
        self.lanes.set(i64::from(lanes));
    }

    pub(super) fn stretch(&self) {
        self.stretches.inc();
    }
}
