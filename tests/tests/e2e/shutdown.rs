//! A stop under load: drained, nothing half-done.

use std::sync::Arc;

use ledgerdesk_tests::{
    TestDatabase,
    server::{OWNER_KEY, Server, mutation, run},
    socket::Socket,
    wait_until,
};
use rustix::process::Signal;
use serde_json::json;
use tokio::sync::Mutex;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_under_load_keeps_every_acknowledged_command_and_closes_its_sockets() {
    let database = TestDatabase::new().await;
    let mut server = Server::start(&database.url());
    for path in ["/health/live", "/health/ready", "/metrics"] {
        let (status, body) = server.get(path).await;
        assert_eq!(status, 200, "{path}: {body}");
    }
    let subscription = "subscription { events { position } }";
    let mut socket = Socket::subscribe(&server.address, OWNER_KEY, subscription, json!({})).await.unwrap();
    let acknowledged: Arc<Mutex<Vec<i64>>> = Arc::default();
    let writers: Vec<_> = (0..8)
        .map(|_| {
            let (acknowledged, url) = (acknowledged.clone(), format!("http://{}/graphql", server.address));
            tokio::spawn(async move {
                let client = reqwest::Client::new();
                let body = json!({
                    "query": mutation("openConsultation"),
                    "variables": { "input": { "topic": "under load", "channel": "SITE" } },
                });
                while let Ok(answer) = client.post(&url).bearer_auth(OWNER_KEY).json(&body).send().await {
                    let answer: serde_json::Value = answer.json().await.unwrap_or_default();
                    let Some(position) = answer["data"]["openConsultation"]["position"].as_i64() else {
                        break;
                    };
                    acknowledged.lock().await.push(position);
                }
            })
        })
        .collect();
    let reached = acknowledged.clone();
    wait_until("there is load", async || reached.lock().await.len() >= 40).await;
    assert_eq!(server.stop(Signal::TERM), Some(0));
    for writer in writers {
        writer.await.unwrap();
    }
    let closed = loop {
        let message = socket.next().await.unwrap();
        if message.get("closed").is_some() {
            break message;
        }
    };
    assert_eq!(closed["closed"], 1001, "going away");
    let acknowledged = acknowledged.lock().await;
    let found: i64 = sqlx::query_scalar("select count(*) from ledgerdesk.events where position = any($1)")
        .bind(&*acknowledged)
        .fetch_one(database.pool())
        .await
        .unwrap();
    assert_eq!(found, i64::try_from(acknowledged.len()).unwrap());
    assert!(run(&database.url(), &["log", "verify"]).status.success());
}
