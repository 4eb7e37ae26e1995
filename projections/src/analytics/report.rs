//! Numbers by groups.

use std::{cmp::Ordering, collections::BTreeMap};

use chrono::{DateTime, SecondsFormat, Utc};
use ledgerdesk_domain::stream::Position;
use sqlx::{PgConnection, Row as _};

use super::{
    Aggregates, Dimension, MAX_GROUPS, Metric, Question, Refusal, Table, Unit,
    clocks::Pieces,
    occupied::occupied,
    snapshot::Snapshot,
    source::{Source, Terms},
    statement::Facts,
    tally::{Cells, Tally},
};
use crate::read::Reach;

/// What a question is answered with.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// Everything up to here is in it.
    pub position: Position,
    /// And nothing beyond it.
    pub exact: bool,
    /// The bounds of the buckets.
    pub bounds: Vec<DateTime<Utc>>,
    /// One for each metric of the question, in its order.
    pub reports: Vec<Report>,
}

/// One metric.
#[derive(Debug, Clone)]
pub struct Report {
    /// Which.
    pub metric: &'static Metric,
    /// Of all facts together.
    pub total: Aggregates,
    /// Of all facts of the time before.
    pub total_before: Option<Aggregates>,
    /// By group, in the order of their keys.
    pub cells: Vec<Cell>,
}

impl PartialEq for Report {
    fn eq(&self, other: &Self) -> bool {
        self.metric.key == other.metric.key
            && self.total == other.total
            && self.total_before == other.total_before
            && self.cells == other.cells
    }
}

/// One group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// A value for each dimension of the question; nothing where the facts have none. A bucket is named by its beginning.
    pub keys: Vec<Option<String>>,
    /// The numbers.
    pub now: Aggregates,
    /// Those of the time before; of a bucket, those of the bucket at its place.
    pub before: Option<Aggregates>,
}

/// Answers the question.
pub async fn report(source: &Source, reach: Reach, question: &Question) -> Result<Answer, Refusal> {
    let mut snapshot = Snapshot::of(source, reach.workspace, question).await?;
    answer(&mut snapshot, reach, question).await
}

impl Snapshot {
    /// Answers the question as of this snapshot, which was opened for it.
    pub async fn report(&mut self, reach: Reach, question: &Question) -> Result<Answer, Refusal> {
        answer(self, reach, question).await
    }
}

/// A metric's numbers: of all facts, and by group.
type Numbers = (Aggregates, Cells);

async fn answer(snapshot: &mut Snapshot, reach: Reach, question: &Question) -> Result<Answer, Refusal> {
    let bounds = question.bounds()?;
    let before = question.compares.then(|| question.before());
    let terms = snapshot.terms.clone();
    let connection = &mut *snapshot.transaction;
    let mut of_clocks = clocks(connection, reach, (question, before.as_ref()), &terms).await?.into_iter();
    let mut reports = Vec::with_capacity(question.metrics.len());
    for &metric in &question.metrics {
        let (now, then) = if metric.measure.table == Table::Clocks {
            of_clocks.next().unwrap_or_default()
        } else {
            let now = read(connection, &Facts::of(question, metric, reach, &terms)).await?;
            let then = match &before {
                Some(before) => Some(read(connection, &Facts::of(before, metric, reach, &terms)).await?),
                None => None,
            };
            (now, then)
        };
        reports.push(compared(metric, (question, &bounds), now, then)?);
    }
    Ok(Answer { position: snapshot.position, exact: snapshot.exact, bounds, reports })
}

