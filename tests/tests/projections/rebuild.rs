//! A rebuild that is stopped half-way: the live table knows nothing of it, and the next one goes on.

use std::process::{Child, Output, Stdio};

use ledgerdesk_tests::{
    TestDatabase,
    server::{Server, done, ledgerdesk, run, said},
    wait_until,
};
use rustix::process::{Pid, Signal, kill_process};
use sqlx::Connection as _;

use crate::support::{count, wait_for_read_models};

const KEPT: &str = "select coalesce(max(position), 0) from ledgerdesk.projections
    where build = 'rebuild' and holder is null and to_regclass('rebuild.' || name) is not null";

/// A database with some life in it and no server.
async fn lived_in() -> TestDatabase {
    let database = TestDatabase::new().await;
    let mut server = Server::start(&database.url());
    done(&database.url(), &["demo", "--count", "30"]);
    wait_for_read_models(&database).await;
    assert_eq!(server.stop(Signal::TERM), Some(0));
    database
}

/// Starts a rebuild of the calls and does something to it right before its swap, which a long query keeps away.
async fn before_its_swap(database: &TestDatabase, act: impl AsyncFnOnce(&mut Child)) -> Output {
    let mut owner = database.owner().await;
    let mut query = owner.begin().await.unwrap();
    sqlx::query("select count(*) from read.calls").execute(&mut *query).await.unwrap();
    let mut child = ledgerdesk(&database.url())
        .args(["projections", "rebuild", "calls", "--progress"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let waits = "select count(*) from pg_locks where not granted and mode = 'AccessExclusiveLock'
        and database = (select oid from pg_database where datname = current_database())";
    wait_until("the rebuild waits for the live table", async || count(database, waits).await == 1).await;
    act(&mut child).await;
    let output = tokio::task::spawn_blocking(move || child.wait_with_output().unwrap()).await.unwrap();
    query.rollback().await.unwrap();
    output
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ctrl_c_leaves_the_live_table_alone_and_the_next_rebuild_goes_on() {
    let database = lived_in().await;
    let url = database.url();
    let live = "select 'read.calls'::regclass::oid::bigint";
    let (table, head) =
        (count(&database, live).await, count(&database, "select max(position) from ledgerdesk.events").await);
    let stopped = before_its_swap(&database, async |child| {
        // Two at once, and one that does not exist.
        let second = run(&url, &["projections", "rebuild", "calls"]);
        assert!(said(&second).contains("code: projection_rebuilding"), "{}", said(&second));
        assert_eq!(second.status.code(), Some(1));
        let unknown = said(&run(&url, &["projections", "rebuild", "cals"]));
        assert!(unknown.contains("code: projection_unknown") && unknown.contains("calls"), "{unknown}");
        kill_process(Pid::from_child(child), Signal::INT).unwrap();
    })
    .await;
    let stopped = said(&stopped);
    assert!(stopped.contains("code: projection_interrupted"), "{stopped}");
    assert!(stopped.contains(&format!("calls: {head} of {head} events (100 %)")), "{stopped}");
    assert_eq!((count(&database, live).await, count(&database, KEPT).await), (table, head));
    let listed = done(&url, &["projections", "list"]);
    assert!(listed.contains(&format!("a rebuild was interrupted at {head}")), "{listed}");

    let continued = done(&url, &["projections", "rebuild", "calls"]);
    assert!(
        continued.contains(&format!("calls: rebuilt, continued from position {head}, live")),
        "{continued}"
    );
    assert_ne!(count(&database, live).await, table);
    done(&url, &["projections", "check", "calls"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rebuild_that_was_killed_is_continued_once_its_lease_has_expired_or_starts_from_zero() {
    let database = lived_in().await;
    let url = database.url();
    let killed = before_its_swap(&database, async |child| child.kill().unwrap()).await;
    assert!(!killed.status.success());
    let early = said(&run(&url, &["projections", "rebuild", "calls"]));
    assert!(early.contains("code: projection_rebuilding"), "{early}");
    let expired = "select count(*) from ledgerdesk.projections
        where build = 'rebuild' and expires_at <= clock_timestamp()";
    wait_until("the lease of the killed one expires", async || count(&database, expired).await == 1).await;
    let continued = done(&url, &["projections", "rebuild", "calls"]);
    assert!(continued.contains("continued from position"), "{continued}");

    let killed = before_its_swap(&database, async |child| child.kill().unwrap()).await;
    assert!(!killed.status.success());
    wait_until("the lease of the killed one expires", async || count(&database, expired).await == 1).await;
    // A node that leads takes care of it; what was built stays.
    let mut server = Server::start(&url);
    wait_until("the claim is taken from it", async || count(&database, KEPT).await > 0).await;
    let anew = done(&url, &["projections", "rebuild", "calls", "--from-zero"]);
    assert!(anew.contains("calls: rebuilt, live since"), "{anew}");
    assert_eq!(count(&database, KEPT).await, 0);
    assert_eq!(server.stop(Signal::TERM), Some(0));
    done(&url, &["projections", "check", "calls"]);
}
