//! What a number is made of: single facts, each with its consultation and its events.

use chrono::{DateTime, Utc};
use ledgerdesk_domain::{
    id::{ConsultationId, ManagerId},
    stream::Position,
};
use sqlx::{FromRow, PgPool, Postgres, QueryBuilder};
use uuid::Uuid;

use super::{
    Dimension, Group, Metric, Question, Refusal, Shape, read_models, snapshot::Snapshot, statement::Facts,
};
use crate::read::Reach;

/// One fact of a metric.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Fact {
    /// Of which consultation.
    consultation: Uuid,
    /// When: by the dating rule; of a level, since when.
    pub at: DateTime<Utc>,
    /// The value; 1 where facts are counted.
    pub value: Option<i64>,
    /// Whom it is attributed to.
    manager: Option<Uuid>,
    /// Of which team.
    pub team: Option<String>,
    /// Tells it from other facts of the same consultation and moment.
    pub part: String,
    /// Where it began in the log.
    start: Option<i64>,
    /// Where it was decided.
    stop: Option<i64>,
}

impl Fact {
    /// Of which consultation.
    pub const fn consultation(&self) -> ConsultationId {
        ConsultationId(self.consultation)
    }

    /// Whom it is attributed to.
    pub fn manager(&self) -> Option<ManagerId> {
        self.manager.map(ManagerId)
    }

    /// The events that it was made by: one, or the one that started and the one that stopped the clock.
    pub fn events(&self) -> Vec<Position> {
        let mut positions: Vec<_> = self.start.into_iter().chain(self.stop).map(Position).collect();
        positions.sort_unstable();
        positions.dedup();
        positions
    }

    /// Its place in the order.
    pub fn key(&self) -> FactKey {
        FactKey { at: self.at, consultation: self.consultation, part: self.part.clone() }
    }
}

/// The place of a fact: facts are in the order of their moments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactKey {
    /// When.
    pub at: DateTime<Utc>,
    /// Of which consultation.
    pub consultation: Uuid,
    /// Which of several.
    pub part: String,
}

/// A page of facts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactPage {
    /// Everything up to here is in it.
    pub position: Position,
    /// The facts.
    pub facts: Vec<Fact>,
    /// Whether more follow.
    pub has_next: bool,
}

/// A page of the facts of one group of the question's first metric; of all its facts where no group is named. A bucket
/// is named by its beginning; of a level, these are the consultations that are there at its end.
pub async fn facts(
    pool: &PgPool,
    reach: Reach,
    question: &Question,
    groups: &[Group],
    (after, size): (Option<&FactKey>, u8),
) -> Result<FactPage, Refusal> {
    let (question, groups) = within_bucket(question, groups)?;
    let mut statement = statement(&question, reach, &groups, after)?;
    statement.push(format_args!(" limit {}", i32::from(size) + 1));
    let mut snapshot = Snapshot::open(pool, &read_models(&question)).await?;
    let mut facts: Vec<Fact> = statement.build_query_as().fetch_all(&mut *snapshot.transaction).await?;
    let has_next = facts.len() > usize::from(size);
    facts.truncate(size.into());
    Ok(FactPage { position: snapshot.position, facts, has_next })
}

/// The statement for all facts of the question's first metric, in their order.
pub fn facts_statement(question: &Question, reach: Reach) -> Result<QueryBuilder<Postgres>, Refusal> {
    statement(question, reach, &[], None)
}

fn statement(
    question: &Question,
    reach: Reach,
    groups: &[Group],
    after: Option<&FactKey>,
) -> Result<QueryBuilder<Postgres>, Refusal> {
    let metric = first(question)?;
    let facts = Facts { question, metric, reach, dimensions: &[], groups, whole: true };
    let mut sql = QueryBuilder::new("select * from (");
    push_facts(&mut sql, &facts);
    sql.push(") f");
    if let Some(after) = after {
        sql.push(" where (at, consultation, part) > (").push_bind(after.at);
        sql.push(", ").push_bind(after.consultation).push(", ").push_bind(after.part.clone()).push(")");
    }
    sql.push(" order by at, consultation, part");
    Ok(sql)
}

/// Every fact with all its sides.
pub(super) fn push_facts(sql: &mut QueryBuilder<Postgres>, facts: &Facts<'_>) {
    let measure = &facts.metric.measure;
    sql.push(format_args!(
        "select {} as consultation, {} as at, {} as value, {} as manager, {} as team, ({}) collate \"C\" as part, \
         {} as start, {} as stop",
        measure.table.consultation(),
        measure.at,
        measure.value,
        measure.manager,
        measure.team,
        measure.part,
        measure.start,
        measure.stop
    ));
    facts.push_source(sql);
}

pub(super) fn first(question: &Question) -> Result<&'static Metric, Refusal> {
    question.metrics.first().copied().ok_or(Refusal::Count { what: "metrics", limit: 1 })
}

/// A bucket is a shorter range.
fn within_bucket(question: &Question, groups: &[Group]) -> Result<(Question, Vec<Group>), Refusal> {
    let mut question = question.clone();
    let metric = first(&question)?;
    let mut others = Vec::new();
    for group in groups {
        group.dimension.check(metric)?;
        if group.dimension != Dimension::Time {
            others.push(group.clone());
            continue;
        }
        let begin = group.value.as_deref().and_then(|text| text.parse::<DateTime<Utc>>().ok());
        let bounds = question.bounds()?;
        let place =
            begin.and_then(|begin| bounds[..bounds.len() - 1].iter().position(|bound| *bound == begin));
        let Some(place) = place else {
            return Err(Refusal::Contradiction(
                "there is no bucket that begins there; name one by its beginning, as a report of the same range and \
                 bucket does",
            ));
        };
        (question.from, question.to) = (bounds[place], bounds[place + 1]);
    }
    if others.iter().filter(|group| group.dimension.is_many()).count() > 1 {
        return Err(Refusal::Contradiction("only one of tag and catalog can name a group"));
    }
    // A level at the end of a bucket needs no other bucket.
    if metric.measure.shape == Shape::Span {
        question.bucket = None;
    }
    Ok((question, others))
}
