//! Two nodes, one of them killed under load: delivered = committed = 1..head.

use std::{collections::HashMap, sync::Arc};

use ledgerdesk_tests::{
    TestDatabase,
    server::{OWNER_KEY, PATIENCE, Server, mutation, run},
    socket::Socket,
    wait_until,
};
use serde_json::{Value, json};
use tokio::sync::{Mutex, RwLock, watch};

const WRITERS: usize = 16;
const COMMANDS: usize = 25;
const EVENTS: &str = "subscription($after: String) { events(after: $after) { position cursor } }";

type Nodes = Arc<RwLock<[Server; 2]>>;

/// Sends each command until it is acknowledged, to whichever node answers; the acknowledged positions.
async fn write(nodes: Nodes, writer: usize, acknowledged: Arc<Mutex<HashMap<String, i64>>>) {
    let document = mutation("openConsultation");
    for number in 0..COMMANDS {
        let name = format!("writer {writer}, command {number}");
        let input = json!({ "input": { "topic": name, "channel": "SITE", "idempotencyKey": name } });
        let mut attempt = writer;
        let position = loop {
            attempt += 1;
            let answer = nodes.read().await[attempt % 2].try_post(&document, &input).await;
            let position =
                answer.as_ref().and_then(|answer| answer["data"]["openConsultation"]["position"].as_i64());
            if let Some(position) = position {
                break position;
            }
        };
        acknowledged.lock().await.insert(name, position);
    }
}

/// Follows the log over whichever node answers, resuming with the last cursor; stops at `head`.
async fn tail(nodes: Nodes, mut head: watch::Receiver<Option<i64>>) -> Vec<i64> {
    let mut delivered = Vec::new();
    let mut cursor = json!("0");
    let mut node = 0;
    loop {
        node += 1;
        let address = nodes.read().await[node % 2].address.clone();
        let Ok(mut socket) = Socket::subscribe(&address, OWNER_KEY, EVENTS, json!({ "after": cursor })).await
        else {
            continue;
        };
        loop {
            let end = *head.borrow_and_update();
            if end.is_some() && delivered.last().copied() >= end {
                return delivered;
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
async fn a_node_killed_under_load_loses_nothing_and_repeats_nothing() {
    let database = TestDatabase::new().await;
    let url = database.url();
    let nodes: Nodes = Arc::new(RwLock::new([Server::start(&url), Server::start(&url)]));
    let acknowledged: Arc<Mutex<HashMap<String, i64>>> = Arc::default();
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
        // Taken down under the writers' hands; they find the other one.
        let mut nodes = nodes.write().await;
        nodes[quarter % 2].kill();
        nodes[quarter % 2] = Server::start(&url);
    }
    tokio::time::timeout(PATIENCE, async {
        for writer in writers {
            writer.await.unwrap();
        }
    })
    .await
    .expect("the writers come to an end");

    let log = nodes.read().await[0].query("{ logHead { position } }", json!({})).await;
    let position = log["logHead"]["position"].as_i64().unwrap();
    end.send(Some(position)).unwrap();
    let delivered =
        tokio::time::timeout(PATIENCE, reader).await.expect("the reader reaches the head").unwrap();
    assert_eq!(delivered, (1..=position).collect::<Vec<_>>(), "delivered = 1..head, in order");

    let acknowledged = acknowledged.lock().await;
    assert_eq!(acknowledged.len(), WRITERS * COMMANDS);
    let opened: Vec<Value> = sqlx::query_scalar(
        "select jsonb_build_array(c.idempotency_key, e.position) from ledgerdesk.events e \
         join ledgerdesk.commands c on c.stream_id = e.stream_id where e.event_type = 'ConsultationOpened'",
    )
    .fetch_all(database.pool())
    .await
    .unwrap();
    let committed: HashMap<String, i64> =
        opened.iter().map(|pair| (pair[0].as_str().unwrap().to_owned(), pair[1].as_i64().unwrap())).collect();
    assert_eq!(opened.len(), WRITERS * COMMANDS, "each command exactly once");
    assert_eq!(committed, *acknowledged, "what was acknowledged is what was committed");
    let verified = run(&url, &["log", "verify"]);
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr));
}
