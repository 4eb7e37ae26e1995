//! Which versions hold: as of a position, or as of a time with what was known at a position.

use std::fmt;

use chrono::{DateTime, Utc};
use ledgerdesk_domain::stream::Position;
use sqlx::{Postgres, QueryBuilder};
use uuid::Uuid;

use super::power;

/// A moment of the past.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// What happened until then, that time included; whatever happened, if nothing is said.
    pub(super) happened: Option<DateTime<Utc>>,
    /// What was recorded until there, that event included.
    pub(super) position: i64,
    /// The position is where the log ended when the question was asked, and not a part of it.
    is_newest: bool,
}

/// Two questions that differ only in where the log ended are the same list.
impl fmt::Debug for Moment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(time) = self.happened {
            write!(formatter, "{time:?} ")?;
        }
        if self.is_newest { Ok(()) } else { write!(formatter, "{}", self.position) }
    }
}

impl Moment {
    /// As the log's events up to `position` leave it.
    pub const fn at_position(position: Position) -> Self {
        Self { happened: None, position: position.0, is_newest: false }
    }

    /// What had happened by `time`, as it was known at `position`.
    pub const fn at_time(time: DateTime<Utc>, position: Position) -> Self {
        Self { happened: Some(time), position: position.0, is_newest: false }
    }

    /// What had happened by `time`, as it is known now that the log ends at `head`.
    pub const fn at_time_as_known_now(time: DateTime<Utc>, head: Position) -> Self {
        Self { happened: Some(time), position: head.0, is_newest: true }
    }

    /// The position up to which the versions must be there.
    pub const fn position(&self) -> Position {
        Position(self.position)
    }

    /// The time, if it is one.
    pub const fn happened(&self) -> Option<DateTime<Utc>> {
        self.happened
    }

    /// Whether a position bounds it that was asked for.
    pub(super) const fn is_of_position(self) -> bool {
        !self.is_newest
    }

    /// Adds the condition that a version holds.
    pub(super) fn restrict(self, sql: &mut QueryBuilder<Postgres>) {
        sql.push(" and t.from_position <= ").push_bind(self.position);
        let Some(time) = self.happened else {
            sql.push(" and t.until_position > ").push_bind(self.position);
            return;
        };
        sql.push(" and t.known_until > ").push_bind(self.position);
        sql.push(" and t.from_at <= ").push_bind(time);
        sql.push(" and (t.until_at > ").push_bind(time);
        sql.push(" or t.until_position > ").push_bind(self.position).push(")");
    }

    /// `(select …) t`: the versions of these stages that may hold, found by how long they do. What of them does not hold
    /// is left to [`Moment::restrict`].
    pub(super) fn push_candidates(
        self,
        sql: &mut QueryBuilder<Postgres>,
        workspace: Uuid,
        statuses: &[String],
    ) {
        sql.push("(");
        if let Some(time) = self.happened {
            let (powers, bounds) = power::times(time);
            push_arm(sql, statuses, |sql| {
                sql.push_bind(powers).push("::smallint[], ").push_bind(bounds).push("::timestamptz[]");
            });
            sql.push("v.span = b.power and v.from_at > b.bound and v.from_at <= ").push_bind(time);
            sql.push(" and (v.until_at > ").push_bind(time).push(" or v.until_at is null)");
            push_end(sql, workspace);
            // What ended by then as is known now, and had not ended as it was known.
            sql.push(" union all ");
        }
        let (powers, bounds) = power::positions(self.position, self.happened.is_none());
        push_arm(sql, statuses, |sql| {
            sql.push_bind(powers).push("::smallint[], ").push_bind(bounds).push("::bigint[]");
        });
        sql.push("v.stay = b.power and v.from_position > b.bound and v.from_position <= ");
        sql.push_bind(self.position).push(" and v.until_position > ").push_bind(self.position);
        if let Some(time) = self.happened {
            sql.push(" and v.until_at <= ").push_bind(time);
        }
        push_end(sql, workspace);
        sql.push(") t");
    }
}

/// One index range for each stage and power.
fn push_arm(
    sql: &mut QueryBuilder<Postgres>,
    statuses: &[String],
    push_bounds: impl FnOnce(&mut QueryBuilder<Postgres>),
) {
    sql.push("select v.* from unnest(").push_bind(statuses.to_vec()).push(") as s (status), unnest(");
    push_bounds(sql);
    sql.push(
        ") as b (power, bound), lateral (select v.* from read.consultation_versions v where v.status = s.status and ",
    );
}

/// `offset 0` keeps the ranges: joined otherwise, they would be a scan of the table.
fn push_end(sql: &mut QueryBuilder<Postgres>, workspace: Uuid) {
    sql.push(" and v.workspace_id = ").push_bind(workspace).push(" offset 0) v");
}
