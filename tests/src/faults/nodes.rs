//! The nodes of a run: processes that are killed, stopped and started again, behind addresses that change.

use std::{
    collections::HashMap,
    process::Output,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use rustix::process::Signal;
use tokio::sync::Mutex;

use crate::{
    client::Client,
    server::{OWNER_KEY, Server, ledgerdesk},
};

/// How long a caller waits for an answer before it asks another node.
const PATIENCE: Duration = Duration::from_secs(8);

/// The nodes of a run. Cheap to clone.
#[derive(Clone)]
pub struct Nodes(Arc<Inner>);

struct Inner {
    slots: Vec<Slot>,
    /// How often callers had to look elsewhere.
    turn: AtomicUsize,
}

/// The place of one node.
struct Slot {
    url: String,
    server: Mutex<Option<Server>>,
    /// Where it is reached, unless it is known to be away.
    address: RwLock<Option<String>>,
}

impl Slot {
    fn announce(&self, address: Option<String>) {
        *self.address.write().unwrap_or_else(PoisonError::into_inner) = address;
    }
}

impl Nodes {
    /// Starts one node for each of these URLs.
    pub async fn start(urls: Vec<String>) -> Self {
        let slot = |url| Slot { url, server: Mutex::default(), address: RwLock::default() };
        let slots = urls.into_iter().map(slot).collect();
        let nodes = Self(Arc::new(Inner { slots, turn: AtomicUsize::new(0) }));
        for place in 0..nodes.count() {
            nodes.start_again(place).await;
        }
        nodes
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.slots.len()
    }

    /// Starts the node of this place, once it serves.
    ///
    /// # Panics
    /// If it ends instead.
    pub async fn start_again(&self, place: usize) {
        let slot = &self.0.slots[place];
        let mut command = ledgerdesk(&slot.url);
        // As it is in operation: what hangs is to be let go of in time.
        command.env("LEDGERDESK_POOL_TIMEOUT_SECONDS", "10");
        let started = tokio::task::spawn_blocking(move || Server::spawn(&mut command));
        let server = started.await.expect("the node starts");
        slot.announce(Some(server.address.clone()));
        *slot.server.lock().await = Some(server);
    }

    /// Kills the node of this place, as a power cut does.
    pub async fn kill(&self, place: usize) {
        let slot = &self.0.slots[place];
        slot.announce(None);
        if let Some(mut server) = slot.server.lock().await.take() {
            server.kill();
        }
    }

    /// Sends a signal to the node of this place. Callers are not told.
    pub async fn signal(&self, place: usize, signal: Signal) {
        if let Some(server) = &*self.0.slots[place].server.lock().await {
            server.signal(signal);
        }
    }

    /// Stops the node of this place as an operator does; its exit code.
    ///
    /// # Panics
    /// If it does not end.
    pub async fn stop(&self, place: usize) -> Option<i32> {
        let slot = &self.0.slots[place];
        slot.announce(None);
        let mut server = slot.server.lock().await.take()?;
        let stopped = tokio::task::spawn_blocking(move || server.stop(Signal::TERM));
        stopped.await.expect("the node stops")
    }

    /// Whether the process of this place still runs.
    pub async fn is_alive(&self, place: usize) -> bool {
        self.0.slots[place].server.lock().await.as_mut().is_some_and(Server::is_alive)
    }

    /// What the node of this place has logged since it started.
    pub async fn log(&self, place: usize) -> String {
        self.0.slots[place].server.lock().await.as_ref().map(Server::log).unwrap_or_default()
    }

    /// The address of the node of this place, unless it is known to be away.
    pub fn address(&self, place: usize) -> Option<String> {
        self.0.slots[place].address.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Runs the binary to its end on the database of this place's node.
    ///
    /// # Panics
    /// If it does not start.
    pub async fn run(&self, place: usize, arguments: &[&str]) -> Output {
        let mut command = ledgerdesk(&self.0.slots[place].url);
        command.args(arguments);
        let output = tokio::task::spawn_blocking(move || command.output()).await.expect("it is waited for");
        output.expect("the binary starts")
    }

    /// Somebody who asks one node after the other.
    pub fn caller(&self) -> Caller {
        let turn = self.0.turn.fetch_add(1, Ordering::Relaxed);
        Caller { nodes: self.clone(), turn, clients: HashMap::new() }
    }
}

/// Asks one node after the other, at most [`PATIENCE`] each.
pub struct Caller {
    nodes: Nodes,
    turn: usize,
    clients: HashMap<String, Client>,
}

impl Caller {
    /// A client of the next node that is there; nothing while there is none.
    pub fn next_client(&mut self) -> Option<Client> {
        let count = self.nodes.count();
        for _ in 0..count {
            self.turn += 1;
            if let Some(address) = self.nodes.address(self.turn % count) {
                if self.clients.len() > count {
                    self.clients.clear();
                }
                let make = || Client::new(&address, OWNER_KEY).with_patience(PATIENCE);
                return Some(self.clients.entry(address.clone()).or_insert_with(make).clone());
            }
        }
        None
    }

    /// The address of the next node that is there; nothing while there is none.
    pub fn next_address(&mut self) -> Option<String> {
        let count = self.nodes.count();
        (0..count).find_map(|_| {
            self.turn += 1;
            self.nodes.address(self.turn % count)
        })
    }
}
