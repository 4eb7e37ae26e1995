//! Reports as the API shows them.

use async_graphql::{
    ComplexObject, Context, InputValueError, InputValueResult, Scalar, ScalarType, SimpleObject, Value,
};
use chrono::{DateTime, Utc};
use ledgerdesk_projections::analytics::{self, Answer, Cell, Dimension, Question};
use uuid::Uuid;

use super::{definition::MetricDefinition, input};
use crate::graphql::{
    error::Fault,
    model::{client::Client, loaders, manager::Manager, position::Position},
};

/// A whole number of up to 64 bits, so that it does not end with `Int`: a sum of milliseconds needs them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Whole(pub(super) i64);

/// A whole number of up to 64 bits, so that it does not end with `Int`: a sum of milliseconds needs them.
#[Scalar]
impl ScalarType for Whole {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::Number(number) if number.is_i64() => Ok(Self(number.as_i64().unwrap_or_default())),
            _ => Err(InputValueError::custom("a whole number is wanted here")),
        }
    }

    fn to_value(&self) -> Value {
        Value::from(self.0)
    }
}

/// What is given of many values. Of none there is no mean and no percentile.
#[derive(Debug, Clone, Copy, SimpleObject)]
pub(super) struct Aggregates {
    /// How many facts; of a level, how many consultations; of open time, how many milliseconds there were.
    n: Whole,
    /// All values together; of a share, how many hold; of open time, the milliseconds that were spent.
    sum: Option<Whole>,
    /// The arithmetic mean; of a share, the share.
    mean: Option<f64>,
    /// The smallest value.
    min: Option<Whole>,
    /// The largest value.
    max: Option<Whole>,
    /// The median, by nearest rank like every percentile: a value that occurred.
    p50: Option<Whole>,
    /// The 90th percentile.
    p90: Option<Whole>,
    /// The 99th percentile.
    p99: Option<Whole>,
}

impl From<analytics::Aggregates> for Aggregates {
    fn from(of: analytics::Aggregates) -> Self {
        Self {
            n: Whole(of.n),
            sum: of.sum.map(Whole),
            mean: of.mean(),
            min: of.min.map(Whole),
            max: of.max.map(Whole),
            p50: of.p50.map(Whole),
            p90: of.p90.map(Whole),
            p99: of.p99.map(Whole),
        }
    }
}

/// One side of a group.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex)]
pub(super) struct GroupKey {
    /// The dimension.
    dimension: String,
    /// Its value; null for facts without one. A bucket is named by its beginning, a manager or client by the id.
    value: Option<String>,
    #[graphql(skip)]
    thing: Option<Uuid>,
    #[graphql(skip)]
    of: Dimension,
}

#[ComplexObject]
impl GroupKey {
    /// The manager, where the dimension is `manager`.
    async fn manager(&self, ctx: &Context<'_>) -> Result<Option<Manager>, Fault> {
        let Some(id) = self.thing.filter(|_| self.of == Dimension::Manager) else { return Ok(None) };
        Ok(loaders(ctx)?.managers.load(id).await?.map(Manager::from))
    }

    /// The client, where the dimension is `client`.
    async fn client(&self, ctx: &Context<'_>) -> Result<Option<Client>, Fault> {
        let Some(id) = self.thing.filter(|_| self.of == Dimension::Client) else { return Ok(None) };
        Ok(loaders(ctx)?.clients.load(id).await?.map(Client::from))
    }
}

/// A group with its numbers.
#[derive(Debug, Clone, SimpleObject)]
pub(super) struct ReportGroup {
    /// One for each dimension, in the order of the question.
    keys: Vec<GroupKey>,
    /// The numbers.
    current: Aggregates,
    /// Those of the time before, if they were asked for; of a bucket, those of the bucket at its place.
    previous: Option<Aggregates>,
}

/// One metric of a report.
#[derive(SimpleObject)]
pub(super) struct MetricReport {
    /// By which definition.
    definition: MetricDefinition,
    /// Of all facts; of a level, at the end of the range.
    total: Aggregates,
    /// The same of the time before, if it was asked for.
    previous: Option<Aggregates>,
    /// By group, in the order of their keys. A group without facts is left out, except of levels by time. At most
    /// 10,000; the error `TOO_MANY_GROUPS` asks for less.
    groups: Vec<ReportGroup>,
}

/// Metrics by groups, all as of one position of the log.
#[derive(SimpleObject)]
pub(in crate::graphql) struct AnalyticsReport {
    /// Everything up to here is in it.
    position: Position,
    /// And nothing beyond it. Where the log does not rest, the read models of several metrics may be a few events apart.
    is_exact: bool,
    /// From this time on.
    from: DateTime<Utc>,
    /// Before this time.
    to: DateTime<Utc>,
    /// Whose local time.
    time_zone: &'static str,
    /// One for each metric of the question, in its order.
    metrics: Vec<MetricReport>,
}

impl AnalyticsReport {
    pub(in crate::graphql) fn new(question: &Question, answer: Answer) -> Self {
        let metrics = answer.reports.into_iter().map(|report| MetricReport {
            definition: MetricDefinition(report.metric),
            total: report.total.into(),
            previous: report.total_before.map(Into::into),
            groups: report.cells.into_iter().map(|cell| group(question, cell)).collect(),
        });
        Self {
            position: answer.position.into(),
            is_exact: answer.exact,
            from: question.from,
            to: question.to,
            time_zone: question.zone.name(),
            metrics: metrics.collect(),
        }
    }
}

fn group(question: &Question, cell: Cell) -> ReportGroup {
    let keys = question.dimensions.iter().zip(cell.keys).map(|(dimension, value)| GroupKey {
        dimension: dimension.to_string(),
        thing: value
            .as_deref()
            .and_then(|value| value.parse().ok())
            .filter(|_| input::kind_of(dimension).is_some()),
        value: input::shown(dimension, value),
        of: dimension.clone(),
    });
    ReportGroup { keys: keys.collect(), current: cell.now.into(), previous: cell.before.map(Into::into) }
}
