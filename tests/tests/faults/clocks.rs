//! Clocks that jump and clocks that disagree. At the level of the store: there the clock is an argument.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use ledgerdesk_infrastructure::{
    clock::{Clock, SystemClock},
    event_store::{AppenderLimits, verify},
};
use ledgerdesk_tests::{
    TestDatabase,
    faults::{
        Chance,
        chance::{scaled, seed},
    },
    node::Node,
};

/// A clock that jumps at every look, up to a year back or ahead.
struct Jumping(Mutex<Chance>);

impl Clock for Jumping {
    fn now(&self) -> DateTime<Utc> {
        const YEAR: usize = 365 * 24 * 3_600;
        let seconds = self.0.lock().unwrap_or_else(PoisonError::into_inner).number(0..2 * YEAR);
        SystemClock.now() + TimeDelta::seconds(i64::try_from(seconds).unwrap_or(0)) - TimeDelta::days(365)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clocks_that_jump_and_disagree_never_make_recorded_time_run_back() {
    let seed = seed();
    let database = TestDatabase::new().await;
    let mut nodes = Vec::new();
    for node in ["one", "two"] {
        let clock = Arc::new(Jumping(Mutex::new(Chance::new(seed, node))));
        nodes.push(Node::open_with(database.pool(), AppenderLimits::default(), clock).await);
    }
    let each = scaled(50, 500);
    let writers: Vec<_> = (0..8_usize)
        .map(|writer| {
            let node = nodes[writer % 2].clone();
            tokio::spawn(async move {
                for number in 0..each {
                    node.open_consultation(None, &format!("writer {writer}, command {number}")).await;
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.expect("the writer ends");
    }
    let steps: Vec<(i64, DateTime<Utc>, DateTime<Utc>)> =
        sqlx::query_as("select position, recorded_at, occurred_at from ledgerdesk.events order by position")
            .fetch_all(database.pool())
            .await
            .expect("the log can be read");
    assert_eq!(steps.len(), 8 * each);
    assert!((1..).zip(&steps).all(|(place, step)| step.0 == place), "positions have no gap");
    assert!(steps.is_sorted_by_key(|step| step.1), "recorded time runs back");
    assert!(!steps.is_sorted_by_key(|step| step.2), "the clocks did not jump");
    let verification = verify(database.pool(), |_, _| ()).await.expect("the log can be verified");
    assert_eq!(verification.finding, None);
    println!("clocks: seed {seed}: {} events from 2 nodes whose clocks jump at every look", steps.len());
}
