//! Facts counted by group, as they come.

use std::collections::BTreeMap;

use sqlx::{PgConnection, Row as _};

use super::{Aggregates, Dimension, MAX_GROUPS, Metric, Refusal, Unit, statement::Facts};

/// Groups as they were read: buckets are numbers from 1.
pub(super) type Cells = BTreeMap<Vec<Option<String>>, Aggregates>;

/// What was read of a group.
#[derive(Default)]
struct Heap {
    n: i64,
    /// How many hold, of a share.
    hits: i64,
    values: Vec<i64>,
}

/// The facts of a metric by group, of one statement or of several whose facts are different ones.
pub(super) struct Tally {
    metric: &'static Metric,
    heaps: BTreeMap<Vec<Option<String>>, Heap>,
    /// All facts, where a fact can be in several groups.
    apart: Option<Heap>,
    is_grouped: bool,
}

impl Tally {
    /// Nothing yet.
    pub(super) fn new(metric: &'static Metric, dimensions: &[Dimension]) -> Self {
        let apart = dimensions.iter().any(Dimension::is_many).then(Heap::default);
        Self { metric, heaps: BTreeMap::new(), apart, is_grouped: !dimensions.is_empty() }
    }

    /// Reads these facts, too.
    pub(super) async fn add(
        &mut self,
        connection: &mut PgConnection,
        facts: &Facts<'_>,
    ) -> Result<(), Refusal> {
        let width = facts.dimensions.len();
        let refused = || Refusal::TooManyGroups { metric: facts.metric.key, limit: MAX_GROUPS };
        let rows = facts.grouped(MAX_GROUPS)?.build().fetch_all(&mut *connection).await?;
        if rows.len() > MAX_GROUPS {
            return Err(refused());
        }
        for row in rows {
            let keys =
                (0..width).map(|place| row.try_get(place)).collect::<Result<Vec<Option<String>>, _>>()?;
            self.heaps.entry(keys).or_default().add(self.metric.unit, &row)?;
        }
        if self.heaps.len() > MAX_GROUPS {
            return Err(refused());
        }
        if let Some(apart) = &mut self.apart {
            // What is in several groups is once in the total.
            let all = Facts { dimensions: &[], ..*facts };
            for row in all.grouped(MAX_GROUPS)?.build().fetch_all(connection).await? {
                apart.add(self.metric.unit, &row)?;
            }
        }
        Ok(())
    }

    /// The numbers of all facts together, and by group.
    pub(super) fn numbers(self) -> (Aggregates, Cells) {
        let unit = self.metric.unit;
        let (mut cells, mut all) = (Cells::new(), Heap::default());
        for (keys, mut heap) in self.heaps {
            if heap.n == 0 {
                continue;
            }
            let numbers = heap.aggregates(unit);
            if self.is_grouped {
                cells.insert(keys, numbers);
            }
            all.take(heap);
        }
        (self.apart.unwrap_or(all).aggregates(unit), cells)
    }
}

impl Heap {
    fn add(&mut self, unit: Unit, row: &sqlx::postgres::PgRow) -> Result<(), sqlx::Error> {
        self.n += row.try_get::<i64, _>("n")?;
        let values: Option<Vec<Option<i64>>> = row.try_get("v")?;
        let values = values.unwrap_or_default().into_iter().flatten();
        if unit == Unit::Share {
            self.hits += values.sum::<i64>();
        } else {
            self.values.extend(values);
        }
        Ok(())
    }

    fn take(&mut self, mut other: Self) {
        self.n += other.n;
        self.hits += other.hits;
        if self.values.is_empty() {
            self.values = other.values;
        } else {
            self.values.append(&mut other.values);
        }
    }

    fn aggregates(&mut self, unit: Unit) -> Aggregates {
        match unit {
            Unit::Share => {
                Aggregates { sum: (self.n > 0).then_some(self.hits), ..Aggregates::counted(self.n) }
            }
            unit if unit.has_values() => Aggregates::of(unit, &mut self.values),
            _ => Aggregates::counted(self.n),
        }
    }
}
