//! The load: writers that send commands with idempotency keys, and repeat each until they learn the truth.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use serde_json::{Value, json};
use tokio::{sync::watch, task::JoinHandle, time::timeout};
use tokio_util::sync::CancellationToken;

use super::{
    chance::Chance,
    nodes::{Caller, Nodes},
};
use crate::client::mutation;

/// Between two commands of a writer: the load is there to be disturbed, not to be large.
const PACE: Duration = Duration::from_millis(20);
/// Before a command is sent again.
const BACK_OFF: Duration = Duration::from_millis(50);
/// How long the truth about one command may take.
const TRUTH: Duration = Duration::from_mins(2);
/// Of a hundred commands that met a fault, so many are not repeated before the end of the run.
const ABANDONED: u32 = 20;
/// How many of the last consultations are written to.
const LIVELY: usize = 30;

/// What became of a command, as its sender was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// It was carried out.
    Done {
        /// The last position of its stream.
        position: i64,
        /// The version of its stream.
        version: i64,
    },
    /// It was refused, with this code.
    Refused(String),
    /// Nothing yet: its sender gave up.
    Nothing,
}

/// A command that was sent.
#[derive(Debug, Clone)]
pub struct Command {
    /// Its idempotency key.
    pub key: String,
    /// The mutation.
    pub verb: &'static str,
    /// Its input.
    pub input: Value,
    /// What became of it.
    pub told: Told,
    /// How often it was sent.
    pub attempts: usize,
    /// How many of these attempts may have been carried out without anybody being told.
    pub in_doubt: usize,
}

/// What every writer knows.
#[derive(Default)]
struct Shared {
    /// The consultations that were opened last, with the newest version that was told.
    consultations: Mutex<Vec<(Value, i64)>>,
    /// Codes of answers that were no result, and how often they came; empty for no answer at all.
    faults: Mutex<BTreeMap<String, usize>>,
}

/// Writers at work.
pub struct Load {
    stop: CancellationToken,
    writers: Vec<JoinHandle<Vec<Command>>>,
    shared: Arc<Shared>,
    done: watch::Receiver<usize>,
}

impl Load {
    /// Starts so many writers.
    pub fn start(nodes: &Nodes, seed: u64, writers: usize) -> Self {
        let (stop, shared) = (CancellationToken::new(), Arc::<Shared>::default());
        let (count, done) = watch::channel(0);
        let count = Arc::new(count);
        let writer = |number| Writer {
            number,
            chance: Chance::new(seed, &format!("writer {number}")),
            caller: nodes.caller(),
            shared: shared.clone(),
            done: count.clone(),
        };
        let writers = (0..writers).map(|number| tokio::spawn(writer(number).work(stop.clone()))).collect();
        Self { stop, writers, shared, done }
    }

    /// How many commands were acknowledged so far.
    pub fn done(&self) -> usize {
        *self.done.borrow()
    }

    /// Codes of answers that were no result, and how often they came; empty for no answer at all.
    pub fn faults(&self) -> BTreeMap<String, usize> {
        self.shared.faults.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Lets every writer finish its command; all that they sent.
    ///
    /// # Panics
    /// If a writer does not come to an end.
    pub async fn stop(&mut self) -> Vec<Command> {
        self.stop.cancel();
        let mut commands = Vec::new();
        for writer in self.writers.drain(..) {
            commands.extend(writer.await.expect("a writer ends well"));
        }
        commands
    }
}

struct Writer {
    number: usize,
    chance: Chance,
    caller: Caller,
    shared: Arc<Shared>,
    done: Arc<watch::Sender<usize>>,
}

impl Writer {
    async fn work(mut self, stop: CancellationToken) -> Vec<Command> {
        let mut commands = Vec::new();
        while !stop.is_cancelled() {
            let mut command = self.invent(commands.len());
            let may_give_up = self.chance.percent(ABANDONED);
            timeout(TRUTH, pursue(&mut self.caller, &mut command, may_give_up, &self.shared))
                .await
                .unwrap_or_else(|_| panic!("nobody tells the truth about {command:?}"));
            if let Told::Done { version, .. } = command.told {
                self.done.send_modify(|done| *done += 1);
                if let Some(id) = command.input.get("consultationId") {
                    self.remember(id.clone(), version);
                }
            }
            commands.push(command);
            tokio::time::sleep(PACE).await;
        }
        commands
    }