/// A metric with the time before beside it.
fn compared(
    metric: &'static Metric,
    (question, bounds): (&Question, &[DateTime<Utc>]),
    (total, now): Numbers,
    then: Option<Numbers>,
) -> Result<Report, Refusal> {
    let mut cells: BTreeMap<_, _> = now.into_iter().map(|(keys, now)| (keys, (now, None))).collect();
    let mut total_before = None;
    if let Some((total, then)) = then {
        total_before = Some(total);
        for cell in cells.values_mut() {
            cell.1 = Some(Aggregates::counted(0));
        }
        for (keys, then) in then {
            cells.entry(keys).or_insert((Aggregates::counted(0), None)).1 = Some(then);
        }
    }
    let mut cells: Vec<_> =
        cells.into_iter().map(|(keys, (now, before))| Cell { keys, now, before }).collect();
    cells.sort_by(|one, other| order(&one.keys, &other.keys));
    if let Some(place) = question.dimensions.iter().position(|dimension| *dimension == Dimension::Time) {
        cells.retain_mut(|cell| name_bucket(&mut cell.keys, place, bounds));
    }
    if cells.len() > MAX_GROUPS {
        return Err(Refusal::TooManyGroups { metric: metric.key, limit: MAX_GROUPS });
    }
    Ok(Report { metric, total, total_before, cells })
}

/// Puts the beginning of the bucket in place of its number. A bucket that only the time before has is left out.
fn name_bucket(keys: &mut [Option<String>], place: usize, bounds: &[DateTime<Utc>]) -> bool {
    let Some(key) = keys.get_mut(place) else { return false };
    let number: Option<usize> = key.as_deref().and_then(|number| number.parse().ok());
    let begin = number.and_then(|number| bounds.get(number.checked_sub(1)?));
    *key = begin.map(|begin| begin.to_rfc3339_opts(SecondsFormat::AutoSi, true));
    number.is_some_and(|number| number < bounds.len()) && key.is_some()
}

/// Numbers by size, texts by their letters, nothing last.
fn order(one: &[Option<String>], other: &[Option<String>]) -> Ordering {
    let by_key = one.iter().zip(other).map(|(one, other)| match (one, other) {
        (Some(one), Some(other)) => match (one.parse::<i64>(), other.parse::<i64>()) {
            (Ok(one), Ok(other)) => one.cmp(&other),
            _ => one.cmp(other),
        },
        (one, other) => one.is_none().cmp(&other.is_none()),
    });
    by_key.fold(Ordering::Equal, Ordering::then)
}

async fn read(connection: &mut PgConnection, facts: &Facts<'_>) -> Result<Numbers, Refusal> {
    match facts.metric.unit {
        Unit::Level => levels(connection, facts).await,
        Unit::OpenTime => occupied(connection, facts).await,
        _ => {
            let mut tally = Tally::new(facts.metric, facts.dimensions);
            tally.add(connection, facts).await?;
            Ok(tally.numbers())
        }
    }
}

/// What is reckoned clock by clock: for each of the question's metrics that is, its numbers, and those of the time
/// before. The journals are read once for all of them.
async fn clocks(
    connection: &mut PgConnection,
    reach: Reach,
    (question, before): (&Question, Option<&Question>),
    terms: &Terms,
) -> Result<Vec<(Numbers, Option<Numbers>)>, Refusal> {
    let metrics = question.metrics.iter().copied().filter(|metric| metric.measure.table == Table::Clocks);
    let tally = |metric| Tally::new(metric, &question.dimensions);
    let mut tallies: Vec<_> =
        metrics.map(|metric| (metric, tally(metric), before.map(|_| tally(metric)))).collect();
    if tallies.is_empty() {
        return Ok(Vec::new());
    }
    let mut pieces = Pieces::open(connection, (question, reach), terms, false).await?;
    while let Some(given) = pieces.next(connection).await? {
        for (metric, now, then) in &mut tallies {
            let facts = Facts { given: Some(&given), ..Facts::of(question, metric, reach, terms) };
            now.add(connection, &facts).await?;
            if let (Some(then), Some(question)) = (then, before) {
                let facts = Facts { given: Some(&given), ..Facts::of(question, metric, reach, terms) };
                then.add(connection, &facts).await?;
            }
        }
    }
    Ok(tallies.into_iter().map(|(_, now, then)| (now.numbers(), then.map(Tally::numbers))).collect())
}

