//! What a number is made of: single facts, each with its consultation and its events.

use std::{cmp::Ordering, time::Duration};

use chrono::{DateTime, Utc};
use ledgerdesk_domain::{
    id::{ConsultationId, ManagerId},
    stream::Position,
};
use sqlx::{AssertSqlSafe, FromRow, Postgres, QueryBuilder};
use uuid::Uuid;

use super::{
    Dimension, Group, Metric, Question, Refusal, Shape, Table,
    clocks::{Given, Pieces},
    snapshot::Snapshot,
    source::{Source, Terms},
    statement::Facts,
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

    /// In the order of [`FactKey`].
    fn in_order(one: &Self, other: &Self) -> Ordering {
        let key = |fact: &Self| (fact.at, fact.consultation);
        key(one).cmp(&key(other)).then_with(|| one.part.cmp(&other.part))
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
    source: &Source,
    reach: Reach,
    question: &Question,
    groups: &[Group],
    (after, size): (Option<&FactKey>, u8),
) -> Result<FactPage, Refusal> {
    let (question, groups) = within_bucket(question, groups)?;
    let mut snapshot = Snapshot::of(source, reach.workspace, &question).await?;
    let terms = snapshot.terms.clone();
    let metric = first(&question)?;
    let wanted = usize::from(size) + 1;
    let all = Facts {
        dimensions: &[],
        whole: true,
        groups: &groups,
        ..Facts::of(&question, metric, reach, &terms)
    };
    let connection = &mut *snapshot.transaction;
    let mut facts: Vec<Fact> = Vec::new();
    if metric.measure.table == Table::Clocks {
        let mut pieces = Pieces::open(connection, (&question, reach), &terms, false).await?;
        while let Some(given) = pieces.next(connection).await? {
            let mut sql = page(&Facts { given: Some(&given), ..all }, after, wanted);
            facts.extend(sql.build_query_as::<Fact>().fetch_all(&mut *connection).await?);
            facts.sort_by(Fact::in_order);
            facts.truncate(wanted);
        }
    } else {
        facts = page(&all, after, wanted).build_query_as().fetch_all(connection).await?;
    }
    let has_next = facts.len() > usize::from(size);
    facts.truncate(size.into());
    Ok(FactPage { position: snapshot.position, facts, has_next })
}

/// The first facts after a place.
fn page(facts: &Facts<'_>, after: Option<&FactKey>, wanted: usize) -> QueryBuilder<Postgres> {
    let mut sql = statement("select * from (", facts, after);
    sql.push(format_args!(" limit {wanted}"));
    sql
}

/// How many facts are read at a time where all are.
const TOGETHER: usize = 1_000;

/// All facts of a question's first metric, some at a time: in the order of their moments; those of clocks in the order in
/// which their consultations were opened.
pub struct AllFacts {
    question: Question,
    reach: Reach,
    metric: &'static Metric,
    terms: Terms,
    /// Where the facts of clocks come from; those of others come from a cursor.
    pieces: Option<Pieces>,
}

impl AllFacts {
    /// Of this snapshot, which was opened for the question. At most one is open in a snapshot. No statement of it takes
    /// longer than `within`.
    pub async fn open(
        snapshot: &mut Snapshot,
        reach: Reach,
        question: Question,
        within: Duration,
    ) -> Result<Self, Refusal> {
        let (metric, terms) = (first(&question)?, snapshot.terms.clone());
        let connection = snapshot.connection(within).await?;
        let mut all = Self { question, reach, metric, terms, pieces: None };
        if metric.measure.table == Table::Clocks {
            let pieces = Pieces::open(connection, (&all.question, reach), &all.terms, true).await?;
            all.pieces = Some(pieces);
        } else {
            const DECLARE: &str = "declare ledgerdesk_facts no scroll cursor for select * from (";
            let mut sql = statement(DECLARE, &all.facts(None), None);
            sql.build().persistent(false).execute(connection).await?;
        }
        Ok(all)
    }

    fn facts<'f>(&'f self, given: Option<&'f Given>) -> Facts<'f> {
        let facts = Facts::of(&self.question, self.metric, self.reach, &self.terms);
        Facts { dimensions: &[], whole: true, given, ..facts }
    }

    /// The next ones, perhaps none; nothing after the last.
    pub async fn next(&mut self, snapshot: &mut Snapshot) -> Result<Option<Vec<Fact>>, Refusal> {
        let connection = &mut *snapshot.transaction;
        if let Some(pieces) = &mut self.pieces {
            let Some(given) = pieces.next(connection).await? else { return Ok(None) };
            let mut sql = statement("select * from (", &self.facts(Some(&given)), None);
            return Ok(Some(sql.build_query_as().fetch_all(connection).await?));
        }
        let fetch = AssertSqlSafe(format!("fetch forward {TOGETHER} from ledgerdesk_facts"));
        let facts: Vec<Fact> = sqlx::query_as(fetch).persistent(false).fetch_all(connection).await?;
        Ok((!facts.is_empty()).then_some(facts))
    }
}

fn statement(begin: &'static str, facts: &Facts<'_>, after: Option<&FactKey>) -> QueryBuilder<Postgres> {
    let mut sql = QueryBuilder::new(begin);
    push_facts(&mut sql, facts);
    sql.push(") f");
    if let Some(after) = after {
        sql.push(" where (at, consultation, part) > (").push_bind(after.at);
        sql.push(", ").push_bind(after.consultation).push(", ").push_bind(after.part.clone()).push(")");
    }
    sql.push(" order by at, consultation, part");
    sql
}

/// Every fact with all its sides.
pub(super) fn push_facts(sql: &mut QueryBuilder<Postgres>, facts: &Facts<'_>) {
    let measure = &facts.metric.measure;
    sql.push(format_args!(
        "select {} as consultation, {} as at, {} as value, {} as manager, {} as team, ({}) collate \"C\" as part, \
         {} as start, {} as stop",
        measure.table.consultation(),
        measure.at,
        facts.value(),
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