    fn remember(&self, id: Value, version: i64) {
        let mut lively = self.shared.consultations.lock().unwrap_or_else(PoisonError::into_inner);
        match lively.iter_mut().find(|(known, _)| *known == id) {
            Some((_, known)) => *known = version.max(*known),
            None => lively.push((id, version)),
        }
        let surplus = lively.len().saturating_sub(LIVELY);
        lively.drain(..surplus);
    }

    fn invent(&mut self, count: usize) -> Command {
        let key = format!("writer {}, command {count}", self.number);
        let lively = self.shared.consultations.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let (verb, mut input) = if lively.is_empty() || self.chance.percent(30) {
            ("openConsultation", json!({ "topic": key, "channel": "SITE" }))
        } else {
            let (id, version) = self.chance.one_of(&lively);
            let (verb, mut input) = self.follow_up(&key);
            input["consultationId"] = id.clone();
            if self.chance.percent(30) {
                input["expectedVersion"] = json!(version);
            }
            (verb, input)
        };
        input["idempotencyKey"] = json!(key);
        Command { key, verb, input, told: Told::Nothing, attempts: 0, in_doubt: 0 }
    }

    fn follow_up(&mut self, key: &str) -> (&'static str, Value) {
        match self.chance.number(0..10) {
            0..5 => ("addNote", json!({ "text": key })),
            5..7 => {
                let priority = self.chance.one_of(&["LOW", "NORMAL", "HIGH", "URGENT"]);
                ("changePriority", json!({ "priority": priority }))
            }
            // One of a few: often there is nothing to do, and the key is kept all the same.
            7..9 => ("changeTags", json!({ "add": [self.chance.one_of(&["red", "green", "blue"])] })),
            _ => ("startConsultation", json!({})),
        }
    }
}

/// Sends a command to one node after the other until somebody tells what became of it. Where it may, it gives
/// up after the first fault.
async fn pursue(caller: &mut Caller, command: &mut Command, may_give_up: bool, shared: &Shared) {
    let document = mutation(command.verb);
    let variables = json!({ "input": command.input });
    loop {
        let Some(client) = caller.next_client() else {
            tokio::time::sleep(BACK_OFF).await;
            continue;
        };
        command.attempts += 1;
        let answer = client.try_post(&document, &variables).await.unwrap_or(Value::Null);
        if let Some(told) = told(command.verb, &answer) {
            if let (Told::Done { version, .. }, "openConsultation") = (&told, command.verb) {
                let id = answer["data"][command.verb]["createdId"].clone();
                let mut lively = shared.consultations.lock().unwrap_or_else(PoisonError::into_inner);
                lively.push((id, *version));
            }
            command.told = told;
            return;
        }
        let code = answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_default();
        assert!(
            ["", "UNAVAILABLE", "TIMEOUT", "INTERNAL_SERVER_ERROR"].contains(&code),
            "{command:?} was answered with {answer}"
        );
        // `UNAVAILABLE` says that nothing was written.
        command.in_doubt += usize::from(code != "UNAVAILABLE");
        *shared.faults.lock().unwrap_or_else(PoisonError::into_inner).entry(code.to_owned()).or_default() +=
            1;
        if may_give_up {
            return;
        }
        tokio::time::sleep(BACK_OFF).await;
    }
}

/// What an answer says about its command; nothing if it says nothing.
fn told(verb: &str, answer: &Value) -> Option<Told> {
    let payload = &answer["data"][verb];
    if let (Some(position), Some(version)) = (payload["position"].as_i64(), payload["version"].as_i64()) {
        return Some(Told::Done { position, version });
    }
    if let Some(code) = payload["userErrors"][0]["code"].as_str() {
        return Some(Told::Refused(code.to_owned()));
    }
    let code = answer["errors"][0]["extensions"]["code"].as_str();
    code.filter(|code| *code == "CONFLICT").map(|code| Told::Refused(code.to_owned()))
}

/// Sends a command again after the faults: the truth about it.
///
/// # Panics
/// If nobody tells.
pub async fn ask_again(caller: &mut Caller, command: &Command) -> Told {
    let mut again = command.clone();
    let shared = Shared::default();
    let asked = pursue(caller, &mut again, false, &shared);
    timeout(TRUTH, asked).await.unwrap_or_else(|_| panic!("nobody tells the truth about {command:?}"));
    again.told
}
