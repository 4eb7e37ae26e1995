//! Conditions of a WHERE clause, built from literals and bound values only.

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::{Encode, Postgres, QueryBuilder, Type};
use uuid::Uuid;

use super::{Reach, ReadRow};

/// What narrows a list. The table is known as `t` in every condition.
pub trait Filter: Send + Sync {
    /// Adds the conditions.
    fn restrict(&self, conditions: &mut Conditions);

    /// Whether it looks at personal data: whoever may not see such data could guess it from what is found.
    fn reads_personal(&self) -> bool;
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
pub struct Conditions(pub(super) QueryBuilder<Postgres>);

impl Conditions {
    /// `select`, confined to what the caller reaches; the workspace is `$1` from here on. The text is made of
    /// literals.
    pub(super) fn new<R: ReadRow>(select: &str, reach: Reach) -> Self {
        let mut sql =
            QueryBuilder::new(format!("select {select} from {} t where t.workspace_id = ", R::TABLE));
        sql.push_bind(reach.workspace.uuid());
        R::BELONGS.restrict(&mut sql, reach.own);
        Self(sql)
    }

    /// The column has one of the values, spelled as on the wire.
    pub fn one_of<T: Serialize>(&mut self, column: &'static str, values: &[T]) {
        if !values.is_empty() {
            self.is_any(column, values.iter().map(wire).collect::<Vec<_>>());
        }
    }

    /// The column has one of the ids.
    pub fn one_of_ids<T: Copy + Into<Uuid>>(&mut self, column: &'static str, ids: &[T]) {
        if !ids.is_empty() {
            self.is_any(column, ids.iter().map(|id| (*id).into()).collect::<Vec<Uuid>>());
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
        for (index, part) in condition.split("{}").enumerate() {
            if index > 0 {
                self.0.push_bind(text.to_owned());
            }
            self.0.push(part);
        }
        self.0.push(")");
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
