//! A backup was restored: the log ends earlier than what some have seen. Nobody continues on another history.

use ledgerdesk_tests::{
    TestDatabase,
    server::{OWNER_KEY, Server, done},
    socket::Socket,
    wait_until,
};
use serde_json::{Value, json};
use sqlx::Executor as _;

use crate::support::{count, wait_for_read_models};

/// What a point-in-time recovery leaves when the last consultation was opened after that point, and what the
/// operator does after it: the epoch is raised.
const RESTORE: &str = "
    alter table ledgerdesk.events disable trigger all;
    delete from ledgerdesk.events where position > 3;
    alter table ledgerdesk.events enable trigger all;
    alter table ledgerdesk.events enable always trigger events_are_append_only;
    delete from ledgerdesk.streams where last_position > 3;
    delete from ledgerdesk.commands where position > 3;
    update ledgerdesk.log_head set epoch = epoch + 1";

const EVENTS: &str = "subscription($after: String) { events(after: $after) { position } }";

/// What a subscriber with this cursor is told first.
async fn told(server: &Server, cursor: &Value) -> Value {
    let after = json!({ "after": cursor });
    let mut socket = Socket::subscribe(&server.address, OWNER_KEY, EVENTS, after).await.unwrap();
    socket.next().await.unwrap()["payload"].take()
}

async fn cursor(server: &Server) -> Value {
    server.query("{ logHead { cursor } }", json!({})).await["logHead"]["cursor"].take()
}

#[tokio::test]
async fn after_a_restore_no_reader_continues_on_another_history_and_a_rebuild_sets_the_read_models_right() {
    let database = TestDatabase::new().await;
    let url = database.url();
    let mut server = Server::start(&url);
    server.open("Kept one").await;
    server.open("Kept two").await;
    server.open("Lost").await;
    let lost = cursor(&server).await;
    wait_for_read_models(&database).await;
    assert_eq!(server.stop(rustix::process::Signal::TERM), Some(0));
    database.owner().await.execute(RESTORE).await.unwrap();

    let mut server = Server::start(&url);
    assert_eq!(told(&server, &lost).await[0]["extensions"]["code"], "CURSOR_OF_ANOTHER_HISTORY");
    // Also when the log has grown past the place again.
    server.open("New one").await;
    server.open("New two").await;
    assert_eq!(told(&server, &lost).await[0]["extensions"]["code"], "CURSOR_OF_ANOTHER_HISTORY");
    let paused = "select count(*) from ledgerdesk.projections where status = 'paused'";
    wait_until("the read models have stopped", async || {
        count(&database, paused).await == i64::try_from(ledgerdesk_tests::read_models()).unwrap()
    })
    .await;
    assert!(server.get("/health/ready").await.1.contains("paused"));
    done(&url, &["log", "verify"]);

    done(&url, &["projections", "rebuild", "--all"]);
    let topics =
        "{ consultations(first: 10, orderBy: { field: OPENED_AT, direction: ASC }) { nodes { topic } } }";
    let right: Vec<_> =
        ["Kept one", "Kept two", "New one", "New two"].map(|topic| json!({ "topic": topic })).into();
    wait_until("the read models are right", async || {
        server.query(topics, json!({})).await["consultations"]["nodes"] == json!(right)
    })
    .await;
    // And they follow again.
    let min = server.mutate("openConsultation", json!({ "topic": "New three", "channel": "SITE" })).await;
    let shown = "query($min: Position) { consultations(first: 1, minPosition: $min) { totalCount } }";
    let shown = server.query(shown, json!({ "min": min["position"] })).await;
    assert_eq!(shown["consultations"]["totalCount"], 5);
    assert_eq!(server.stop(rustix::process::Signal::TERM), Some(0));
    done(&url, &["projections", "check", "--all"]);
}

/// The operator should stop the nodes before a restore. Where one was forgotten, it notices by itself.
#[tokio::test]
async fn a_node_that_runs_through_a_restore_tells_its_readers_and_goes_on_with_what_is_left() {
    let database = TestDatabase::new().await;
    let url = database.url();
    let mut server = Server::start(&url);
    let kept = server.open("Kept one").await;
    server.open("Kept two").await;
    server.open("Lost").await;
    let lost = cursor(&server).await;
    let mut caught_up =
        Socket::subscribe(&server.address, OWNER_KEY, EVENTS, json!({ "after": "0" })).await.unwrap();
    for position in 1..=4 {
        assert_eq!(caught_up.data().await.unwrap()["events"]["position"], position);
    }
    wait_for_read_models(&database).await;
    database.owner().await.execute(RESTORE).await.unwrap();

    // The subscriber is told without asking, and so is whoever comes with a newer cursor.
    let ended = caught_up.next().await.unwrap();
    assert_eq!(ended["payload"]["errors"][0]["extensions"]["code"], "CURSOR_OF_ANOTHER_HISTORY", "{ended}");
    assert_eq!(told(&server, &lost).await[0]["extensions"]["code"], "CURSOR_OF_ANOTHER_HISTORY");
    let paused = "select count(*) from ledgerdesk.projections where status = 'paused'";
    wait_until("the read models have stopped", async || {
        count(&database, paused).await == i64::try_from(ledgerdesk_tests::read_models()).unwrap()
    })
    .await;

    // What it remembered of the lost end is in nobody's way: it appends to what is left.
    let note = json!({ "consultationId": kept, "text": "after the restore", "idempotencyKey": "note" });
    let noted = server.mutate("addNote", note.clone()).await;
    assert_eq!((&noted["position"], &noted["version"]), (&json!(4), &json!(2)));
    assert_eq!(server.mutate("addNote", note).await, noted);
    server.open("New one").await;
    assert_eq!(told(&server, &lost).await[0]["extensions"]["code"], "CURSOR_OF_ANOTHER_HISTORY");
    done(&url, &["log", "verify"]);

    done(&url, &["projections", "rebuild", "--all"]);
    let shown = "query($min: Position) { consultations(first: 1, minPosition: $min) { totalCount } }";
    let min = server.head().await;
    let shown = server.query(shown, json!({ "min": min })).await;
    assert_eq!(shown["consultations"]["totalCount"], 3);
    assert_eq!(server.stop(rustix::process::Signal::TERM), Some(0));
    done(&url, &["projections", "check", "--all"]);
}
