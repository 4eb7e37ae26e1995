//! What can be asked of analytics, checked.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, InputObject};
use chrono::{DateTime, Utc};
use ledgerdesk_domain::text::{SHORT_TEXT, check_optional};
use ledgerdesk_infrastructure::{clock::Clock, service_levels::ServiceLevels};
use ledgerdesk_projections::{
    analytics::{Ask, Bucket, Dimension, Group, Question, Source},
    consultation_list,
    read::Reach,
};
use uuid::Uuid;

use crate::graphql::{
    error::Fault,
    global_id::{self, NodeKind},
    model::loaders,
    query::consultation_list::ConsultationFilter,
};

/// The size of a bucket of time. A week begins on Monday.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "ledgerdesk_projections::analytics::Bucket")]
pub(in crate::graphql) enum TimeBucket {
    /// An hour of the clock.
    Hour,
    /// A local day, of 23 to 25 hours where clocks change.
    Day,
    /// From Monday to Sunday.
    Week,
    /// A calendar month.
    Month,
    /// Three months.
    Quarter,
    /// A calendar year.
    Year,
}

/// A metric.
#[derive(Debug, Clone, InputObject)]
pub(in crate::graphql) struct MetricInput {
    /// Its name, as `analytics.metrics` has it.
    name: String,
    /// Its version; the newest if not given.
    version: Option<i32>,
}

/// A report that is asked for.
#[derive(Debug, Clone, InputObject)]
pub(in crate::graphql) struct ReportInput {
    /// The metrics, 1 to 20.
    metrics: Vec<MetricInput>,
    /// By what they are broken down: at most 4, as `analytics.dimensions` has them.
    #[graphql(default)]
    dimensions: Vec<String>,
    /// From this time on.
    from: DateTime<Utc>,
    /// Before this time.
    to: DateTime<Utc>,
    /// The size of the buckets of the dimension `time`, which it adds where that is not named. At most 5,000 buckets.
    bucket: Option<TimeBucket>,
    /// Whose local time buckets, hours and weekdays are by, as an IANA name; UTC if not given.
    time_zone: Option<String>,
    /// Only facts of these consultations.
    filter: Option<ConsultationFilter>,
    /// Also the numbers of the span of the same length that ends where this one begins.
    #[graphql(default)]
    compare_with_previous: bool,
    /// The business calendar by its key, for metrics whose clock is `CALENDAR`; the one called `default` if not given,
    /// or the only one.
    calendar: Option<String>,
    /// As of when clocks that still run and work that still goes on are looked at; now if not given.
    as_of: Option<DateTime<Utc>>,
}

/// What numbers are reckoned by.
#[derive(Debug, Default)]
pub(super) struct By {
    pub(super) calendar: Option<String>,
    pub(super) as_of: Option<DateTime<Utc>>,
}

/// A group, as the keys of a report name it.
#[derive(Debug, Clone, InputObject)]
pub(in crate::graphql) struct GroupInput {
    /// The dimension.
    dimension: String,
    /// Its value; null for facts without one.
    value: Option<String>,
}

impl ReportInput {
    /// The question.
    pub(in crate::graphql) fn read(self) -> Result<Question, Fault> {
        let ask = Ask {
            metrics: self.metrics.into_iter().map(metric).collect::<Result<_, _>>()?,
            dimensions: self.dimensions.into_iter().map(name).collect::<Result<_, _>>()?,
            bucket: self.bucket.map(Bucket::from),
            zone: self.time_zone,
            filter: filter(self.filter)?,
            compares: self.compare_with_previous,
            calendar: self.calendar.map(name).transpose()?,
            as_of: self.as_of,
        };
        Ok(Question::new(ask, self.from, self.to)?)
    }
}

