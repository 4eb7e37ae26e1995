//! A list that is read as one index range for each value that it may have.
//!
//! An index over (workspace, status, opened) has the consultations of one status in order, and those of two
//! statuses not. So a page of two is the first rows of each, put in order: as many rows as the page has, twice.

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::{Postgres, QueryBuilder};
use uuid::Uuid;

use super::{Condition, Test, wire};

/// A column with few values wanted, led by which an index has the order of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facet {
    pub(super) column: &'static str,
    values: Values,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Values {
    Texts(Vec<String>),
    Ids(Vec<Uuid>),
    Ranks(Vec<i16>),
    Spans(Vec<Span>),
}

/// From the first time to the second one, which is not part of it.
pub type Span = (DateTime<Utc>, DateTime<Utc>);

impl Facet {
    /// The wire texts that the list or the condition asks for.
    pub fn of<T: Serialize>(
        column: &'static str,
        values: &[T],
        condition: Option<&Condition>,
    ) -> Option<Self> {
        let texts = match condition.and_then(|condition| condition.required(column)) {
            _ if !values.is_empty() => values.iter().map(wire).collect(),
            Some(Test::Texts(texts)) => texts.clone(),
            _ => return None,
        };
        Some(Self { column, values: Values::Texts(distinct(texts)) })
    }

    /// The ids that the list or the condition asks for.
    pub fn of_ids<T: Copy + Into<Uuid>>(
        column: &'static str,
        ids: &[T],
        condition: Option<&Condition>,
    ) -> Option<Self> {
        let ids = match condition.and_then(|condition| condition.required(column)) {
            _ if !ids.is_empty() => ids.iter().map(|id| (*id).into()).collect(),
            Some(Test::Ids(ids)) => ids.clone(),
            _ => return None,
        };
        Some(Self { column, values: Values::Ids(distinct(ids)) })
    }

    /// The numbers that the list or the condition asks for.
    pub fn of_ranks(column: &'static str, ranks: &[i16], condition: Option<&Condition>) -> Option<Self> {
        let ranks = match condition.and_then(|condition| condition.required(column)) {
            _ if !ranks.is_empty() => ranks.to_vec(),
            Some(Test::Numbers(ranks)) => ranks.iter().filter_map(|rank| i16::try_from(*rank).ok()).collect(),
            _ => return None,
        };
        Some(Self { column, values: Values::Ranks(distinct(ranks)) })
    }

    /// Spans into which a time falls. They have no time in common.
    pub fn spans(column: &'static str, spans: &[Span]) -> Self {
        Self { column, values: Values::Spans(spans.to_vec()) }
    }

    /// All values that a column can have: no restriction, but a way into the index.
    pub fn all_ranks(column: &'static str, ranks: &[i16]) -> Self {
        Self { column, values: Values::Ranks(ranks.to_vec()) }
    }

    /// All values that a column can have.
    pub fn all<T: Serialize>(column: &'static str, values: &[T]) -> Self {
        Self { column, values: Values::Texts(values.iter().map(wire).collect()) }
    }

    /// Whether a test asks for just these values.
    pub(super) fn is(&self, test: &Test) -> bool {
        match (&self.values, test) {
            (Values::Texts(given), Test::Texts(asked)) => *given == distinct(asked.clone()),
            (Values::Ids(given), Test::Ids(asked)) => *given == distinct(asked.clone()),
            (Values::Ranks(given), Test::Numbers(asked)) => {
                let given: Vec<i64> = given.iter().copied().map(i64::from).collect();
                given == distinct(asked.clone())
            }
            _ => false,
        }
    }

    /// The texts that are wanted; none for other values.
    pub fn texts(&self) -> &[String] {
        match &self.values {
            Values::Texts(texts) => texts,
            Values::Ids(_) | Values::Ranks(_) | Values::Spans(_) => &[],
        }
    }

    /// Whether each of its ranges has one value of this column.
    pub(super) fn is_each(&self, column: &str) -> bool {
        self.column == column && !matches!(self.values, Values::Spans(_))
    }

    /// That the column has the value.
    pub(super) fn push_condition(&self, sql: &mut QueryBuilder<Postgres>, number: usize) {
        let column = self.column;
        if matches!(self.values, Values::Spans(_)) {
            sql.push(format_args!(" and {column} >= f{number}.value and {column} < f{number}.before"));
        } else {
            sql.push(format_args!(" and {column} = f{number}.value"));
        }
    }

    /// `unnest($) as f0 (value)`; of spans also their ends.
    pub(super) fn push_source(&self, sql: &mut QueryBuilder<Postgres>, number: usize) {
        sql.push("unnest(");
        match &self.values {
            Values::Texts(texts) => sql.push_bind(texts.clone()),
            Values::Ids(ids) => sql.push_bind(ids.clone()),
            Values::Ranks(ranks) => sql.push_bind(ranks.clone()),
            Values::Spans(spans) => {
                sql.push_bind(spans.iter().map(|(since, _)| *since).collect::<Vec<_>>()).push(", ");
                sql.push_bind(spans.iter().map(|(_, before)| *before).collect::<Vec<_>>())
            }
        };
        let before = if matches!(self.values, Values::Spans(_)) { ", before" } else { "" };
        sql.push(format_args!(") as f{number} (value{before})"));
    }
}

/// Each value once: twice would show its rows twice.
fn distinct<T: Ord>(mut values: Vec<T>) -> Vec<T> {
    values.sort_unstable();
    values.dedup();
    values
}
