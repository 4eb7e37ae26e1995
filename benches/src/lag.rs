//! How far the read models are behind the log, watched from outside: one look after the other at the end of the log
//! and at every checkpoint, both of the same snapshot.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use sqlx::{Connection as _, PgConnection, Row as _};
use tokio::{sync::watch, task::JoinHandle};

use crate::{report::median, times::Times};

/// The pause between two looks; a lag is told too long by at most one look.
const PAUSE: Duration = Duration::from_millis(2);
/// How long the read models may take to catch up in the end.
const PATIENCE: Duration = Duration::from_mins(1);

/// One look.
struct Look {
    at: Instant,
    head: i64,
    models: BTreeMap<String, i64>,
}

/// A watch that goes on.
pub(crate) struct Lag {
    connection: PgConnection,
    rows: BTreeMap<String, i64>,
    stop: watch::Sender<bool>,
    watching: JoinHandle<Result<Vec<Look>>>,
}

impl Lag {
    /// Begins to watch.
    pub(crate) async fn watch(url: &str) -> Result<Self> {
        let mut connection = PgConnection::connect(url).await?;
        let rows = rows(&mut connection).await?;
        let (stop, stopped) = watch::channel(false);
        let watching = tokio::spawn(looks(PgConnection::connect(url).await?, stopped));
        Ok(Self { connection, rows, stop, watching })
    }

    /// Waits until the read models have caught up: how far the slowest of those that changed was behind.
    pub(crate) async fn stop(mut self) -> Result<Slowest> {
        let caught_up = async {
            while !caught_up(&mut self.connection).await? {
                tokio::time::sleep(PAUSE * 10).await;
            }
            anyhow::Ok(())
        };
        tokio::time::timeout(PATIENCE, caught_up).await.context("the read models do not catch up")??;
        self.stop.send_replace(true);
        let looks = self.watching.await??;
        let rows = rows(&mut self.connection).await?;
        self.connection.close().await?;
        let changed = rows.iter().filter(|(name, rows)| self.rows.get(*name) != Some(*rows));
        let lags = changed.map(|(name, _)| (name.clone(), lags(&looks, name)));
        let slowest = lags.max_by(|(_, one), (_, other)| one.percentile(99).total_cmp(&other.percentile(99)));
        let (name, times) = slowest.context("no read model has changed")?;
        Ok(Slowest { name, p50: times.percentile(50), p99: times.percentile(99) })
    }
}

/// Whether nothing is behind. A checkpoint that only passes over events that change nothing comes later.
async fn caught_up(connection: &mut PgConnection) -> Result<bool> {
    let behind: i64 = sqlx::query_scalar(
        "select count(*) from ledgerdesk.projections \
         where build = 'live' and position < (select max(position) from ledgerdesk.events)",
    )
    .fetch_one(connection)
    .await?;
    Ok(behind == 0)
}

async fn looks(mut connection: PgConnection, stopped: watch::Receiver<bool>) -> Result<Vec<Look>> {
    let mut looks = Vec::new();
    while !*stopped.borrow() {
        let row = sqlx::query(
            "select (select coalesce(max(position), 0) from ledgerdesk.events) as head, \
             array_agg(name) as names, array_agg(position) as positions \
             from ledgerdesk.projections where build = 'live'",
        )
        .fetch_one(&mut connection)
        .await?;
        let names: Vec<String> = row.try_get("names")?;
        let positions: Vec<i64> = row.try_get("positions")?;
        let models = names.into_iter().zip(positions).collect();
        // What a look shows was there when its answer came.
        looks.push(Look { at: Instant::now(), head: row.try_get("head")?, models });
        tokio::time::sleep(PAUSE).await;
    }
    connection.close().await?;
    Ok(looks)
}

/// How many rows each read model has.
async fn rows(connection: &mut PgConnection) -> Result<BTreeMap<String, i64>> {
    let names: Vec<String> =
        sqlx::query_scalar("select name from ledgerdesk.projections where build = 'live'")
            .fetch_all(&mut *connection)
            .await?;
    ensure!(!names.is_empty(), "there are no read models");
    let mut rows = BTreeMap::new();
    for name in names {
        let count = format!("select count(*) from read.{name}");
        let count = sqlx::query_scalar(sqlx::AssertSqlSafe(count)).fetch_one(&mut *connection).await?;
        rows.insert(name, count);
    }
    Ok(rows)
}

/// For each event that came during the watch: from the last look before its commit to the first look that showed
/// the read model at it. Too long rather than too short.
fn lags(looks: &[Look], name: &str) -> Times {
    let mut times = Vec::new();
    let mut shown = looks.iter();
    let Some(mut seen) = shown.next() else { return Times::new(times, Duration::ZERO) };
    for pair in looks.windows(2) {
        let [before, after] = pair else { continue };
        for position in before.head + 1..=after.head {
            while seen.models.get(name).is_some_and(|model| *model < position) {
                let Some(next) = shown.next() else { return Times::new(times, Duration::ZERO) };
                seen = next;
            }
            times.push(seen.at.saturating_duration_since(before.at));
        }
    }
    Times::new(times, Duration::ZERO)
}

/// The read model that was farthest behind.
pub(crate) struct Slowest {
    name: String,
    p50: f64,
    p99: f64,
}

/// The rounds of a watch.
#[derive(Default)]
pub(crate) struct Lags(Vec<Slowest>);

impl Lags {
    pub(crate) fn push(&mut self, slowest: Slowest) {
        self.0.push(slowest);
    }

    /// The medians, and which read model it was in the worst round.
    pub(crate) fn told(&self) -> String {
        let middle = |value: fn(&Slowest) -> f64| median(self.0.iter().map(value).collect());
        let worst = self.0.iter().max_by(|one, other| one.p99.total_cmp(&other.p99));
        format!(
            "p50 {:.0} ms, p99 {:.0} ms ({})",
            middle(|slowest| slowest.p50),
            middle(|slowest| slowest.p99),
            worst.map_or("", |slowest| &slowest.name)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lag_counts_from_the_last_look_before_the_commit() {
        let start = Instant::now();
        let look = |after: u64, head, model| Look {
            at: start + Duration::from_millis(after),
            head,
            models: BTreeMap::from([("list".to_owned(), model)]),
        };
        let looks = [look(0, 10, 10), look(5, 12, 10), look(10, 12, 11), look(20, 12, 12)];
        let times = lags(&looks, "list");
        assert_eq!((times.percentile(0), times.percentile(99)), (10.0, 20.0));
        // Another one that never gets there has no times that flatter it.
        assert!(lags(&looks[..2], "list").percentile(99).is_nan());
    }
}
