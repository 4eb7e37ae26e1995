//! A stop under load: drained, nothing half-done.

use std::sync::Arc;

use ledgerdesk_tests::{
    TestDatabase,
    client::{Client, mutation},
    server::{OWNER_KEY, PATIENCE, Server, done},
    socket::Socket,
    wait_until,
};
use rustix::process::Signal;
use serde_json::json;
use tokio::{sync::Mutex, time::timeout};

const WRITERS: usize = 8;

/// Writes until the server is gone; keeps what was acknowledged.
async fn write(client: Client, acknowledged: Arc<Mutex<Vec<i64>>>) {
    let document = mutation("openConsultation");
    let input = json!({ "input": { "topic": "under load", "channel": "SITE" } });
    while let Some(answer) = client.try_post(&document, &input).await {
        let Some(position) = answer["data"]["openConsultation"]["position"].as_i64() else { return };
        acknowledged.lock().await.push(position);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_under_load_keeps_every_acknowledged_command_and_closes_its_sockets() {
    let database = TestDatabase::new().await;
    let mut server = Server::start(&database.url());
    let subscription = "subscription { events { position } }";
    let mut socket = Socket::subscribe(&server.address, OWNER_KEY, subscription, json!({})).await.unwrap();
    let acknowledged: Arc<Mutex<Vec<i64>>> = Arc::default();
    let writers: Vec<_> =
        (0..WRITERS).map(|_| tokio::spawn(write(server.client(OWNER_KEY), acknowledged.clone()))).collect();
    let reached = acknowledged.clone();
    wait_until("there is load", async || reached.lock().await.len() >= 40).await;
    assert_eq!(server.stop(Signal::TERM), Some(0));
    for writer in writers {
        timeout(PATIENCE, writer).await.expect("the writer notices").unwrap();
    }
    assert_eq!(socket.closed().await.unwrap(), 1001, "going away");

    let acknowledged = acknowledged.lock().await;
    let found: i64 = sqlx::query_scalar("select count(*) from ledgerdesk.events where position = any($1)")
        .bind(&*acknowledged)
        .fetch_one(database.pool())
        .await
        .unwrap();
    assert_eq!(found, i64::try_from(acknowledged.len()).unwrap());
    done(&database.url(), &["log", "verify"]);
    let log = server.log();
    assert!(!log.contains("\"level\":\"ERROR\""), "a stop is no fault: {log}");
}

#[tokio::test]
async fn a_server_tells_how_it_is() {
    let database = TestDatabase::new().await;
    let mut server = Server::start(&database.url());
    server.open("counted").await;
    assert_eq!(server.get("/health/live").await.0, 200);
    let (status, ready) = server.get("/health/ready").await;
    let ready: serde_json::Value = serde_json::from_str(&ready).unwrap();
    assert_eq!((status, &ready["status"], &ready["database"]), (200, &json!("ready"), &json!(true)));
    assert_eq!(ready["head"], server.head().await);
    assert_eq!(ready["projections"].as_array().unwrap().len(), ledgerdesk_tests::read_models(), "{ready}");
    let (status, metrics) = server.get("/metrics").await;
    assert_eq!(status, 200);
    assert!(metrics.ends_with("# EOF\n") && metrics.contains("OpenConsultation"), "{metrics}");
    for line in server.log().lines() {
        serde_json::from_str::<serde_json::Value>(line).expect(line);
    }
    assert_eq!(server.stop(Signal::INT), Some(0));
    assert!(server.try_post("{ me { role } }", &json!({})).await.is_none());
}
