//! Definitions as the API shows them.

use async_graphql::{Context, Enum, Object, SimpleObject};
use ledgerdesk_projections::analytics::{self, Dimension, Metric};

use crate::graphql::{
    caller::{Caller, Language},
    error::Fault,
};

/// What a value of a metric is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "ledgerdesk_projections::analytics::Unit")]
pub(super) enum MetricUnit {
    /// A duration in milliseconds.
    Milliseconds,
    /// A number of things in each consultation.
    Number,
    /// Yes (1) or no (0); the mean is the share.
    Share,
    /// A score in hundredths.
    Hundredths,
    /// Things that happened; `n` is how many.
    Count,
    /// Consultations that are there at an instant; `n` is how many.
    Level,
    /// Open time that managers spent on something, in milliseconds: `sum` is how much, `n` how much there was, the mean
    /// the share, or the mean number.
    OpenTime,
}

/// By which clock durations run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "ledgerdesk_projections::analytics::Clock")]
pub(super) enum MetricClock {
    /// The one on the wall: every second counts.
    Wall,
    /// The business hours of the calendar in force.
    Calendar,
}

/// The definition of a metric. It never changes: a better one is the next version, beside it.
pub(super) struct MetricDefinition(pub(super) &'static Metric);

/// The definition of a metric. It never changes: a better one is the next version, beside it.
#[Object]
impl MetricDefinition {
    /// The permanent name.
    async fn name(&self) -> &str {
        self.0.key.name
    }

    /// From 1.
    async fn version(&self) -> i32 {
        self.0.key.version.into()
    }

    /// What it is called, in the caller's language.
    #[expect(clippy::unused_async, reason = "fields of an object are asynchronous")]
    async fn title(&self, ctx: &Context<'_>) -> Result<&str, Fault> {
        in_language(ctx, self.0.title)
    }

    /// What it says, in the caller's language.
    #[expect(clippy::unused_async, reason = "fields of an object are asynchronous")]
    async fn description(&self, ctx: &Context<'_>) -> Result<&str, Fault> {
        in_language(ctx, self.0.about)
    }

    /// What a value is.
    async fn unit(&self) -> MetricUnit {
        self.0.unit.into()
    }

    /// What starts the clock, or what is counted.
    async fn start(&self) -> &str {
        self.0.start
    }

    /// What stops it.
    async fn stop(&self) -> &str {
        self.0.stop
    }

    /// When it stands still.
    async fn pause(&self) -> &str {
        self.0.pause
    }

    /// By which clock it runs.
    async fn clock(&self) -> MetricClock {
        self.0.clock.into()
    }

    /// To whom a fact is attributed.
    async fn attribution(&self) -> &str {
        self.0.attribution
    }

    /// Which moment decides into which bucket a fact goes.
    async fn dating(&self) -> &str {
        self.0.dating
    }

    /// Which facts count.
    async fn population(&self) -> &str {
        self.0.population
    }

    /// What is given of the values.
    async fn aggregates(&self) -> &str {
        self.0.aggregates()
    }

    /// Where the definition comes from.
    async fn source(&self) -> &str {
        self.0.source
    }

    /// What it can be broken down by.
    async fn dimensions(&self) -> Vec<String> {
        Dimension::of(self.0)
    }
}

/// Something that metrics can be broken down by.
#[derive(SimpleObject)]
pub(super) struct DimensionDefinition {
    /// Its name; `…` stands for a key.
    name: String,
    /// What it is.
    description: &'static str,
}

impl DimensionDefinition {
    pub(super) fn all() -> Vec<Self> {
        let known = Dimension::all().into_iter();
        known.map(|name| Self { description: Dimension::about(&name), name }).collect()
    }
}

fn in_language(ctx: &Context<'_>, text: analytics::Text) -> Result<&'static str, Fault> {
    Ok(match ctx.data::<Caller>()?.language {
        Language::En => text.en,
        Language::Ru => text.ru,
    })
}
