//! Open time that managers spent on something: how many consultations they held, or whether they worked on any.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, Row as _};

use super::{
    Aggregates, Dimension, MAX_GROUPS, Refusal, open_time::OpenTime, statement::Facts, tally::Cells,
};

/// By group without the time, and manager.
type Key = (Vec<Option<String>>, Option<String>);

/// What begins and ends within a bucket: how many more begin than end, and for each the open time from the beginning of
/// the range to it, in microseconds, those that end counted off.
#[derive(Debug, Clone, Copy, Default)]
struct Change {
    held: i64,
    used: i128,
}

/// The numbers by group, and of all groups together over the whole range.
pub(super) async fn occupied(
    connection: &mut PgConnection,
    facts: &Facts<'_>,
) -> Result<(Aggregates, Cells), Refusal> {
    // Nobody worked in the future.
    let bounds: Vec<_> =
        facts.question.bounds()?.into_iter().map(|bound| bound.min(facts.terms.at)).collect();
    let whole = [bounds[0], bounds[bounds.len() - 1]];
    if whole[0] >= whole[1] {
        return Ok((Aggregates::counted(0), Cells::new()));
    }
    let alone = Facts { dimensions: &[], ..*facts };
    let total = spent(&mut *connection, &alone, &whole).await?;
    let total = total.into_values().next().unwrap_or(Aggregates::counted(0));
    if facts.dimensions.is_empty() {
        return Ok((total, Cells::new()));
    }
    Ok((total, spent(connection, facts, &bounds).await?))
}

/// By group, buckets as numbers from 1.
async fn spent(
    connection: &mut PgConnection,
    facts: &Facts<'_>,
    bounds: &[DateTime<Utc>],
) -> Result<Cells, Refusal> {
    let time = facts.dimensions.iter().position(|dimension| *dimension == Dimension::Time);
    let open = &facts.terms.open;
    let mut sums: BTreeMap<Vec<Option<String>>, (i64, i64)> = BTreeMap::new();
    for ((keys, _), changes) in changes(connection, facts, bounds).await? {
        for (place, spent) in by_bucket(&changes, open, bounds).into_iter().enumerate() {
            if spent == 0 {
                continue;
            }
            let mut keys = keys.clone();
            if let Some(time) = time {
                keys.insert(time, Some((place + 1).to_string()));
            }
            let there = open.by(bounds[place + 1]) - open.by(bounds[place]);
            let sum = sums.entry(keys).or_default();
            *sum = (sum.0 + there / 1_000, sum.1 + spent / 1_000);
        }
        if sums.len() > MAX_GROUPS {
            return Err(Refusal::TooManyGroups { metric: facts.metric.key, limit: MAX_GROUPS });
        }
    }
    let numbers = |(n, sum)| Aggregates { sum: Some(sum), ..Aggregates::counted(n) };
    Ok(sums.into_iter().map(|(keys, sum)| (keys, numbers(sum))).collect())
}

/// How much was spent in each bucket, in microseconds of open time.
fn by_bucket(changes: &[Change], open: &OpenTime, bounds: &[DateTime<Utc>]) -> Vec<i64> {
    let begin = open.by(bounds[0]);
    let mut held = 0_i64;
    let spent = changes.iter().zip(bounds.windows(2)).map(|(change, bucket)| {
        let there = i128::from(open.by(bucket[1]) - open.by(bucket[0]));
        let to_end = i128::from(open.by(bucket[1]) - begin);
        // What was held before is held throughout; what begins here is held from there to the end.
        let spent = i128::from(held) * there + i128::from(change.held) * to_end - change.used;
        held += change.held;
        i64::try_from(spent).unwrap_or(i64::MAX)
    });
    spent.collect()
}

/// By group and manager, what changes in each bucket.
async fn changes(
    connection: &mut PgConnection,
    facts: &Facts<'_>,
    bounds: &[DateTime<Utc>],
) -> Result<BTreeMap<Key, Vec<Change>>, Refusal> {
    let width = facts.dimensions.iter().filter(|dimension| **dimension != Dimension::Time).count();
    let limit = MAX_GROUPS * 10;
    let rows = facts.spent(bounds, limit).build().fetch_all(connection).await?;
    if rows.len() > limit {
        return Err(Refusal::TooManyGroups { metric: facts.metric.key, limit: MAX_GROUPS });
    }
    let mut by_group: BTreeMap<Key, Vec<Change>> = BTreeMap::new();
    for row in rows {
        let keys = (0..width).map(|place| row.try_get(place)).collect::<Result<Vec<Option<String>>, _>>()?;
        let place: i32 = row.try_get("i")?;
        let used: String = row.try_get("u")?;
        let change = Change { held: row.try_get("d")?, used: used.parse().unwrap_or_default() };
        let changes = by_group
            .entry((keys, row.try_get("m")?))
            .or_insert_with(|| vec![Change::default(); bounds.len()]);
        // Places are numbered from 1; what ends with the range changes nothing in it.
        if let Some(here) = usize::try_from(place - 1).ok().and_then(|place| changes.get_mut(place)) {
            *here = change;
        }
    }
    Ok(by_group)
}
