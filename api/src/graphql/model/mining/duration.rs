//! Spans of time, summed up.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, SimpleObject, Value};
use ledgerdesk_projections::mining::Durations;

/// A span of time in milliseconds. A whole number of up to 64 bits, so that it does not end with `Int`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Milliseconds(i64);

/// A span of time in milliseconds. A whole number of up to 64 bits, so that it does not end with `Int`.
#[Scalar]
impl ScalarType for Milliseconds {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::Number(number) => number.as_i64().map(Self),
            _ => None,
        }
        .ok_or_else(|| InputValueError::custom("a span of time is a whole number of milliseconds"))
    }

    fn to_value(&self) -> Value {
        Value::from(self.0)
    }
}

/// Spans of time, summed up. A percentile lies between the two nearest spans, in proportion, as PostgreSQL's
/// `percentile_cont` has it; what is less than a millisecond is rounded.
#[derive(Debug, Clone, Copy, SimpleObject)]
pub(super) struct DurationStatistics {
    /// How many.
    count: u64,
    /// The shortest.
    shortest: Milliseconds,
    /// Their sum by their number.
    mean: Milliseconds,
    /// Half are no longer.
    median: Milliseconds,
    /// Nine of ten are no longer.
    p90: Milliseconds,
    /// The longest.
    longest: Milliseconds,
}

impl From<Durations> for DurationStatistics {
    fn from(durations: Durations) -> Self {
        let Durations { count, shortest, mean, median, p90, longest } = durations;
        let [shortest, mean, median, p90, longest] = [shortest, mean, median, p90, longest].map(Milliseconds);
        Self { count, shortest, mean, median, p90, longest }
    }
}
