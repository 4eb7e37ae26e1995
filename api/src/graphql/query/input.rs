//! What filters are made of: checked before they become conditions.

use async_graphql::{Enum, ID, InputObject};
use chrono::{DateTime, Utc};
use ledgerdesk_domain::text::{SHORT_TEXT, check_optional};
use ledgerdesk_projections::read::TimeRange;
use uuid::Uuid;

use crate::graphql::{
    error::Fault,
    global_id::{self, NodeKind},
};

/// Most values that one list of a filter may hold.
const MAX_VALUES: usize = 100;
/// The bounds of the domain's times, as seconds since 1970: the years 1970 and 2200.
const TIMES: std::ops::Range<i64> = 0..7_258_118_400;

/// A time span, closed at its start and open at its end. Either bound may be left out.
#[derive(Debug, Clone, Copy, Default, InputObject)]
pub(super) struct TimeRangeInput {
    /// At or after this time.
    from: Option<DateTime<Utc>>,
    /// Before this time.
    before: Option<DateTime<Utc>>,
}

/// Which end of an order comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(super) enum OrderDirection {
    /// Oldest, lowest first.
    Asc,
    /// Newest, highest first.
    Desc,
}

impl OrderDirection {
    pub(super) fn is_descending(self) -> bool {
        self == Self::Desc
    }
}

/// Checks a span.
pub(super) fn range(field: &str, given: Option<TimeRangeInput>) -> Result<TimeRange, Fault> {
    let TimeRangeInput { from, before } = given.unwrap_or_default();
    for (bound, name) in [(from, "from"), (before, "before")] {
        check_time(field, name, bound)?;
    }
    Ok(TimeRange { from, before })
}

/// Checks a bound of a span.
pub(in crate::graphql) fn check_time(
    field: &str,
    name: &str,
    bound: Option<DateTime<Utc>>,
) -> Result<(), Fault> {
    if bound.is_some_and(|time| !TIMES.contains(&time.timestamp())) {
        let message = format!("`{field}.{name}` is out of range; it must lie between 1970 and 2200");
        return Err(Fault::BadInput { message });
    }
    Ok(())
}

/// Checks the length of a list.
pub(super) fn list<T, U: From<T>>(field: &str, given: Option<Vec<T>>) -> Result<Vec<U>, Fault> {
    let values = given.unwrap_or_default();
    if values.len() > MAX_VALUES {
        let message = format!("`{field}` has more than {MAX_VALUES} values; send fewer");
        return Err(Fault::BadInput { message });
    }
    Ok(values.into_iter().map(U::from).collect())
}

/// Checks a list of texts.
pub(super) fn texts(field: &str, given: Option<Vec<String>>) -> Result<Vec<String>, Fault> {
    let values: Vec<String> = list(field, given)?;
    for value in &values {
        check(field, value)?;
    }
    Ok(values)
}

/// Checks a text.
pub(super) fn text(field: &str, given: Option<String>) -> Result<Option<String>, Fault> {
    if let Some(text) = &given {
        check(field, text)?;
    }
    Ok(given)
}

fn check(field: &str, value: &str) -> Result<(), Fault> {
    check_optional(field, value, SHORT_TEXT).map_err(|error| Fault::bad_input(error.to_string()))
}

/// Reads a list of ids of one kind.
pub(super) fn ids<T: From<Uuid>>(
    field: &str,
    kind: NodeKind,
    given: Option<Vec<ID>>,
) -> Result<Vec<T>, Fault> {
    let values: Vec<ID> = list(field, given)?;
    values.iter().map(|value| id(field, kind, value)).collect()
}

/// Reads an id of one kind.
pub(super) fn id<T: From<Uuid>>(field: &str, kind: NodeKind, given: &ID) -> Result<T, Fault> {
    let id = global_id::decode_kind(given, kind)
        .map_err(|error| Fault::bad_input(format!("`{field}`: {error}")))?;
    Ok(T::from(id))
}
