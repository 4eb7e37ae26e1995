//! The statements: made of the registry's expressions and of bound values, confined to what the caller reaches.

use chrono::{DateTime, Utc};
use sqlx::{Postgres, QueryBuilder};

use super::{Dimension, Group, Metric, Question, Refusal, Shape, Table, Unit};
use crate::read::{Belonging, Conditions, Filter as _, Reach};

/// The facts of a metric within a question.
pub(super) struct Facts<'q> {
    pub(super) question: &'q Question,
    pub(super) metric: &'static Metric,
    pub(super) reach: Reach,
    /// What the facts are broken down by.
    pub(super) dimensions: &'q [Dimension],
    /// Only facts of these groups.
    pub(super) groups: &'q [Group],
    /// Whether each fact is shown with all its sides.
    pub(super) whole: bool,
}

impl<'q> Facts<'q> {
    /// All facts of the question.
    pub(super) fn of(question: &'q Question, metric: &'static Metric, reach: Reach) -> Self {
        Self { question, metric, reach, dimensions: &question.dimensions, groups: &[], whole: false }
    }

    /// Counts or values by group. The columns of the keys come first, then `n` and `v`.
    pub(super) fn grouped(&self, limit: usize) -> Result<QueryBuilder<Postgres>, Refusal> {
        self.grouped_after("select ", limit)
    }

    /// The same statement with another beginning.
    pub(super) fn grouped_after(
        &self,
        begin: &'static str,
        limit: usize,
    ) -> Result<QueryBuilder<Postgres>, Refusal> {
        let bounds = self.question.bounds()?;
        let mut sql = QueryBuilder::new(begin);
        let keys = keys(self.dimensions.len());
        sql.push(format_args!("{keys}count(*) as n, "));
        sql.push(match self.metric.unit {
            Unit::Share => "array[sum(v)]::bigint[]",
            unit if unit.has_values() => "array_agg(v)",
            _ => "null::bigint[]",
        });
        sql.push(" as v from (select ");
        for (number, dimension) in self.dimensions.iter().enumerate() {
            self.push_dimension(&mut sql, dimension, &bounds);
            sql.push(format_args!(" as k{number}, "));
        }
        sql.push(self.metric.measure.value).push(" as v");
        self.push_source(&mut sql);
        sql.push(") f");
        push_group_by(&mut sql, &keys);
        sql.push(format_args!(" limit {}", limit + 1));
        Ok(sql)
    }

    /// By group, how the level changes, and before which of the bounds: their number from 0. The keys come first, without
    /// the time, then `i` and `d`.
    pub(super) fn changes(&self, bounds: &[DateTime<Utc>], limit: usize) -> QueryBuilder<Postgres> {
        let dimensions: Vec<_> =
            self.dimensions.iter().filter(|dimension| **dimension != Dimension::Time).collect();
        let keys = keys(dimensions.len());
        let mut sql = QueryBuilder::new(format!("select {keys}i, sum(d)::bigint as d from (select "));
        for (number, dimension) in dimensions.iter().enumerate() {
            self.push_dimension(&mut sql, dimension, bounds);
            sql.push(format_args!(" as k{number}, "));
        }
        let measure = &self.metric.measure;
        sql.push(format_args!("width_bucket({}, ", measure.at)).push_bind(bounds.to_vec());
        sql.push(") as w, ");
        match measure.until {
            Some(until) => {
                sql.push(format_args!("width_bucket({until}, ")).push_bind(bounds.to_vec()).push(")");
            }
            None => drop(sql.push("null::int")),
        }
        sql.push(" as u");
        self.push_source(&mut sql);
        sql.push(") f cross join lateral (values (w, 1), (u, -1)) as e (i, d) where i is not null");
        let by_all = format!("{keys}i, ");
        push_group_by(&mut sql, &by_all);
        sql.push(format_args!(" limit {}", limit + 1));
        sql
    }

    /// Which group a fact is in.
    pub(super) fn push_dimension(
        &self,
        sql: &mut QueryBuilder<Postgres>,
        dimension: &Dimension,
        bounds: &[DateTime<Utc>],
    ) {
        let measure = &self.metric.measure;
        let c = self.consultation();
        match dimension {
            Dimension::Time => {
                sql.push(format_args!("width_bucket({}, ", measure.at))
                    .push_bind(bounds.to_vec())
                    .push(")::text");
            }
            Dimension::Hour => self.push_local(sql, "hour"),
            Dimension::Weekday => self.push_local(sql, "isodow"),
            Dimension::Manager => drop(sql.push(format_args!("({})::text", measure.manager))),
            Dimension::Team => drop(sql.push(measure.team)),
            Dimension::Client => drop(sql.push(format_args!("{c}.client_id::text"))),
            Dimension::Channel => drop(sql.push(format_args!("{c}.channel"))),
            Dimension::Priority => drop(sql.push(format_args!("{c}.priority"))),
            Dimension::Status => drop(sql.push(format_args!("{c}.status"))),
            Dimension::Language => drop(sql.push(format_args!("{c}.language"))),
            Dimension::Tag => drop(sql.push("tag.value")),
            Dimension::Catalog(_) => drop(sql.push("entry.value")),
            Dimension::Attribute(key) => {
                sql.push(format_args!("({c}.attributes ->> ")).push_bind(key.clone()).push(")");
            }
            own => {
                // A question names none that the metric does not have.
                let column = own.own_column(self.metric).unwrap_or("null");
                sql.push(format_args!("{column}::text"));
            }
        }
    }

