//! The statements: made of the registry's expressions and of bound values, confined to what the caller reaches.

use chrono::{DateTime, Utc};
use sqlx::{Postgres, QueryBuilder};

use super::{
    Clock, Dimension, Group, Metric, Question, Refusal, Shape, Table, Unit, clocks::Given,
    open_time::open_by, source::Terms,
};
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
    /// What numbers are reckoned by.
    pub(super) terms: &'q Terms,
    /// The facts themselves, where no table has them.
    pub(super) given: Option<&'q Given>,
}

impl<'q> Facts<'q> {
    /// All facts of the question.
    pub(super) fn of(
        question: &'q Question,
        metric: &'static Metric,
        reach: Reach,
        terms: &'q Terms,
    ) -> Self {
        let (dimensions, groups) = (&question.dimensions, &[]);
        Self { question, metric, reach, dimensions, groups, whole: false, terms, given: None }
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
        // Groups are made by ids and numbers as they are: their texts, one for each fact, would take most of the time.
        for number in 0..self.dimensions.len() {
            sql.push(format_args!("k{number}::text as k{number}, "));
        }
        sql.push("count(*) as n, ");
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
        let mut sql = QueryBuilder::new("select ");
        for number in 0..dimensions.len() {
            sql.push(format_args!("k{number}::text as k{number}, "));
        }
        sql.push("i, sum(d)::bigint as d from (select ");
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

    /// By group and manager, how many spans begin less those that end in each bucket, and the open time from the
    /// beginning of the range to each. The keys come first, without the time, then the manager `m`, the bucket `i` from
    /// 1, `d` and `u`, a number as a text.
    pub(super) fn spent(&self, bounds: &[DateTime<Utc>], limit: usize) -> QueryBuilder<Postgres> {
        let (Some(&from), Some(&to)) = (bounds.first(), bounds.last()) else { return QueryBuilder::new("") };
        let dimensions: Vec<_> =
            self.dimensions.iter().filter(|dimension| **dimension != Dimension::Time).collect();
        let keys = keys(dimensions.len());
        let mut sql = QueryBuilder::new("select ");
        for number in 0..dimensions.len() {
            sql.push(format_args!("k{number}::text as k{number}, "));
        }
        sql.push("m::text as m, i, sum(d)::bigint as d, sum(d * u)::text as u from (select ");
        sql.push(format_args!("{keys}m, d, width_bucket(x, ")).push_bind(bounds.to_vec());
        sql.push(concat!(") as i, ", open_by!("x"), " - ", open_by!("k.since"), " as u from ("));
        let is_union = self.metric.measure.union;
        if is_union {
            // What overlaps counts once.
            sql.push(format_args!("select {keys}m, lower(r) as a, upper(r) as z from (select {keys}m, "));
            sql.push("unnest(range_agg(tstzrange(a, z))) as r from (");
        }
        sql.push("select ");
        for (number, dimension) in dimensions.iter().enumerate() {
            self.push_dimension(&mut sql, dimension, bounds);
            sql.push(format_args!(" as k{number}, "));
        }
        let Metric { measure, .. } = self.metric;
        sql.push(format_args!("{} as m, greatest({}, ", measure.manager, measure.at)).push_bind(from);
        sql.push(format_args!(") as a, least({}, ", measure.until.unwrap_or("null")))
            .push_bind(to)
            .push(") as z");
        self.push_source(&mut sql);
        if is_union {
            sql.push(format_args!(") s where a < z group by {keys}m) q"));
        }
        sql.push(") s cross join lateral (values (a, 1), (z, -1)) as e (x, d) cross join (select k.*, ");
        sql.push_bind(from).push("::timestamptz as since from ");
        self.terms.open.push(&mut sql);
        sql.push(format_args!(") k where a < z) f group by {keys}m, i limit {}", limit + 1));
        sql
    }

    /// Which group a fact is in: an id, a number or a text.
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
                sql.push(format_args!("width_bucket({}, ", measure.at)).push_bind(bounds.to_vec()).push(")");
            }
            Dimension::Hour => self.push_local(sql, "hour"),
            Dimension::Weekday => self.push_local(sql, "isodow"),
            Dimension::Manager => drop(sql.push(measure.manager)),
            Dimension::Team => drop(sql.push(measure.team)),
            Dimension::Client => drop(sql.push(format_args!("{c}.client_id"))),
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
                sql.push(own.own_column(self.metric).unwrap_or("null::text"));
            }
        }
    }

    /// A field of the local time.
    fn push_local(&self, sql: &mut QueryBuilder<Postgres>, field: &str) {
        let (since, offsets) = self.question.zone.offsets((self.question.from, self.question.to));
        let at = self.metric.measure.at;
        sql.push(format_args!("extract({field} from ({at} at time zone 'UTC') + make_interval(secs => ("));
        sql.push_bind(offsets).push(format_args!("::int[])[width_bucket({at}, ")).push_bind(since);
        sql.push(")]))::int");
    }

    /// The name of the row that has the sides of the consultation.
    fn consultation(&self) -> &'static str {
        if self.metric.measure.table == Table::Consultations { "t" } else { "c" }
    }

    /// Whether a fact is shown as far as it lies in the range.
    fn is_cut(&self) -> bool {
        self.whole && self.metric.unit == Unit::OpenTime
    }

    /// The value of a fact, a bigint.
    pub(super) fn value(&self) -> &'static str {
        if self.is_cut() {
            return concat!("greatest((", open_by!("s.z"), " - ", open_by!("s.a"), ") / 1000, 0)");
        }
        self.metric.measure.value
    }

    /// `from` and `where`: the facts that are asked for.
    pub(super) fn push_source(&self, sql: &mut QueryBuilder<Postgres>) {
        let Metric { measure, .. } = self.metric;
        let sides = || self.dimensions.iter().chain(self.groups.iter().map(|group| &group.dimension));
        match self.given {
            Some(given) => given.push(sql),
            None => drop(sql.push(format_args!(" from read.{} t", measure.table.name()))),
        }
        let by_team =
            measure.team.starts_with("c.") && (self.whole || sides().any(|side| *side == Dimension::Team));
        if measure.table != Table::Consultations && (by_team || sides().any(Dimension::is_of_consultation)) {
            sql.push(
                " left join read.consultation_facts c on c.id = t.consultation_id and c.workspace_id = ",
            );
            sql.push_bind(self.reach.workspace.uuid());
        }
        if let Some(each) = measure.each {
            sql.push(format_args!(" cross join lateral {each}"));
        }
        if self.metric.clock == Clock::Calendar && (self.whole || measure.shape == Shape::Moment) {
            sql.push(" cross join ");
            self.terms.open.push(sql);
        }
        if self.is_cut() {
            let (from, to) = (self.question.from, self.question.to.min(self.terms.at));
            sql.push(format_args!(" cross join lateral (select greatest({}, ", measure.at)).push_bind(from);
            sql.push(format_args!(") as a, least({}, ", measure.until.unwrap_or("null"))).push_bind(to);
            sql.push(") as z) s");
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
        if self.given.is_some() {
            // Whoever gave them has left out what is beyond reach and filter.
            sql.push(" where true");
        } else {
            self.push_within_reach(sql);
            self.push_filter(sql);
        }
        sql.push(format_args!(" and ({})", measure.holds));
        self.push_range(sql);
        for group in self.groups {
            sql.push(" and (");
            self.push_dimension(sql, &group.dimension, &[]);
            sql.push(")::text is not distinct from ").push_bind(group.value.clone());
        }
    }

    /// `where`: only what the caller may see.
    fn push_within_reach(&self, sql: &mut QueryBuilder<Postgres>) {
        sql.push(" where t.workspace_id = ").push_bind(self.reach.workspace.uuid());
        let belongs = match self.metric.measure.table {
            Table::Consultations => Belonging::Itself,
            _ => Belonging::Consultation("consultation_id"),
        };
        belongs.restrict(sql, self.reach.own);
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
                let seen = if self.whole && self.metric.unit == Unit::Level { to } else { from };
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
        push_filter(sql, (self.question, self.reach), self.metric.measure.table.consultation());
    }
}

/// Only what is of the consultations that the question is about; `id` names theirs.
pub(super) fn push_filter(
    sql: &mut QueryBuilder<Postgres>,
    (question, reach): (&Question, Reach),
    id: &'static str,
) {
    if let Some(filter) = &question.filter {
        sql.push(format_args!(
            " and {id} in (select t.id from read.consultation_list t where t.workspace_id = "
        ));
        sql.push_bind(reach.workspace.uuid());
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
