//! An event that ends the process: each attempt on it is counted before it is made, and in the end it is parked.

use std::process::{Child, Stdio};

use ledgerdesk_tests::{
    TestDatabase,
    server::{Server, done, ledgerdesk},
    wait_until,
};
use rustix::process::Signal;
use serde_json::json;
use sqlx::Executor as _;

use crate::support::{count, on, wait_for_read_models};

/// Whatever writes a row with the word hangs for as long as anybody cares.
const TRAP: &str = "
    create function public.hangs(entry text) returns boolean language plpgsql as $$
    begin
        if entry like '%trap%' then perform pg_sleep(3600); end if;
        return true;
    end $$;
    alter table read.messages add constraint trap check (public.hangs(body))";
const HANGS: &str = "select count(*) from pg_stat_activity
    where datname = current_database() and wait_event = 'PgSleep'";
/// What the death of a node brings about, without waiting for it: its connections break, its leases expire.
const BURY: [&str; 2] = [
    "select pg_terminate_backend(pid, 10000) from pg_stat_activity
      where datname = current_database() and wait_event = 'PgSleep'",
    "update ledgerdesk.projections set expires_at = clock_timestamp() where holder is not null",
];
const ATTEMPTS: &str =
    "select attempts::bigint from ledgerdesk.projections where name = 'messages' and build = 'live'";

fn start(url: &str) -> Child {
    let mut command = ledgerdesk(url);
    command.args(["serve", "--listen", "127.0.0.1:0"]).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().unwrap()
}

/// How many sessions hang. Only the owner sees what others wait for.
async fn hanging(database: &TestDatabase) -> i64 {
    sqlx::query_scalar(HANGS).fetch_one(&mut database.owner().await).await.unwrap()
}

async fn kill(database: &TestDatabase, child: &mut Child) {
    child.kill().unwrap();
    child.wait().unwrap();
    for statement in BURY {
        database.owner().await.execute(statement).await.unwrap();
    }
    wait_until("nothing hangs any more", async || hanging(database).await == 0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_is_killed_in_the_middle_of_an_attempt_has_counted_it() {
    let database = TestDatabase::new().await;
    let url = database.url();
    let mut server = Server::start(&url);
    let id = server.open("With a trap").await;
    wait_for_read_models(&database).await;
    database.owner().await.execute(TRAP).await.unwrap();
    let message = |text: &str| on(&id, json!({ "channel": "SITE", "text": text }));
    server.mutate("receiveMessage", message("a trap")).await;
    wait_until("the first try hangs", async || hanging(&database).await == 1).await;
    server.kill();
    for statement in BURY {
        database.owner().await.execute(statement).await.unwrap();
    }
    for attempt in 1..=3 {
        let mut node = start(&url);
        wait_until("the next attempt hangs", async || hanging(&database).await == 1).await;
        assert_eq!(count(&database, ATTEMPTS).await, attempt, "counted before it is made");
        kill(&database, &mut node).await;
        assert_eq!(count(&database, ATTEMPTS).await, attempt, "and not lost");
    }
    let mut server = Server::start(&url);
    wait_for_read_models(&database).await;
    let parked = done(&url, &["projections", "parked", "messages"]);
    assert!(parked.contains("the process ended each time"), "{parked}");
    assert!(done(&url, &["projections", "list"]).contains("running"));

    // Others go on; after the repair the event is applied.
    server.mutate("receiveMessage", message("harmless")).await;
    wait_for_read_models(&database).await;
    assert_eq!(count(&database, "select count(*) from read.messages").await, 1);
    let mend = "alter table read.messages drop constraint trap";
    database.owner().await.execute(mend).await.unwrap();
    let replayed = done(&url, &["projections", "replay", "messages"]);
    assert!(replayed.contains("1 events applied, 0 still parked"), "{replayed}");
    assert_eq!(server.stop(Signal::TERM), Some(0));
    done(&url, &["projections", "check", "messages"]);
}
