//! Who leaves before the answer takes their statement along, long before its time runs out.

use std::time::{Duration, Instant};

use ledgerdesk_tests::{TestDatabase, client::Client, server::Server, wait_until};
use serde_json::json;
use sqlx::{Connection as _, Executor as _};

use crate::support::wait_for_read_models;

/// Statements of queries that wait for the table.
const WAITING: &str = "select count(*) from pg_stat_activity where datname = current_database() \
                       and wait_event_type = 'Lock' and query like 'select%read.consultation_list%'";

#[tokio::test]
async fn the_statement_of_a_client_that_leaves_ends_and_the_others_are_answered() {
    let database = TestDatabase::new().await;
    let server = Server::start(&database.url());
    let id = server.open("Held up").await;
    wait_for_read_models(&database).await;
    let mut owner = database.owner().await;
    let mut holding = owner.begin().await.unwrap();
    holding.execute("lock table read.consultation_list in access exclusive mode").await.unwrap();

    // Each asks for something else: who asks the same may share a statement.
    let list = |size: u8| format!("{{ consultations(first: {size}) {{ nodes {{ id }} }} }}");
    let ask = |size| {
        let client = Client::clone(&server);
        tokio::spawn(async move { client.try_post(&list(size), &json!({})).await })
    };
    let (leavers, stayer) = ([ask(1), ask(2), ask(3)], ask(4));
    // Only who owns the sessions is told what they do.
    let waiting =
        async || -> i64 { sqlx::query_scalar(WAITING).fetch_one(&mut database.owner().await).await.unwrap() };
    wait_until("all wait for the table", async || waiting().await == 4).await;
    let left = Instant::now();
    for leaver in leavers {
        leaver.abort();
    }
    wait_until("who stays waits alone", async || waiting().await == 1).await;
    let took = left.elapsed();
    assert!(took < Duration::from_secs(6), "{took:?}: half of what a statement may take");

    holding.rollback().await.unwrap();
    let answer = stayer.await.unwrap().unwrap();
    assert_eq!(answer["data"]["consultations"]["nodes"], json!([{ "id": id }]), "{answer}");
    // Connections that were closed are replaced.
    for _ in 0..40 {
        assert_eq!(server.query(&list(5), json!({})).await["consultations"]["nodes"][0]["id"], json!(id));
    }
}
