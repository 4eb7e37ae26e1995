//! Two who change the same thing: the second is told, or both are done, as they asked.

use ledgerdesk_tests::{
    TestDatabase,
    client::mutation,
    server::{OWNER_KEY, Server},
};
use serde_json::{Value, json};

/// Runs sixteen mutations at once, half on each of two nodes; all answers.
async fn at_once(nodes: &[Server; 2], verb: &'static str, input: impl Fn(usize) -> Value) -> Vec<Value> {
    let running: Vec<_> = (0..16)
        .map(|number: usize| {
            let (client, input) = (nodes[number % 2].client(OWNER_KEY), input(number));
            tokio::spawn(async move { client.post(&mutation(verb), json!({ "input": input })).await })
        })
        .collect();
    let mut answers = Vec::new();
    for answer in running {
        answers.push(answer.await.unwrap());
    }
    answers
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_sixteen_who_saw_the_same_version_one_succeeds_and_the_others_are_told_both() {
    let database = TestDatabase::new().await;
    let nodes = [Server::start(&database.url()), Server::start(&database.url())];
    let id = nodes[0].open("Contended").await;
    let note =
        |number| json!({ "consultationId": id, "text": format!("note {number}"), "expectedVersion": 1 });
    let answers = at_once(&nodes, "addNote", note).await;
    let (done, refused): (Vec<_>, Vec<_>) =
        answers.iter().partition(|answer| answer["data"]["addNote"]["version"] == 2);
    assert_eq!(done.len(), 1, "{answers:?}");
    for answer in refused {
        let error = &answer["errors"][0]["extensions"];
        assert_eq!(
            (&error["code"], &error["expected"], &error["actual"]),
            (&json!("CONFLICT"), &json!(1), &json!(2))
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixteen_who_expect_nothing_all_succeed_one_after_the_other() {
    let database = TestDatabase::new().await;
    let nodes = [Server::start(&database.url()), Server::start(&database.url())];
    let id = nodes[0].open("Shared").await;
    let note = |number| json!({ "consultationId": id, "text": format!("note {number}") });
    let answers = at_once(&nodes, "addNote", note).await;
    let mut versions: Vec<_> = answers
        .iter()
        .map(|answer| answer["data"]["addNote"]["version"].as_i64().unwrap_or_default())
        .collect();
    versions.sort_unstable();
    assert_eq!(versions, (2..=17).collect::<Vec<_>>(), "{answers:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_sixteen_handovers_asked_for_at_once_one_is_open() {
    let database = TestDatabase::new().await;
    let nodes = [Server::start(&database.url()), Server::start(&database.url())];
    let id = nodes[0].open("One open handover").await;
    let answers = at_once(&nodes, "requestHandover", |_| json!({ "consultationId": id })).await;
    let refused: Vec<_> = answers
        .iter()
        .filter_map(|answer| answer["data"]["requestHandover"]["userErrors"][0]["code"].as_str())
        .collect();
    assert_eq!(refused, ["handover_already_open"; 15], "{answers:?}");
}
