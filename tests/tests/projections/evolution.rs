//! An event as an older program wrote it is read in its newest shape, everywhere.

use ledgerdesk_tests::{
    TestDatabase,
    raw::{RawEvent, append_raw},
    server::{OWNER_KEY, Server, done},
    socket::Socket,
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{last_opened, on, wait_for_read_models};

const PROMISE: &str = "query($id: ID!, $min: Position) {
    consultation(id: $id, minPosition: $min) { appointedFor appointedUntil } }";
const EVENTS: &str = "subscription($after: String) { events(after: $after) { type data position } }";

/// Appends an event of version 1 to the consultation that was opened last; its position.
async fn append_first_version(database: &TestDatabase, event_type: &'static str, payload: Value) -> i64 {
    let (workspace, consultation) = last_opened(database).await;
    let old = RawEvent { workspace, consultation, event_type, schema_version: 1, payload };
    append_raw(database.pool(), &old).await
}

#[tokio::test]
async fn a_promise_of_version_1_is_a_window_without_length_to_every_reader() {
    let database = TestDatabase::new().await;
    let mut server = Server::start(&database.url());
    let id = server.open("Promised long ago").await;
    let promise = json!({ "appointed_for": "2030-01-02T10:00:00Z" });
    let position = append_first_version(&database, "Appointed", promise).await;
    let moment = "2030-01-02T10:00:00+00:00";

    // Read models, rules, subscribers.
    let shown = server.query(PROMISE, json!({ "id": id, "min": position })).await;
    assert_eq!(shown["consultation"], json!({ "appointedFor": moment, "appointedUntil": moment }));
    let again = json!({ "appointedFor": "2030-01-03T10:00:00Z" });
    let refused = server.refusal("appointConsultation", on(&id, again)).await;
    assert_eq!(refused.0, "already_appointed", "the rules know of the old promise");
    let mut socket =
        Socket::subscribe(&server.address, OWNER_KEY, EVENTS, json!({ "after": "0" })).await.unwrap();
    let event = loop {
        let event = socket.data().await.unwrap()["events"].take();
        if event["position"] == position {
            break event;
        }
    };
    assert_eq!(event["type"], "Appointed");
    assert_eq!(event["data"]["appointed_until"], "2030-01-02T10:00:00Z");

    // What is written today stands beside it; the log is whole and every read model equals its rebuild.
    let window = json!({ "to": "2030-01-05T10:00:00Z", "initiator": { "kind": "CLIENT" } });
    server.mutate("redateConsultation", on(&id, window)).await;
    wait_for_read_models(&database).await;
    assert_eq!(server.stop(rustix::process::Signal::TERM), Some(0));
    assert!(done(&database.url(), &["log", "verify"]).contains("The log is whole"));
    done(&database.url(), &["projections", "check", "--all"]);
    let versions: Vec<(String, i16)> = sqlx::query_as(
        "select event_type, schema_version from ledgerdesk.events where event_type in ('Appointed', 'Redated')
          order by position",
    )
    .fetch_all(database.pool())
    .await
    .unwrap();
    assert_eq!(versions, [("Appointed".to_owned(), 1), ("Redated".to_owned(), 1)], "nothing was rewritten");
}

#[tokio::test]
async fn a_window_is_promised_shown_and_moved_as_a_whole() {
    let database = TestDatabase::new().await;
    let server = Server::start(&database.url());
    let id = server.open("Between two and four").await;
    let window = json!({
        "appointedFor": "2030-01-02T14:00:00Z", "appointedUntil": "2030-01-02T16:00:00Z",
    });
    server.mutate("appointConsultation", on(&id, window)).await;
    let to = json!({ "to": "2030-01-03T09:00:00Z", "initiator": { "kind": "CLIENT" } });
    let moved = server.mutate("redateConsultation", on(&id, to)).await;
    let shown = server.query(PROMISE, json!({ "id": id, "min": moved["position"] })).await;
    let expected =
        json!({ "appointedFor": "2030-01-03T09:00:00+00:00", "appointedUntil": "2030-01-03T11:00:00+00:00" });
    assert_eq!(shown["consultation"], expected);
    let backwards = json!({
        "appointedFor": "2030-01-02T14:00:00Z", "appointedUntil": "2030-01-02T13:00:00Z",
    });
    let refused = server.refusal("appointConsultation", on(&id, backwards)).await;
    assert_eq!(refused, ("out_of_range".to_owned(), json!("input.appointedUntil")));
}

const CALL: &str = "query($id: ID!, $min: Position) {
    consultation(id: $id, minPosition: $min) { calls(first: 1) { nodes { outcome recording } } }
    events(first: 100) { nodes { type data } } }";

#[tokio::test]
async fn the_recording_of_a_call_of_version_1_is_personal_and_erased_with_its_person() {
    let database = TestDatabase::new().await;
    let mut server = Server::start(&database.url());
    let id = server.open("Called long ago").await;
    let call = json!({
        "call_id": Uuid::from_u128(7), "direction": "OUTBOUND", "outcome": "ANSWERED", "attempt": 1,
        "started_at": "2026-01-02T10:00:00Z", "recording": "s3://recordings/7",
    });
    let position = append_first_version(&database, "CallLogged", call).await;
    let shown = server.query(CALL, json!({ "id": id, "min": position })).await;
    let call = json!({ "outcome": "ANSWERED", "recording": "s3://recordings/7" });
    assert_eq!(shown["consultation"]["calls"]["nodes"], json!([call]));

    let client = json!({ "kind": "PERSON", "name": "Anna" });
    let anna = server.mutate("registerClient", client).await["createdId"].clone();
    server.mutate("changeConsultationDetails", on(&id, json!({ "clientId": anna }))).await;
    let erased = server.mutate("eraseClient", json!({ "clientId": anna })).await;
    let shown = server.query(CALL, json!({ "id": id, "min": erased["position"] })).await;
    let call = json!({ "outcome": "ANSWERED", "recording": null });
    assert_eq!(shown["consultation"]["calls"]["nodes"], json!([call]));
    assert!(!shown.to_string().contains("recordings/7"), "{shown}");
    wait_for_read_models(&database).await;
    assert_eq!(server.stop(rustix::process::Signal::TERM), Some(0));
    done(&database.url(), &["projections", "check", "--all"]);
}
