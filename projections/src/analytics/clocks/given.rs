//! Facts as rows of a statement, which no table has.

use chrono::{DateTime, Utc};
use sqlx::{Postgres, QueryBuilder};
use uuid::Uuid;

/// Facts by column; all columns have the same length.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::analytics) struct Given {
    pub(super) consultations: Vec<Uuid>,
    pub(super) clocks: Vec<Option<&'static str>>,
    pub(super) rules: Vec<Option<String>>,
    pub(super) targets: Vec<Option<i64>>,
    pub(super) at: Vec<DateTime<Utc>>,
    pub(super) met: Vec<bool>,
    pub(super) late: Vec<i64>,
    pub(super) managers: Vec<Option<Uuid>>,
    pub(super) teams: Vec<Option<String>>,
    pub(super) parts: Vec<String>,
    pub(super) starts: Vec<Option<i64>>,
    pub(super) stops: Vec<Option<i64>>,
}

/// One fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Decided {
    pub(super) consultation: Uuid,
    /// What the clock measures; nothing where it is about the consultation as a whole.
    pub(super) clock: Option<&'static str>,
    pub(super) rule: Option<String>,
    /// In seconds.
    pub(super) target: Option<i64>,
    pub(super) at: DateTime<Utc>,
    pub(super) is_met: bool,
    /// In milliseconds.
    pub(super) late: i64,
    pub(super) manager: Option<Uuid>,
    pub(super) team: Option<String>,
    pub(super) part: String,
    pub(super) start: Option<i64>,
    pub(super) stop: Option<i64>,
}

impl Given {
    pub(super) fn take(&mut self, fact: Decided) {
        self.consultations.push(fact.consultation);
        self.clocks.push(fact.clock);
        self.rules.push(fact.rule);
        self.targets.push(fact.target);
        self.at.push(fact.at);
        self.met.push(fact.is_met);
        self.late.push(fact.late);
        self.managers.push(fact.manager);
        self.teams.push(fact.team);
        self.parts.push(fact.part);
        self.starts.push(fact.start);
        self.stops.push(fact.stop);
    }

    /// `from`: the facts as rows of `t`.
    pub(in crate::analytics) fn push(&self, sql: &mut QueryBuilder<Postgres>) {
        sql.push(" from unnest(").push_bind(self.consultations.clone());
        sql.push("::uuid[], ").push_bind(self.clocks.clone());
        sql.push("::text[], ").push_bind(self.rules.clone());
        sql.push("::text[], ").push_bind(self.targets.clone());
        sql.push("::bigint[], ").push_bind(self.at.clone());
        sql.push("::timestamptz[], ").push_bind(self.met.clone());
        sql.push("::boolean[], ").push_bind(self.late.clone());
        sql.push("::bigint[], ").push_bind(self.managers.clone());
        sql.push("::uuid[], ").push_bind(self.teams.clone());
        sql.push("::text[], ").push_bind(self.parts.clone());
        sql.push("::text[], ").push_bind(self.starts.clone());
        sql.push("::bigint[], ").push_bind(self.stops.clone());
        sql.push(
            "::bigint[]) as t (consultation_id, clock, rule, target, at, met, late, manager, team, part, start, stop)",
        );
    }
}
