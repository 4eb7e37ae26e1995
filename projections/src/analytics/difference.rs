//! Two versions of a metric beside each other, consultation by consultation.

use chrono::{DateTime, Utc};
use ledgerdesk_domain::{id::ConsultationId, stream::Position};
use sqlx::{FromRow, Postgres, QueryBuilder};
use uuid::Uuid;

use super::{
    Metric, Question, Refusal, Table,
    facts::push_facts,
    snapshot::Snapshot,
    source::{Source, Terms},
    statement::Facts,
};
use crate::read::Reach;

/// A consultation for which two versions of a metric say something else.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Difference {
    consultation: Uuid,
    /// The how-manieth fact of the consultation in the range it is, from 1.
    pub nth: i64,
    /// When, by the version that has it.
    pub at: DateTime<Utc>,
    /// The value by the one version; nothing if it has no such fact.
    pub one: Option<i64>,
    /// The value by the other.
    pub other: Option<i64>,
}

impl Difference {
    /// Which consultation.
    pub const fn consultation(&self) -> ConsultationId {
        ConsultationId(self.consultation)
    }
}

/// How many facts two versions of a metric share, and how many they see differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromRow)]
pub struct DifferenceTotals {
    /// With the same value in both.
    pub same: i64,
    /// With another value.
    pub changed: i64,
    /// Only in the one.
    pub only_one: i64,
    /// Only in the other.
    pub only_other: i64,
}

/// A page of consultations that the question's two metrics, which are two versions of one, see differently.
pub async fn difference(
    source: &Source,
    reach: Reach,
    question: &Question,
    (after, size): (Option<(Uuid, i64)>, u8),
) -> Result<(Position, Vec<Difference>, bool), Refusal> {
    let mut snapshot = Snapshot::of(source, reach.workspace, question).await?;
    let terms = snapshot.terms.clone();
    let mut sql = QueryBuilder::new("select consultation, nth, at, one, other from (");
    push_pairs(&mut sql, (question, reach), &terms)?;
    sql.push(") p where one is distinct from other");
    if let Some((consultation, nth)) = after {
        sql.push(" and (consultation, nth) > (").push_bind(consultation).push(", ").push_bind(nth).push(")");
    }
    sql.push(format_args!(" order by consultation, nth limit {}", i32::from(size) + 1));
    let mut found: Vec<Difference> = sql.build_query_as().fetch_all(&mut *snapshot.transaction).await?;
    let has_next = found.len() > usize::from(size);
    found.truncate(size.into());
    Ok((snapshot.position, found, has_next))
}

/// The same in numbers.
pub async fn difference_totals(
    source: &Source,
    reach: Reach,
    question: &Question,
) -> Result<DifferenceTotals, Refusal> {
    let mut snapshot = Snapshot::of(source, reach.workspace, question).await?;
    let terms = snapshot.terms.clone();
    let mut sql = QueryBuilder::new(
        "select count(*) filter (where one = other) as same, count(*) filter (where one <> other) as changed, \
         count(*) filter (where other is null) as only_one, count(*) filter (where one is null) as only_other from (",
    );
    push_pairs(&mut sql, (question, reach), &terms)?;
    sql.push(") p");
    Ok(sql.build_query_as().fetch_one(&mut *snapshot.transaction).await?)
}

fn push_pairs(
    sql: &mut QueryBuilder<Postgres>,
    (question, reach): (&Question, Reach),
    terms: &Terms,
) -> Result<(), Refusal> {
    let [one, other] = question.metrics[..] else {
        return Err(Refusal::Count { what: "versions", limit: 2 });
    };
    sql.push(
        "select coalesce(a.consultation, b.consultation) as consultation, coalesce(a.nth, b.nth) as nth, \
         coalesce(a.at, b.at) as at, a.value as one, b.value as other from (",
    );
    push_numbered(sql, &of_version(question, one, reach, terms))?;
    sql.push(") a full join (");
    push_numbered(sql, &of_version(question, other, reach, terms))?;
    sql.push(") b on a.consultation = b.consultation and a.nth = b.nth");
    Ok(())
}

fn of_version<'q>(
    question: &'q Question,
    metric: &'static Metric,
    reach: Reach,
    terms: &'q Terms,
) -> Facts<'q> {
    Facts { dimensions: &[], whole: true, ..Facts::of(question, metric, reach, terms) }
}

fn push_numbered(sql: &mut QueryBuilder<Postgres>, facts: &Facts<'_>) -> Result<(), Refusal> {
    let metric = facts.metric;
    if !metric.unit.has_facts() {
        return Err(Refusal::NoFacts { metric: metric.key });
    }
    if metric.measure.table == Table::Clocks {
        return Err(Refusal::NoVersions { metric: metric.key });
    }
    sql.push(
        "select consultation, row_number() over (partition by consultation order by at, part) as nth, at, value from (",
    );
    push_facts(sql, facts);
    sql.push(") f");
    Ok(())
}