/// Levels by group at the end of each bucket, and of all groups together at the end of the last.
async fn levels(connection: &mut PgConnection, facts: &Facts<'_>) -> Result<(Aggregates, Cells), Refusal> {
    let bounds = facts.question.bounds()?;
    let time = facts.dimensions.iter().position(|dimension| *dimension == Dimension::Time);
    let by_group = level_changes(&mut *connection, facts, &bounds).await?;
    let mut total = 0;
    let mut cells = Cells::new();
    for (keys, changes) in by_group {
        let levels = summed(&changes);
        let last = levels.last().copied().unwrap_or_default();
        total += last;
        match time {
            Some(place) => {
                // The first bound is where the range begins, and no bucket ends there.
                for (number, level) in levels.iter().enumerate().skip(1) {
                    let mut keys = keys.clone();
                    keys.insert(place, Some(number.to_string()));
                    cells.insert(keys, Aggregates::counted(*level));
                }
            }
            None if last != 0 && !facts.dimensions.is_empty() => {
                cells.insert(keys, Aggregates::counted(last));
            }
            None => {}
        }
        if cells.len() > MAX_GROUPS {
            return Err(Refusal::TooManyGroups { metric: facts.metric.key, limit: MAX_GROUPS });
        }
    }
    if facts.dimensions.iter().any(Dimension::is_many) {
        let alone = Facts { dimensions: &[], ..*facts };
        let by_group = level_changes(connection, &alone, &bounds).await?;
        total = by_group.values().filter_map(|changes| summed(changes).last().copied()).sum();
    }
    Ok((Aggregates::counted(total), cells))
}

fn summed(changes: &[i64]) -> Vec<i64> {
    changes
        .iter()
        .scan(0, |level, change| {
            *level += change;
            Some(*level)
        })
        .collect()
}

/// By group, the change before each bound.
async fn level_changes(
    connection: &mut PgConnection,
    facts: &Facts<'_>,
    bounds: &[DateTime<Utc>],
) -> Result<BTreeMap<Vec<Option<String>>, Vec<i64>>, Refusal> {
    let width = facts.dimensions.iter().filter(|dimension| **dimension != Dimension::Time).count();
    // Each group has a row for each bound at which it changes.
    let limit = MAX_GROUPS * 10;
    let rows = facts.changes(bounds, limit).build().fetch_all(connection).await?;
    if rows.len() > limit {
        return Err(Refusal::TooManyGroups { metric: facts.metric.key, limit: MAX_GROUPS });
    }
    let mut by_group = BTreeMap::new();
    if width == 0 {
        by_group.insert(Vec::new(), vec![0; bounds.len()]);
    }
    for row in rows {
        let keys = (0..width).map(|place| row.try_get(place)).collect::<Result<Vec<Option<String>>, _>>()?;
        let (place, change): (i32, i64) = (row.try_get("i")?, row.try_get("d")?);
        let changes = by_group.entry(keys).or_insert_with(|| vec![0; bounds.len()]);
        if let Some(here) = usize::try_from(place).ok().and_then(|place| changes.get_mut(place)) {
            *here += change;
        }
    }
    Ok(by_group)
}

/// How PostgreSQL reads the first metric of the question, as `explain (analyze)` tells it: for whoever tunes indexes.
pub async fn explain(source: &Source, reach: Reach, question: &Question) -> Result<Vec<String>, Refusal> {
    let stored = question.metrics.first().filter(|metric| metric.measure.table != Table::Clocks);
    let Some(&metric) = stored else { return Ok(Vec::new()) };
    let mut snapshot = Snapshot::of(source, reach.workspace, question).await?;
    let terms = snapshot.terms.clone();
    let facts = Facts::of(question, metric, reach, &terms);
    let mut statement = facts.grouped_after("explain (analyze, buffers) select ", MAX_GROUPS)?;
    Ok(statement.build_query_scalar::<String>().fetch_all(&mut *snapshot.transaction).await?)
}
