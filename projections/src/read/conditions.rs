//! Conditions of a WHERE clause, built from literals and bound values only.

use std::fmt::Debug;

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::{Encode, Postgres, QueryBuilder, Type};
use uuid::Uuid;

use super::{Facet, Keyset, Narrow, Reach, ReadRow};

/// What narrows a list. The table is known as `t` in every condition.
pub trait Filter: Debug + Send + Sync {
    /// Adds the conditions.
    fn restrict(&self, conditions: &mut Conditions);

    /// Whether it looks at personal data: whoever may not see such data could guess it from what is found.
    fn reads_personal(&self) -> bool;

    /// The columns by whose values the list is read, one index range each; none where the index of the order
    /// alone serves. The table has an index on (workspace, these columns, the order's column, key).
    fn facets(&self, _keyset: Keyset) -> Vec<Facet> {
        Vec::new()
    }

    /// What may leave few rows where the index of the order does not lead to them: the first that does is looked up.
    fn narrow(&self, _keyset: Keyset) -> Vec<Narrow> {
        Vec::new()
    }

    /// Two filters that must both hold: a facet of one says nothing about the values that the other wants.
    fn is_combined(&self) -> bool {
        false
    }
}

/// A time span, closed at its start and open at its end; an absent bound does not bind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TimeRange {
    /// At or after this.
    pub from: Option<DateTime<Utc>>,
    /// Before this.
    pub before: Option<DateTime<Utc>>,
}

/// A statement that grows condition by condition. An empty list of accepted values means that anything goes.
pub struct Conditions(
    pub(crate) QueryBuilder<Postgres>,
    /// What holds already of every row.
    pub(super) Vec<Facet>,
);

impl Conditions {
    /// `select`, confined to what the caller reaches; the workspace is `$1` from here on. The text is made of
    /// literals.
    pub(super) fn new<R: ReadRow>(select: &str, reach: Reach) -> Self {
        Self::selecting::<R>(&format!("select {select}"), reach)
    }

    /// The same for a statement that begins with more than one `select`.
    pub(crate) fn selecting<R: ReadRow>(begin: &str, reach: Reach) -> Self {
        let mut sql = QueryBuilder::new(format!("{begin} from {} t where t.workspace_id = ", R::TABLE));
        sql.push_bind(reach.workspace.uuid());
        R::BELONGS.restrict(&mut sql, reach.own);
        Self(sql, Vec::new())
    }

    /// The same, from the rows of each combination of the facets' values; the conditions that follow, and an order
    /// and a limit, go to each.
    pub(super) fn by_facets<R: ReadRow>(
        begin: &str,
        reach: Reach,
        facets: &[Facet],
        is_combined: bool,
    ) -> Self {
        let mut sql = Self::lateral(begin, reach);
        for (number, facet) in facets.iter().enumerate() {
            sql.push(", ");
            facet.push_source(&mut sql, number);
        }
        let mut conditions = Self::going_on::<R>(sql, reach);
        for (number, facet) in facets.iter().enumerate() {
            facet.push_condition(&mut conditions.0, number);
        }
        if !is_combined {
            conditions.1 = facets.to_vec();
        }
        conditions
    }

