//! A command repeated with its key is done once, whoever repeats it where and when.

use ledgerdesk_tests::{
    TestDatabase,
    client::Client,
    server::{OWNER_KEY, Server, done},
};
use serde_json::{Value, json};

use crate::support::{another_workspace, count};

const OPENED: &str = "select count(*) from ledgerdesk.events where event_type = 'ConsultationOpened'";

fn opening(topic: &str, key: &str) -> Value {
    json!({ "topic": topic, "channel": "SITE", "idempotencyKey": key })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_repeats_at_once_on_two_nodes_are_one_command() {
    let database = TestDatabase::new().await;
    let nodes = [Server::start(&database.url()), Server::start(&database.url())];
    let repeats: Vec<_> = (0..20)
        .map(|number: usize| {
            let client = nodes[number % 2].client(OWNER_KEY);
            tokio::spawn(async move { client.mutate("openConsultation", opening("Once", "k")).await })
        })
        .collect();
    let mut answers = Vec::new();
    for repeat in repeats {
        answers.push(repeat.await.unwrap());
    }
    assert!(
        answers.iter().all(|answer| *answer == answers[0] && answer["createdId"].is_string()),
        "{answers:?}"
    );
    assert_eq!(count(&database, OPENED).await, 1);
}

#[tokio::test]
async fn a_repeat_after_a_crash_gets_the_first_answer_even_if_the_world_has_moved_on() {
    let database = TestDatabase::new().await;
    let mut server = Server::start(&database.url());
    let id = server.open("Moved on").await;
    let start = json!({ "consultationId": id, "expectedVersion": 1, "idempotencyKey": "start" });
    let first = server.mutate("startConsultation", start.clone()).await;
    server.mutate("resolveConsultation", json!({ "consultationId": id })).await;
    server.kill();
    let server = Server::start(&database.url());
    // Without its key it would be a conflict, and a transition that the rules forbid.
    assert_eq!(server.mutate("startConsultation", start).await, first);
    let nothing_new = json!({ "consultationId": id, "expectedVersion": 3, "idempotencyKey": "close" });
    assert_eq!(server.mutate("closeConsultation", nothing_new).await["version"], 4);
}

#[tokio::test]
async fn a_key_belongs_to_one_request_of_one_caller() {
    let database = TestDatabase::new().await;
    let server = Server::start(&database.url());
    server.mutate("openConsultation", opening("Mine", "k")).await;
    let (code, field) = server.refusal("openConsultation", opening("Not mine", "k")).await;
    assert_eq!((code.as_str(), &field), ("idempotency_key_reused", &json!("input.idempotencyKey")));
    let said = done(&database.url(), &["keys", "create", "--role", "bot", "--name", "another program"]);
    let colleague = server.client(said.lines().next().unwrap());
    let neighbour: Client = server.client(&another_workspace(&database).await);
    for other in [colleague, neighbour] {
        other.mutate("openConsultation", opening("Another's", "k")).await;
    }
    assert_eq!(count(&database, OPENED).await, 3);
}

#[tokio::test]
async fn a_refusal_uses_no_key_up() {
    let database = TestDatabase::new().await;
    let server = Server::start(&database.url());
    let id = server.open("Soon closed").await;
    let close = json!({ "consultationId": id, "idempotencyKey": "close" });
    assert_eq!(server.refusal("closeConsultation", close.clone()).await.0, "illegal_transition");
    server.mutate("resolveConsultation", json!({ "consultationId": id })).await;
    assert_eq!(server.mutate("closeConsultation", close).await["version"], 3);
}
