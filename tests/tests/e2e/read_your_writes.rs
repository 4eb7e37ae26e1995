//! Whoever wrote at a position can read at it: on any node, and within a bounded wait.

use ledgerdesk_tests::{TestDatabase, server::Server};
use serde_json::{Value, json};
use sqlx::Connection as _;

use crate::support::wait_for_read_models;

const LISTS: &str = "query($id: ID!, $min: Position!) {
    consultation(id: $id, minPosition: $min) { noteCount version }
    consultations(first: 1, minPosition: $min) { nodes { id noteCount } }
    history(consultationId: $id, last: 1, minPosition: $min) { nodes { text position } }
}";

#[tokio::test]
async fn what_one_node_wrote_the_other_shows_at_its_position() {
    let database = TestDatabase::new().await;
    let nodes = [Server::start(&database.url()), Server::start(&database.url())];
    let id = nodes[0].open("Read at once").await;
    for number in 1..=20 {
        let text = format!("note {number}");
        let written =
            nodes[number % 2].mutate("addNote", json!({ "consultationId": id, "text": text })).await;
        let position = &written["position"];
        let shown = nodes[(number + 1) % 2].query(LISTS, json!({ "id": id, "min": position })).await;
        let counted = json!({ "noteCount": number, "version": written["version"] });
        assert_eq!(shown["consultation"], counted);
        assert_eq!(shown["consultations"]["nodes"], json!([{ "id": id, "noteCount": number }]));
        assert_eq!(shown["history"]["nodes"], json!([{ "text": text, "position": position }]));
    }
}

#[tokio::test]
async fn a_mutation_answers_with_what_it_wrote() {
    let database = TestDatabase::new().await;
    let server = Server::start(&database.url());
    let open = "mutation($input: OpenConsultationInput!) {
        openConsultation(input: $input) { createdId consultation { id topic status version } } }";
    for number in 0..10 {
        let input = json!({ "topic": format!("Number {number}"), "channel": "SITE" });
        let answer = server.query(open, json!({ "input": input })).await["openConsultation"].take();
        let written = json!({
            "id": answer["createdId"], "topic": input["topic"], "status": "QUEUED", "version": 1,
        });
        assert_eq!(answer["consultation"], written);
    }
}

#[tokio::test]
async fn a_position_that_is_not_there_yet_is_refused_and_one_that_is_not_shown_yet_is_timed_out() {
    let database = TestDatabase::new().await;
    let server = Server::start(&database.url());
    let id = server.open("Held up").await;
    wait_for_read_models(&database).await;
    let head = server.head().await;
    let beyond = json!({ "id": id, "min": head + 1 });
    assert_eq!(server.fault(LISTS, beyond).await, "BAD_USER_INPUT");

    // Somebody holds the projection's row: it cannot move on.
    let mut owner = database.owner().await;
    let mut hold = owner.begin().await.unwrap();
    sqlx::query("select from ledgerdesk.projections where name = 'consultation_list' for update")
        .execute(&mut *hold)
        .await
        .unwrap();
    let note = json!({ "consultationId": id, "text": "not shown yet" });
    let written = server.mutate("addNote", note).await["position"].clone();
    let list = "query($min: Position) { consultations(first: 1, minPosition: $min) { nodes { noteCount } } }";
    assert_eq!(server.fault(list, json!({ "min": written })).await, "TIMEOUT");
    let shown = async |min: Value| {
        server.query(list, json!({ "min": min })).await["consultations"]["nodes"][0]["noteCount"].clone()
    };
    assert_eq!(shown(Value::Null).await, 0, "without a position it shows what is there");
    hold.rollback().await.unwrap();
    wait_for_read_models(&database).await;
    assert_eq!(shown(written).await, 1);
}