    /// The same, from the rows of each parent, whose id is in `column`.
    pub(super) fn below<R: ReadRow>(
        begin: &str,
        reach: Reach,
        (column, parents): (&'static str, &[Uuid]),
    ) -> Self {
        let mut sql = Self::lateral(begin, reach);
        // A list whose length the planner sees is planned anew each time.
        sql.push(", unnest((select ").push_bind(parents.to_vec()).push("::uuid[])) as parent (id)");
        let mut conditions = Self::going_on::<R>(sql, reach);
        conditions.0.push(format_args!(" and {column} = parent.id"));
        conditions
    }

    /// The same, from each of these lists of rows instead of the table; `given.number` tells which, from 1.
    pub(super) fn given<R: ReadRow + Serialize>(
        begin: &str,
        reach: Reach,
        lists: &[Vec<&R>],
    ) -> Result<Self, sqlx::Error> {
        let lists = serde_json::to_value(lists).map_err(|error| sqlx::Error::Encode(error.into()))?;
        let mut sql = Self::lateral(begin, reach);
        sql.push(", jsonb_array_elements(")
            .push_bind(lists)
            .push(") with ordinality as given (rows, number)");
        let rows = format!("jsonb_populate_recordset(null::{}, given.rows)", R::TABLE);
        Ok(Self::going_on_from::<R>(sql, &rows, reach))
    }

    /// The workspace is `$1` in every statement.
    fn lateral(begin: &str, reach: Reach) -> QueryBuilder<Postgres> {
        let mut sql = QueryBuilder::new(format!("{begin} from (select "));
        sql.push_bind(reach.workspace.uuid()).push("::uuid as id) w");
        sql
    }

    fn going_on<R: ReadRow>(sql: QueryBuilder<Postgres>, reach: Reach) -> Self {
        Self::going_on_from::<R>(sql, R::TABLE, reach)
    }

    fn going_on_from<R: ReadRow>(mut sql: QueryBuilder<Postgres>, rows: &str, reach: Reach) -> Self {
        sql.push(format_args!(", lateral (select t.* from {rows} t where t.workspace_id = w.id"));
        R::BELONGS.restrict(&mut sql, reach.own);
        Self(sql, Vec::new())
    }

    /// A statement that somebody else began, over a table that it knows as `t`.
    pub(crate) const fn going_on_with(sql: QueryBuilder<Postgres>) -> Self {
        Self(sql, Vec::new())
    }

    /// The column has one of the values, spelled as on the wire.
    pub fn one_of<T: Serialize>(&mut self, column: &'static str, values: &[T]) {
        if !values.is_empty() && !self.is_given(column) {
            self.is_any(column, values.iter().map(wire).collect::<Vec<_>>());
        }
    }

    /// The column has one of the texts.
    pub(super) fn texts(&mut self, column: &'static str, texts: &[String]) {
        self.is_any(column, texts.to_vec());
    }

    /// The column has one of the ids.
    pub fn one_of_ids<T: Copy + Into<Uuid>>(&mut self, column: &'static str, ids: &[T]) {
        if !ids.is_empty() && !self.is_given(column) {
            self.is_any(column, ids.iter().map(|id| (*id).into()).collect::<Vec<Uuid>>());
        }
    }

    /// The column has one of the numbers.
    pub fn one_of_ranks(&mut self, column: &'static str, ranks: &[i16]) {
        if !ranks.is_empty() && !self.is_given(column) {
            self.is_any(column, ranks.to_vec());
        }
    }

    /// The column lies in the span.
    pub fn within(&mut self, column: &'static str, range: &TimeRange) {
        if let Some(from) = range.from {
            self.and(column, " >= ", from);
        }
        if let Some(before) = range.before {
            self.and(column, " < ", before);
        }
    }

    /// The column equals the value, if one is asked for.
    pub fn is<T>(&mut self, column: &'static str, value: Option<T>)
    where
        T: for<'q> Encode<'q, Postgres> + Type<Postgres>,
    {
        if let Some(value) = value {
            self.and(column, " = ", value);
        }
    }

    /// The column is no less than the number, if one is asked for.
    pub fn at_least(&mut self, column: &'static str, least: Option<i32>) {
        if let Some(least) = least {
            self.and(column, " >= ", least);
        }
    }

    /// The column is no more than the number, if one is asked for.
    pub fn at_most(&mut self, column: &'static str, most: Option<i32>) {
        if let Some(most) = most {
            self.and(column, " <= ", most);
        }
    }

    /// The jsonb list in the column holds every text.
    pub fn holds_all(&mut self, column: &'static str, texts: &[String]) {
        if !texts.is_empty() {
            self.and(column, " @> ", sqlx::types::Json(texts.to_vec()));
            // Indexes of lists leave out the empty ones.
            self.0.push(" and ").push(column).push(" <> '[]'");
        }
    }

    /// A condition without values, or, for `false`, its opposite.
    pub fn holds(&mut self, condition: &'static str, wanted: Option<bool>) {
        match wanted {
            Some(true) => drop(self.0.push(" and (").push(condition).push(")")),
            Some(false) => drop(self.0.push(" and not (").push(condition).push(")")),
            None => {}
        }
    }

    /// A condition with one text, which stands for every `{}` in it.
    pub fn with_text(&mut self, condition: &'static str, text: Option<&str>) {
        let Some(text) = text else { return };
        self.0.push(" and (");
        self.push_with_text(condition, text);
        self.0.push(")");
    }

    pub(super) fn push_with_text(&mut self, condition: &'static str, text: &str) {
        for (index, part) in condition.split("{}").enumerate() {
            if index > 0 {
                self.0.push_bind(text.to_owned());
            }
            self.0.push(part);
        }
    }

    fn is_given(&self, column: &str) -> bool {
        self.1.iter().any(|facet| facet.column == column)
    }

    fn is_any<T>(&mut self, column: &'static str, values: Vec<T>)
    where
        Vec<T>: for<'q> Encode<'q, Postgres> + Type<Postgres>,
    {
        self.0.push(" and ").push(column).push(" = any(").push_bind(values).push(")");
    }

    fn and<T>(&mut self, column: &'static str, operator: &'static str, value: T)
    where
        T: for<'q> Encode<'q, Postgres> + Type<Postgres>,
    {
        self.0.push(" and ").push(column).push(operator).push_bind(value);
    }
}

/// The wire text of an enum value; the empty text, which no column holds, for anything that is not one.
pub fn wire<T: Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(text)) => text,
        _ => String::new(),
    }
}
