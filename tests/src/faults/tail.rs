//! Who follows: a subscriber that connects again after every fault, with its last cursor.

use std::{collections::BTreeMap, time::Duration};

use serde_json::{Value, json};
use tokio::{
    sync::watch,
    task::JoinHandle,
    time::{Instant, timeout, timeout_at},
};

use super::nodes::{Caller, Nodes};
use crate::{server::OWNER_KEY, socket::Socket};

const EVENTS: &str = "subscription($after: String) { events(after: $after) { position hash cursor } }";
/// How long a subscriber trusts a connection on which nothing comes.
const SILENCE: Duration = Duration::from_secs(10);
/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(5);
/// How long nothing may come, once everybody has stopped writing, before the end is there.
const REST: Duration = Duration::from_mins(2);
/// Before it connects again.
const BACK_OFF: Duration = Duration::from_millis(50);

/// What a subscriber was delivered.
#[derive(Debug, Default)]
pub struct Seen {
    /// Position and hash of each event, in the order of delivery.
    pub events: Vec<(i64, String)>,
    /// How often it connected.
    pub connections: usize,
    /// The codes of errors that it was told, and how often.
    pub errors: BTreeMap<String, usize>,
}

/// A subscriber at work.
pub struct Tail {
    head: watch::Sender<Option<i64>>,
    task: JoinHandle<Seen>,
}

impl Tail {
    /// Follows from the first event on, over whichever node is there.
    pub fn start(nodes: &Nodes) -> Self {
        let (head, told) = watch::channel(None);
        Self { head, task: tokio::spawn(follow(nodes.caller(), told)) }
    }

    /// Tells where the log ends; what was delivered up to there, or until nothing more came.
    ///
    /// # Panics
    /// If it fails itself.
    pub async fn finish(self, head: i64) -> Seen {
        self.head.send_replace(Some(head));
        self.task.await.expect("a subscriber ends well")
    }
}

async fn follow(mut caller: Caller, mut head: watch::Receiver<Option<i64>>) -> Seen {
    let mut seen = Seen::default();
    let mut cursor = json!("0");
    let mut moved = Instant::now();
    loop {
        let end = *head.borrow();
        if is_at(&seen, end) || end.is_some() && moved.elapsed() > REST {
            return seen;
        }
        let Some(mut socket) = connect(&mut caller, &cursor).await else {
            tokio::time::sleep(BACK_OFF).await;
            continue;
        };
        seen.connections += 1;
        let mut trusted_until = Instant::now() + SILENCE;
        loop {
            let end = *head.borrow_and_update();
            if is_at(&seen, end) {
                return seen;
            }
            tokio::select! {
                message = timeout_at(trusted_until, socket.next()) => {
                    let Ok(Ok(message)) = message else { break };
                    let event = &message["payload"]["data"]["events"];
                    let (Some(position), Some(hash)) = (event["position"].as_i64(), event["hash"].as_str())
                    else {
                        *seen.errors.entry(code(&message)).or_default() += 1;
                        break;
                    };
                    seen.events.push((position, hash.to_owned()));
                    cursor = event["cursor"].clone();
                    moved = Instant::now();
                    trusted_until = moved + SILENCE;
                }
                changed = head.changed(), if end.is_none() => if changed.is_err() { return seen },
            }
        }
    }
}

async fn connect(caller: &mut Caller, cursor: &Value) -> Option<Socket> {
    let address = caller.next_address()?;
    let connecting = Socket::subscribe(&address, OWNER_KEY, EVENTS, json!({ "after": cursor }));
    timeout(CONNECT, connecting).await.ok()?.ok()
}

fn is_at(seen: &Seen, head: Option<i64>) -> bool {
    head.is_some_and(|head| seen.events.last().is_some_and(|(position, _)| *position >= head))
}

/// What a message is that is no event.
fn code(message: &Value) -> String {
    let payload = &message["payload"];
    [&payload[0], &payload["errors"][0]]
        .iter()
        .find_map(|error| error["extensions"]["code"].as_str())
        .map_or_else(|| message["closed"].to_string(), str::to_owned)
}

/// Reads the log up to `head` from the node at this address, as somebody does who was never there before.
///
/// # Panics
/// If the node does not deliver it.
pub async fn read_all(address: &str, head: i64) -> Vec<(i64, String)> {
    let mut events: Vec<(i64, String)> = Vec::new();
    let mut socket =
        Socket::subscribe(address, OWNER_KEY, EVENTS, json!({ "after": "0" })).await.expect("it connects");
    while events.last().is_none_or(|(position, _)| *position < head) {
        let data = timeout(REST, socket.data()).await.expect("the node delivers the whole log");
        let event = data.expect("an event comes")["events"].take();
        let hash = event["hash"].as_str().unwrap_or_default().to_owned();
        events.push((event["position"].as_i64().unwrap_or_default(), hash));
    }
    events
}