/// The question about the facts of one metric.
pub(super) fn about(
    asked: MetricInput,
    (from, to): (DateTime<Utc>, DateTime<Utc>),
    (bucket, zone, given): (Option<TimeBucket>, Option<String>, Option<ConsultationFilter>),
    By { calendar, as_of }: By,
) -> Result<Question, Fault> {
    let metrics = vec![metric(asked)?];
    let (bucket, filter) = (bucket.map(Bucket::from), filter(given)?);
    let calendar = calendar.map(name).transpose()?;
    Ok(Question::new(Ask { metrics, bucket, zone, filter, calendar, as_of, ..Ask::default() }, from, to)?)
}

/// The question about two versions of a metric.
pub(super) fn versions(
    name: &str,
    (one, other): (i32, i32),
    (from, to): (DateTime<Utc>, DateTime<Utc>),
    given: Option<ConsultationFilter>,
    By { calendar, as_of }: By,
) -> Result<Question, Fault> {
    let calendar = calendar.map(self::name).transpose()?;
    let metric = |version| metric(MetricInput { name: name.to_owned(), version: Some(version) });
    let metrics = vec![metric(one)?, metric(other)?];
    Ok(Question::new(Ask { metrics, filter: filter(given)?, calendar, as_of, ..Ask::default() }, from, to)?)
}

/// The groups of a drill-down.
pub(super) fn groups(given: Vec<GroupInput>) -> Result<Vec<Group>, Fault> {
    if given.len() > 5 {
        return Err(Fault::bad_input("`group` names more than 5 dimensions; a report has fewer"));
    }
    let group = |GroupInput { dimension, value }| {
        let dimension = Dimension::parse(&name(dimension)?)?;
        let value = match (kind_of(&dimension), value) {
            (Some(kind), Some(value)) => {
                let id = global_id::decode_kind(&ID(value), kind)
                    .map_err(|error| Fault::bad_input(format!("`group.value`: {error}")))?;
                Some(id.to_string())
            }
            (_, value) => value.map(self::name).transpose()?,
        };
        Ok(Group { dimension, value })
    };
    given.into_iter().map(group).collect()
}

/// Of which kind the values of a dimension are, where they are things.
pub(super) const fn kind_of(dimension: &Dimension) -> Option<NodeKind> {
    match dimension {
        Dimension::Manager => Some(NodeKind::Manager),
        Dimension::Client => Some(NodeKind::Client),
        _ => None,
    }
}

/// A value as the API shows it.
pub(super) fn shown(dimension: &Dimension, value: Option<String>) -> Option<String> {
    let value = value?;
    match (kind_of(dimension), value.parse::<Uuid>()) {
        (Some(kind), Ok(id)) => Some(global_id::encode(kind, id)),
        _ => Some(value),
    }
}

/// Where answers to the caller come from.
pub(in crate::graphql) fn source(ctx: &Context<'_>) -> Result<Source, Fault> {
    let (levels, clock) = (ctx.data::<ServiceLevels>()?, ctx.data::<Arc<dyn Clock>>()?);
    Ok(Source::new(loaders(ctx)?.pool.clone(), levels.clone(), Arc::clone(clock)))
}

/// How far the caller sees; who may not see words may not look for them either.
pub(in crate::graphql) fn reach(ctx: &Context<'_>, question: &Question) -> Result<Reach, Fault> {
    let filter = question.filter.clone().unwrap_or_default();
    loaders(ctx)?.reach_filtered::<consultation_list::Row>(&filter)
}

fn metric(given: MetricInput) -> Result<(String, Option<u16>), Fault> {
    // A number that no version can have is one that the metric does not have.
    let version = given.version.map(|version| u16::try_from(version).unwrap_or(u16::MAX));
    Ok((name(given.name)?, version))
}

/// A text that is no longer than a name can be.
fn name(given: String) -> Result<String, Fault> {
    check_optional("name", &given, SHORT_TEXT).map_err(|error| Fault::bad_input(error.to_string()))?;
    Ok(given)
}

/// The list's filter; each metric says by itself whether merged consultations count.
fn filter(given: Option<ConsultationFilter>) -> Result<Option<consultation_list::Filter>, Fault> {
    let filter = given.map(ConsultationFilter::read).transpose()?;
    Ok(filter.map(|filter| consultation_list::Filter { merged: None, ..filter }))
}
