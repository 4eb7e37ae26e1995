//! Conditions that are put together with and, or, not: what a caller asks for beyond the fields of a filter.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::Conditions;

/// A test of one column, or several of them put together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// Every one holds; true where there is none.
    All(Vec<Condition>),
    /// At least one holds.
    Any(Vec<Condition>),
    /// It does not hold; a test of an absent value does not hold, so its opposite does.
    Not(Box<Condition>),
    /// One test.
    Is(&'static str, Test),
}

/// A test of a column, or of an expression over columns, which are named with their table `t`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Test {
    /// One of these texts.
    Texts(Vec<String>),
    /// One of these ids.
    Ids(Vec<Uuid>),
    /// One of these numbers.
    Numbers(Vec<i64>),
    /// Less than this number.
    Below(i64),
    /// This number or more.
    AtLeast(i64),
    /// Before this time.
    Before(DateTime<Utc>),
    /// At this time or later.
    From(DateTime<Utc>),
    /// Without a value.
    Absent,
    /// A jsonb list that holds this text.
    Holds(String),
    /// The expression is itself the condition; every `{}` in it stands for this text.
    Matches(String),
    /// The expression is itself the condition.
    True,
}

impl Condition {
    /// Whether it looks for words in what people wrote or are called.
    pub(crate) fn reads_text(&self) -> bool {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().any(Self::reads_text),
            Self::Not(part) => part.reads_text(),
            Self::Is(_, test) => matches!(test, Test::Matches(_)),
        }
    }

    /// The values of which the column must have one, if the condition says so.
    pub(super) fn required(&self, column: &str) -> Option<&Test> {
        match self {
            Self::All(parts) => parts.iter().find_map(|part| part.required(column)),
            Self::Is(tested, test @ (Test::Texts(_) | Test::Ids(_) | Test::Numbers(_)))
                if *tested == column =>
            {
                Some(test)
            }
            _ => None,
        }
    }
}

impl Conditions {
    /// The condition holds, if there is one.
    pub fn meets(&mut self, condition: Option<&Condition>) {
        if let Some(condition) = condition {
            self.0.push(" and ");
            self.push_condition(condition);
        }
    }

    fn push_condition(&mut self, condition: &Condition) {
        match condition {
            Condition::All(parts) => self.push_all(parts, " and ", "true"),
            Condition::Any(parts) => self.push_all(parts, " or ", "false"),
            Condition::Not(part) => {
                // In parentheses of its own: PostgreSQL reads no `is not true is not true`.
                self.0.push("(");
                self.push_condition(part);
                self.0.push(" is not true)");
            }
            Condition::Is(column, test) => self.push_test(column, test),
        }
    }

    fn push_all(&mut self, parts: &[Condition], between: &'static str, empty: &'static str) {
        self.0.push("(");
        for (index, part) in parts.iter().enumerate() {
            if index > 0 {
                self.0.push(between);
            }
            self.push_condition(part);
        }
        self.0.push(if parts.is_empty() { empty } else { "" }).push(")");
    }

    fn push_test(&mut self, column: &'static str, asked: &Test) {
        if self.1.iter().any(|facet| facet.column == column && facet.is(asked)) {
            // Said a second time, the planner would take it for another condition and expect next to nothing.
            self.0.push("true");
            return;
        }
        if let Test::Matches(text) = asked {
            self.0.push("(");
            self.push_with_text(column, text);
            self.0.push(")");
            return;
        }
        let sql = self.0.push("(").push(column);
        match asked {
            Test::Texts(values) => sql.push(" = any(").push_bind(values.clone()).push("))"),
            Test::Ids(values) => sql.push(" = any(").push_bind(values.clone()).push("))"),
            Test::Numbers(values) => sql.push(" = any(").push_bind(values.clone()).push("))"),
            Test::Below(bound) => sql.push(" < ").push_bind(*bound).push(")"),
            Test::AtLeast(bound) => sql.push(" >= ").push_bind(*bound).push(")"),
            Test::Before(bound) => sql.push(" < ").push_bind(*bound).push(")"),
            Test::From(bound) => sql.push(" >= ").push_bind(*bound).push(")"),
            Test::Absent => sql.push(" is null)"),
            Test::Holds(text) => sql.push(" @> ").push_bind(sqlx::types::Json(vec![text.clone()])).push(")"),
            Test::Matches(_) | Test::True => sql.push(")"),
        };
    }
}
