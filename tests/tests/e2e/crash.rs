//! Two nodes, killed one after the other under load: delivered = committed = 1..head.

use std::{collections::HashMap, sync::Arc};

use ledgerdesk_tests::{
    TestDatabase,
    client::mutation,
    server::{OWNER_KEY, PATIENCE, Server, done},
    socket::Socket,
    wait_until,
};
use serde_json::{Value, json};
use tokio::{
    sync::{Mutex, RwLock, watch},
    time::timeout,
};

const WRITERS: usize = 16;
const COMMANDS: usize = 25;
const EVENTS: &str = "subscription($after: String) { events(after: $after) { position cursor } }";

type Nodes = Arc<RwLock<[Server; 2]>>;
type Acknowledged = Arc<Mutex<HashMap<String, i64>>>;

/// Sends each command until it is acknowledged, to whichever node answers; keeps the acknowledged positions.
async fn write(nodes: Nodes, writer: usize, acknowledged: Acknowledged) {
    let document = mutation("openConsultation");
    for number in 0..COMMANDS {
        let name = format!("writer {writer}, command {number}");
        let input = json!({ "input": { "topic": name, "channel": "SITE", "idempotencyKey": name } });
        let mut attempt = writer;
        let position = loop {
            attempt += 1;
            // The guard is given back before the answer comes: a node is killed while it works.
            let client = (*nodes.read().await[attempt % 2]).clone();
            let answer = client.try_post(&document, &input).await;
            let position =
                answer.as_ref().and_then(|answer| answer["data"]["openConsultation"]["position"].as_i64());
            if let Some(position) = position {
                break position;
            }
        };
        acknowledged.lock().await.insert(name, position);
    }
}

/// Follows the log over whichever node answers, resuming with the last cursor, up to the `head` that is told.
/// All that it was delivered, and how often it had to connect.
async fn tail(nodes: Nodes, mut head: watch::Receiver<Option<i64>>) -> (Vec<i64>, usize) {
    let mut delivered = Vec::new();
    let mut cursor = json!("0");
    let mut connections = 0;
    let mut node = 0;
    loop {
        node += 1;
        let address = nodes.read().await[node % 2].address.clone();
        let after = json!({ "after": cursor });
        let Ok(mut socket) = Socket::subscribe(&address, OWNER_KEY, EVENTS, after).await else { continue };
        connections += 1;
        loop {
            let end = *head.borrow_and_update();
            if end.is_some() && delivered.last().copied() >= end {
                return (delivered, connections);
            }
            tokio::select! {
                event = socket.data() => {
                    let Ok(event) = event else { break };
                    delivered.push(event["events"]["position"].as_i64().unwrap());
                    cursor = event["events"]["cursor"].clone();
                }
                changed = head.changed(), if end.is_none() => changed.unwrap(),
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_killed_under_load_lose_nothing_and_repeat_nothing() {
    let database = TestDatabase::new().await;
    let url = database.url();
    let nodes: Nodes = Arc::new(RwLock::new([Server::start(&url), Server::start(&url)]));
    let acknowledged = Acknowledged::default();
    let (end, head) = watch::channel(None);
    let reader = tokio::spawn(tail(nodes.clone(), head));
    let writers: Vec<_> =
        (0..WRITERS).map(|writer| tokio::spawn(write(nodes.clone(), writer, acknowledged.clone()))).collect();

    for quarter in 1..=2 {
        let reached = acknowledged.clone();
        wait_until("some commands are acknowledged", async || {
            reached.lock().await.len() >= WRITERS * COMMANDS * quarter / 4
        })
        .await;
        nodes.write().await[quarter % 2].kill();
        // The writers find the other node while this one is away.
        let restarted = {
            let url = url.clone();
            tokio::task::spawn_blocking(move || Server::start(&url)).await.unwrap()
        };
        nodes.write().await[quarter % 2] = restarted;
    }
    for writer in writers {
        timeout(PATIENCE, writer).await.expect("the writers come to an end").unwrap();
    }
    let position = nodes.read().await[0].head().await;
    end.send(Some(position)).unwrap();
    let (delivered, connections) = timeout(PATIENCE, reader).await.expect("the reader ends").unwrap();
    assert_eq!(delivered, (1..=position).collect::<Vec<_>>(), "delivered = 1..head, in order");
    assert!(connections > 1, "the reader was never cut off");
    assert_eq!(committed(&database).await, *acknowledged.lock().await, "acknowledged = committed, once each");
    let verified = done(&url, &["log", "verify"]);
    assert!(verified.contains(&format!("The log is whole: {position} events")), "{verified}");
}

/// Topic and position of every consultation.
async fn committed(database: &TestDatabase) -> HashMap<String, i64> {
    let opened: Vec<(String, i64)> = sqlx::query_as(
        "select c.idempotency_key, e.position from ledgerdesk.events e \
         join ledgerdesk.commands c using (stream_id) where e.event_type = 'ConsultationOpened'",
    )
    .fetch_all(database.pool())
    .await
    .unwrap();
    assert_eq!(opened.len(), WRITERS * COMMANDS, "each command exactly once");
    opened.into_iter().collect()
}

/// Not only what the reader asks for matters, but also that a node which comes late shows the same history.
#[tokio::test]
async fn a_node_that_starts_late_delivers_the_same_log_under_the_same_cursors() {
    let database = TestDatabase::new().await;
    let first = Server::start(&database.url());
    for topic in ["one", "two", "three"] {
        first.open(topic).await;
    }
    let second = Server::start(&database.url());
    let page = "{ events(after: \"0\", first: 100) { nodes { position cursor hash type } } }";
    let seen: Value = first.query(page, json!({})).await;
    assert!(seen["events"]["nodes"].as_array().unwrap().len() >= 3, "{seen}");
    assert_eq!(second.query(page, json!({})).await, seen);
    let after = seen["events"]["nodes"][1]["cursor"].clone();
    let mut socket =
        Socket::subscribe(&second.address, OWNER_KEY, EVENTS, json!({ "after": after })).await.unwrap();
    assert_eq!(socket.data().await.unwrap()["events"]["position"], 3);
}
