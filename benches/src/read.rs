//! The whole log by one reader that knows nothing of it: ordered, decrypted, decoded.

use std::time::Instant;

use anyhow::Result;
use ledgerdesk_infrastructure::event_store::{Cursor, EventStore};
use ledgerdesk_tests::node::Node;

use crate::{
    Bench, ROUNDS,
    log::{Log, to_f64},
    report::{Report, median, number},
    scan,
};

/// As many events a page as a rebuild takes.
const PAGE: usize = 5_000;

pub(crate) async fn measure(log: &Log, report: &mut Report) -> Result<()> {
    let pool = Bench::pool(&log.url).await?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        theirs.push(to_f64(log.events) / scan::run(&pool).await?);
        ours.push(to_f64(log.events) / catch_up(&pool).await?);
    }
    pool.close().await;
    let (rate, baseline) = (median(ours), median(theirs));
    report.row(
        "catch-up read of the whole log by one reader, events/s",
        format!("{:.2} × ({}/s)", rate / baseline, number(rate)),
        format!("{}: {}/s", scan::WHAT, number(baseline)),
        "≥ 300,000/s",
    );
    Ok(())
}

/// Seconds from the first event to the last, by a node that has just started.
pub(crate) async fn catch_up(pool: &sqlx::PgPool) -> Result<f64> {
    let node = Node::open(pool).await;
    let read = read_all(&node.store).await;
    node.close().await;
    read
}

async fn read_all(store: &EventStore) -> Result<f64> {
    let head = store.head().position;
    let started = Instant::now();
    let mut follower = store.follow(Cursor::START).await?;
    while follower.cursor().position < head {
        follower.next_page(PAGE).await?;
    }
    Ok(started.elapsed().as_secs_f64())
}