    /// A field of the local time.
    fn push_local(&self, sql: &mut QueryBuilder<Postgres>, field: &str) {
        let (since, offsets) = self.question.zone.offsets((self.question.from, self.question.to));
        let at = self.metric.measure.at;
        sql.push(format_args!("extract({field} from ({at} at time zone 'UTC') + make_interval(secs => ("));
        sql.push_bind(offsets).push(format_args!("::int[])[width_bucket({at}, ")).push_bind(since);
        sql.push(")]))::int::text");
    }

    /// The name of the row that has the sides of the consultation.
    fn consultation(&self) -> &'static str {
        if self.metric.measure.table == Table::Consultations { "t" } else { "c" }
    }

    /// `from` and `where`: the facts that are asked for.
    pub(super) fn push_source(&self, sql: &mut QueryBuilder<Postgres>) {
        let Metric { measure, .. } = self.metric;
        let sides = || self.dimensions.iter().chain(self.groups.iter().map(|group| &group.dimension));
        sql.push(format_args!(" from read.{} t", measure.table.name()));
        let by_team =
            measure.team.starts_with("c.") && (self.whole || sides().any(|side| *side == Dimension::Team));
        if measure.table != Table::Consultations && (by_team || sides().any(Dimension::is_of_consultation)) {
            sql.push(
                " left join read.consultation_facts c on c.id = t.consultation_id and c.workspace_id = t.workspace_id",
            );
        }
        if let Some(each) = measure.each {
            sql.push(format_args!(" cross join lateral {each}"));
        }
        let c = self.consultation();
        for side in sides() {
            match side {
                Dimension::Tag => {
                    sql.push(format_args!(
                        " left join lateral jsonb_array_elements_text({c}.tags) as tag (value) on true"
                    ));
                }
                Dimension::Catalog(None) => {
                    sql.push(format_args!(
                        " left join lateral (select (e ->> 'catalog') || '/' || (e ->> 'key') as value \
                         from jsonb_array_elements({c}.catalog) e) entry on true"
                    ));
                }
                Dimension::Catalog(Some(catalog)) => {
                    sql.push(format_args!(
                        " left join lateral (select e ->> 'key' as value from jsonb_array_elements({c}.catalog) e \
                         where e ->> 'catalog' = "
                    ));
                    sql.push_bind(catalog.clone()).push(") entry on true");
                }
                _ => {}
            }
        }
        sql.push(" where t.workspace_id = ").push_bind(self.reach.workspace.uuid());
        let belongs = match measure.table {
            Table::Consultations => Belonging::Itself,
            _ => Belonging::Consultation("consultation_id"),
        };
        belongs.restrict(sql, self.reach.own);
        sql.push(format_args!(" and ({})", measure.holds));
        self.push_range(sql);
        self.push_filter(sql);
        for group in self.groups {
            sql.push(" and (");
            self.push_dimension(sql, &group.dimension, &[]);
            sql.push(") is not distinct from ").push_bind(group.value.clone());
        }
    }

    fn push_range(&self, sql: &mut QueryBuilder<Postgres>) {
        let (from, to) = (self.question.from, self.question.to);
        let measure = &self.metric.measure;
        let at = measure.at;
        match measure.shape {
            Shape::Moment => {
                sql.push(format_args!(" and {at} >= ")).push_bind(from);
                sql.push(format_args!(" and {at} < ")).push_bind(to);
            }
            Shape::Span => {
                // Single facts are those that are there at the end; a level needs all that were there at all.
                let seen = if self.whole { to } else { from };
                let until = measure.until.unwrap_or("null::timestamptz");
                sql.push(format_args!(" and {at} < ")).push_bind(to);
                sql.push(format_args!(" and ({until} is null or {until} >= ")).push_bind(seen).push(")");
                // What stays resolved since before has no open span after.
                sql.push(" and t.opened_at < ").push_bind(to);
                sql.push(" and (t.full_resolution_at is null or t.full_resolution_at >= ")
                    .push_bind(seen)
                    .push(")");
            }
        }
    }

    fn push_filter(&self, sql: &mut QueryBuilder<Postgres>) {
        let Some(filter) = &self.question.filter else { return };
        let id = self.metric.measure.table.consultation();
        sql.push(format_args!(
            " and {id} in (select t.id from read.consultation_list t where t.workspace_id = "
        ));
        sql.push_bind(self.reach.workspace.uuid());
        let mut conditions = Conditions::going_on_with(std::mem::replace(sql, QueryBuilder::new("")));
        filter.restrict(&mut conditions);
        *sql = conditions.0;
        sql.push(")");
    }
}

fn keys(count: usize) -> String {
    let names: Vec<_> = (0..count).map(|number| format!("k{number}, ")).collect();
    names.concat()
}

fn push_group_by(sql: &mut QueryBuilder<Postgres>, keys: &str) {
    let keys = keys.trim_end_matches(", ");
    if !keys.is_empty() {
        sql.push(format_args!(" group by {keys}"));
    }
}
