//! What is asked: put together, and checked before anything is read.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::{Bucket, Clock, Dimension, Metric, Refusal, Table, Zone, find};
use crate::consultation_list::Filter;

/// The most metrics of one question.
pub const MAX_METRICS: usize = 20;
/// The most dimensions of one question.
const MAX_DIMENSIONS: usize = 4;
/// The most groups of a metric in an answer.
pub const MAX_GROUPS: usize = 10_000;

/// A question as somebody asks it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ask {
    /// The metrics by name, each with the version that is wanted, or the newest.
    pub metrics: Vec<(String, Option<u16>)>,
    /// The dimensions by name.
    pub dimensions: Vec<String>,
    /// The size of the buckets of `time`.
    pub bucket: Option<Bucket>,
    /// The time zone of buckets, hours and weekdays by name; UTC if nothing is said.
    pub zone: Option<String>,
    /// Only facts of these consultations.
    pub filter: Option<Filter>,
    /// Also the span of the same length that ends where the range begins.
    pub compares: bool,
    /// The business calendar by its key, for what runs by one.
    pub calendar: Option<String>,
    /// As of when, for what is still open; now if nothing is said.
    pub as_of: Option<DateTime<Utc>>,
}

/// A value of a dimension; nothing where a fact has none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The dimension.
    pub dimension: Dimension,
    /// The value as the answer has it.
    pub value: Option<String>,
}

/// A question that can be answered.
#[derive(Debug, Clone)]
pub struct Question {
    /// The metrics.
    pub metrics: Vec<&'static Metric>,
    /// The dimensions, in the order of the keys of each group.
    pub dimensions: Vec<Dimension>,
    /// The size of the buckets of [`Dimension::Time`].
    pub bucket: Option<Bucket>,
    /// Whose local time.
    pub zone: Zone,
    /// From here on.
    pub from: DateTime<Utc>,
    /// Before this.
    pub to: DateTime<Utc>,
    /// Only facts of these consultations.
    pub filter: Option<Filter>,
    /// Also of the time before.
    pub compares: bool,
    /// The business calendar by its key; the default one if nothing is said.
    pub calendar: Option<String>,
    /// As of when, for what is still open; now if nothing is said.
    pub as_of: Option<DateTime<Utc>>,
}

impl Question {
    /// Checks what is asked about the time from `from` up to and without `to`.
    pub fn new(ask: Ask, from: DateTime<Utc>, to: DateTime<Utc>) -> Result<Self, Refusal> {
        if from >= to {
            return Err(Refusal::EmptyRange);
        }
        let years = DateTime::UNIX_EPOCH..DateTime::UNIX_EPOCH + TimeDelta::days(365 * 8_000);
        // The time before a range must be one, too.
        let before = from.checked_sub_signed(to - from);
        if !years.contains(&from) || !years.contains(&to) || before.is_none() {
            return Err(Refusal::RangeOutOfTime);
        }
        if !(1..=MAX_METRICS).contains(&ask.metrics.len()) {
            return Err(Refusal::Count { what: "metrics", limit: MAX_METRICS });
        }
        let metrics: Vec<_> =
            ask.metrics.iter().map(|(name, version)| find(name, *version)).collect::<Result<_, _>>()?;
        let dimensions = dimensions(&ask)?;
        for metric in &metrics {
            dimensions.iter().try_for_each(|dimension| dimension.check(metric))?;
        }
        let zone = ask.zone.as_deref().map_or(Ok(Zone::UTC), Zone::parse)?;
        let question = Self {
            metrics,
            dimensions,
            bucket: ask.bucket,
            zone,
            from,
            to,
            filter: ask.filter.filter(|filter| *filter != Filter::default()),
            compares: ask.compares,
            calendar: ask.calendar,
            as_of: ask.as_of,
        };
        question.bounds()?;
        Ok(question)
    }

    /// The bounds of the buckets, one more than there are; of the whole range where there are none.
    pub fn bounds(&self) -> Result<Vec<DateTime<Utc>>, Refusal> {
        match self.bucket.filter(|_| self.dimensions.contains(&Dimension::Time)) {
            Some(bucket) => self.zone.buckets(bucket, (self.from, self.to)),
            None => Ok(vec![self.from, self.to]),
        }
    }

    /// Whether it cannot be answered without the workspace's rules and calendars.
    pub fn needs_rules(&self) -> bool {
        self.needs_calendar() || self.metrics.iter().any(|metric| metric.measure.table == Table::Clocks)
    }

    /// Whether something of it runs by a business calendar.
    pub(super) fn needs_calendar(&self) -> bool {
        self.metrics.iter().any(|metric| metric.clock == Clock::Calendar)
    }

    /// Where it begins, the time before included.
    pub(super) fn earliest(&self) -> DateTime<Utc> {
        if self.compares { self.from - (self.to - self.from) } else { self.from }
    }

    /// The same about the time before, of the same length.
    pub(super) fn before(&self) -> Self {
        Self { from: self.from - (self.to - self.from), to: self.from, compares: false, ..self.clone() }
    }
}

fn dimensions(ask: &Ask) -> Result<Vec<Dimension>, Refusal> {
    let mut dimensions: Vec<_> =
        ask.dimensions.iter().map(|name| Dimension::parse(name)).collect::<Result<_, _>>()?;
    match (dimensions.contains(&Dimension::Time), ask.bucket.is_some()) {
        (true, false) => {
            return Err(Refusal::Contradiction("`time` needs the size of its buckets; give `bucket`, too"));
        }
        // Whoever asks for buckets wants them.
        (false, true) => dimensions.insert(0, Dimension::Time),
        _ => {}
    }
    if dimensions.len() > MAX_DIMENSIONS {
        return Err(Refusal::Count { what: "the number of dimensions", limit: MAX_DIMENSIONS });
    }
    let mut seen = HashSet::new();
    if !dimensions.iter().all(|dimension| seen.insert(dimension)) {
        return Err(Refusal::Contradiction("a dimension is named twice; name each once"));
    }
    // Two of them would multiply, not sort, what they hold.
    if dimensions.iter().filter(|dimension| dimension.is_many()).count() > 1 {
        return Err(Refusal::Contradiction("only one of tag and catalog can be a dimension of one question"));
    }
    Ok(dimensions)
}
