//! Real logs, imported as an operator does it: whole, again, and by a process that is killed half-way.

use std::path::{Path, PathBuf};

use ledgerdesk_tests::{
    TestDatabase,
    server::{Server, done, ledgerdesk},
    skipped, wait_until,
};

use crate::support::{count, shared_log};

const EVENTS: &str = "select count(*) from ledgerdesk.events";
const OPENED: &str = "select count(*) from ledgerdesk.events where event_type = 'ConsultationOpened'";

/// What the log tells, whatever workspace it was told in and whatever else stands between: per consultation what
/// happened when, from which row.
const TOLD: &str = "select md5(string_agg(line, e'\\n' order by line collate \"C\")) from (
    select concat_ws('|', metadata -> 'source' ->> 'reference', stream_type, stream_version, event_type, occurred_at,
                     metadata -> 'actor' ->> 'kind') as line
      from ledgerdesk.events where metadata -> 'source' ->> 'system' like 'import:%') lines";

/// A database with a workspace and no server.
async fn empty() -> TestDatabase {
    let database = TestDatabase::new().await;
    done(&database.url(), &["projections", "list"]);
    database
}

fn import(database: &TestDatabase, mapping: &str, source: &Path) -> String {
    done(&database.url(), &["import", "--mapping", mapping, source.to_str().unwrap()])
}

async fn told(database: &TestDatabase) -> String {
    sqlx::query_scalar(TOLD).fetch_one(database.pool()).await.unwrap()
}

/// Imports, kills the process once more than `killed_at` events are there, and imports again.
async fn import_killed(database: &TestDatabase, mapping: &str, source: &Path, killed_at: i64) {
    let mut process = ledgerdesk(&database.url())
        .args(["import", "--mapping", mapping, source.to_str().unwrap()])
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    wait_until("some of it is written", async || count(database, EVENTS).await > killed_at).await;
    process.kill().unwrap();
    let status = process.wait().unwrap();
    assert!(!status.success(), "it was faster than its murderer");
    import(database, mapping, source);
}

/// Every event of every row is there, and every read model of it is what a rebuild makes.
fn assert_whole(database: &TestDatabase) {
    assert!(done(&database.url(), &["log", "verify"]).contains("The log is whole"));
    let checked = done(&database.url(), &["projections", "check", "--all"]);
    assert_eq!(checked.matches("rows are equal").count(), ledgerdesk_tests::read_models(), "{checked}");
}

fn shared(test: &str, log: &str) -> Option<PathBuf> {
    let found = shared_log(log);
    if found.is_none() {
        skipped(test, log);
    }
    found
}

#[tokio::test]
async fn the_help_desk_log_goes_in_whole_and_once_and_rebuilds_to_the_same_read_models() {
    let test = "the_help_desk_log_goes_in_whole";
    let Some(source) = shared(test, "helpdesk/helpdesk.csv.gz") else { return };
    let database = TestDatabase::new().await;
    // A server follows while the import runs beside it.
    let mut server = Server::start(&database.url());
    let summary = import(&database, "helpdesk", &source);
    assert!(
        summary.contains("21348 rows: 21348 written") && summary.contains("4580 consultations written"),
        "{summary}"
    );
    assert_eq!(count(&database, OPENED).await, 4_580);
    let rows = "select count(distinct metadata -> 'source' ->> 'reference') from ledgerdesk.events \
                where metadata -> 'source' ->> 'system' = 'import:helpdesk' and stream_type = 'consultation'";
    assert_eq!(count(&database, rows).await, 21_348, "every row of the source is in the log");
    let events = count(&database, EVENTS).await;
    import(&database, "helpdesk", &source);
    assert_eq!(count(&database, EVENTS).await, events, "a second run adds nothing");

    let min = server.head().await;
    let shown = "query($min: Position) { consultations(first: 1, minPosition: $min) { totalCount } }";
    wait_until("the read side has caught up", async || {
        let answer = server.post(shown, serde_json::json!({ "min": min })).await;
        answer["data"]["consultations"]["totalCount"] == 4_580
    })
    .await;
    assert_eq!(server.stop(rustix::process::Signal::TERM), Some(0));
    assert_whole(&database);
}

#[tokio::test]
async fn the_calls_go_in_with_their_outcomes_even_if_the_import_is_killed_half_way() {
    let test = "the_calls_go_in_with_their_outcomes";
    let Some(source) = shared(test, "calls_telecom_2021/calls.csv") else { return };
    let (undisturbed, killed) = (empty().await, empty().await);
    import(&undisturbed, "calls_telecom_2021", &source);
    let calls = "select count(*) from ledgerdesk.events where event_type = 'CallLogged'";
    assert_eq!(count(&undisturbed, calls).await, 5_000);
    let answered = "select count(*) from ledgerdesk.events \
                    where event_type = 'CallLogged' and payload ->> 'outcome' = 'ANSWERED'";
    assert_eq!(count(&undisturbed, answered).await, 4_054);

    import_killed(&killed, "calls_telecom_2021", &source, 1_000).await;
    assert_eq!(count(&killed, EVENTS).await, count(&undisturbed, EVENTS).await);
    assert_eq!(told(&killed).await, told(&undisturbed).await);
    assert_whole(&killed);
}

#[tokio::test]
async fn the_incident_log_goes_in_whole_where_the_large_tests_are_wanted() {
    let test = "the_incident_log_goes_in_whole";
    if std::env::var_os("LEDGERDESK_TEST_LARGE").is_none() {
        skipped(test, "the setting LEDGERDESK_TEST_LARGE=1");
        return;
    }
    let Some(source) = shared(test, "uci_incident/incident_event_log.csv.gz") else { return };
    let database = empty().await;
    let summary = import(&database, "uci_incident", &source);
    assert!(summary.contains("141712 rows") && summary.contains("24918 consultations written"), "{summary}");
    assert_eq!(count(&database, OPENED).await, 24_918);
    assert_whole(&database);
}

/// What needs no shared data: the demo is always there.
#[tokio::test]
async fn a_demo_killed_half_way_and_begun_again_rebuilds_to_the_same_read_models() {
    let database = TestDatabase::new().await;
    let mut server = Server::start(&database.url());
    let mut demo = ledgerdesk(&database.url())
        .args(["demo", "--count", "400"])
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    wait_until("some of it is written", async || count(&database, EVENTS).await > 500).await;
    demo.kill().unwrap();
    assert!(!demo.wait().unwrap().success(), "it was faster than its murderer");
    done(&database.url(), &["demo", "--count", "400"]);
    assert!(count(&database, OPENED).await >= 400);
    assert_eq!(server.stop(rustix::process::Signal::TERM), Some(0));
    assert_whole(&database);
}
