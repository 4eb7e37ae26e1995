//! A disk that is full: told, nothing half-written, and when there is room again everything goes on.

use ledgerdesk_tests::{
    TestDatabase,
    server::{Server, done},
};
use serde_json::{Value, json};
use sqlx::Executor as _;

use crate::support::count;

const EVERYTHING: &str = "select (select count(*) from ledgerdesk.events) \
    + (select count(*) from ledgerdesk.streams) + (select count(*) from ledgerdesk.commands) \
    + (select count(*) from ledgerdesk.person_keys)";

/// PostgreSQL's own answer when it cannot extend a file, at the last of the tables that an append writes.
const FULL: &str = "create function full_disk() returns trigger language plpgsql as $$ begin
        raise exception 'could not extend file: No space left on device' using errcode = 'disk_full';
    end $$;
    create trigger full_disk before insert on ledgerdesk.commands execute function full_disk()";

#[tokio::test]
async fn a_full_disk_refuses_writes_whole_and_reads_go_on() {
    let database = TestDatabase::new().await;
    let mut server = Server::start(&database.url());
    let id = server.open("Written while there was room").await;
    let before = count(&database, EVERYTHING).await;
    let mut owner = database.owner().await;
    owner.execute(FULL).await.unwrap();

    let note = json!({ "consultationId": id, "text": "too much", "idempotencyKey": "note" });
    let mutation = ledgerdesk_tests::client::mutation("addNote");
    let refused = server.post(&mutation, json!({ "input": note })).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "UNAVAILABLE", "{refused}");
    assert_eq!(refused["data"], Value::Null);
    assert!(!refused.to_string().contains("No space left"), "the inside stays inside: {refused}");
    assert!(server.log().contains("No space left"), "the operator is told: {}", server.log());
    assert_eq!(count(&database, EVERYTHING).await, before);
    let shown =
        server.query("query($id: ID!) { consultation(id: $id) { topic } }", json!({ "id": id })).await;
    assert_eq!(shown["consultation"]["topic"], "Written while there was room");

    owner.execute("drop trigger full_disk on ledgerdesk.commands").await.unwrap();
    assert_eq!(server.mutate("addNote", note).await["version"], 2);
    assert_eq!(server.stop(rustix::process::Signal::TERM), Some(0));
    done(&database.url(), &["log", "verify"]);
}
