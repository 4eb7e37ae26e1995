//! A run: everything that a fault is done to, and the judgement of what came of it.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use serde_json::json;

use super::{
    chance::{self, Chance},
    history::{Findings, History},
    load::{self, Command, Load, Told},
    nodes::Nodes,
    postgres::Postgres,
    tail::{self, Seen, Tail},
};
use crate::{
    client::Client,
    server::{OWNER_KEY, said},
    wait_until,
};

/// How long a node may take to come back by itself after a fault is over.
const COMES_BACK: Duration = Duration::from_mins(2);
/// Every such command is sent once more after all the faults, although it was acknowledged.
const REPEATED: usize = 7;

/// What a run starts with.
pub struct Plan {
    /// The name of the test; part of the seed.
    pub name: &'static str,
    /// Writers.
    pub writers: usize,
    /// Subscribers.
    pub subscribers: usize,
}

impl Plan {
    /// The usual load under this name.
    pub fn new(name: &'static str) -> Self {
        Self { name, writers: 6, subscribers: 2 }
    }
}

/// A run.
pub struct Run {
    /// The database.
    pub postgres: Postgres,
    /// The nodes.
    pub nodes: Nodes,
    /// The choices of the test.
    pub chance: Chance,
    name: &'static str,
    seed: u64,
    load: Load,
    tails: Vec<Tail>,
    faults: BTreeMap<&'static str, usize>,
    since: Instant,
}

impl Run {
    /// Starts nodes that reach the database directly.
    pub async fn start(plan: Plan, nodes: usize) -> Self {
        let postgres = Postgres::start().await;
        let urls = vec![postgres.url(); nodes];
        Self::start_on(plan, postgres, urls).await
    }

    /// Starts a node for each of these URLs, the writers and the subscribers, and waits until they are at it.
    pub async fn start_on(plan: Plan, postgres: Postgres, urls: Vec<String>) -> Self {
        let seed = chance::seed();
        println!("{}: seed {seed}; LEDGERDESK_TEST_SEED={seed} repeats it", plan.name);
        let nodes = Nodes::start(urls).await;
        let load = Load::start(&nodes, seed, plan.writers);
        let tails = (0..plan.subscribers).map(|_| Tail::start(&nodes)).collect();
        let mut run = Self {
            chance: Chance::new(seed, plan.name),
            name: plan.name,
            faults: BTreeMap::new(),
            since: Instant::now(),
            postgres,
            nodes,
            seed,
            load,
            tails,
        };
        run.progress(20).await;
        run
    }

    /// Notes that a fault was done.
    pub fn did(&mut self, fault: &'static str) {
        *self.faults.entry(fault).or_default() += 1;
    }

    /// How many commands were acknowledged so far.
    pub fn done(&self) -> usize {
        self.load.done()
    }

    /// Waits until so many more commands are acknowledged: whatever was broken works again.
    ///
    /// # Panics
    /// If it does not.
    pub async fn progress(&mut self, commands: usize) {
        let (from, since) = (self.load.done(), Instant::now());
        while self.load.done() < from + commands {
            if since.elapsed() > COMES_BACK {
                let mut logs = String::new();
                for place in 0..self.nodes.count() {
                    logs += &tail_of(&self.nodes.log(place).await);
                }
                panic!(
                    "{}, seed {}: only {} of {commands} commands in {COMES_BACK:?} after {:?}; {:?}\n{logs}",
                    self.name,
                    self.seed,
                    self.load.done() - from,
                    self.faults,
                    self.load.faults(),
                );
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Waits until so many more answers say that the log is not to be had.
    ///
    /// # Panics
    /// If commands go through instead.
    pub async fn refusals(&self, answers: usize) {
        let refused = || self.load.faults().get("UNAVAILABLE").copied().unwrap_or_default();
        let from = refused();
        wait_until("commands are refused", async || refused() >= from + answers).await;
    }

    /// Ends the load and judges everything; prints what there was.
    ///
    /// # Panics
    /// If anything is wrong: with all of it.
    pub async fn judge(mut self) {
        let mut findings = Findings::new();
        let mut commands = self.load.stop().await;
        findings.extend(self.of_the_processes().await);
        findings.extend(self.of_the_answers().await);
        findings.extend(self.learn_the_truth(&mut commands).await);
        let head = self.postgres.number("select max(position) from ledgerdesk.events").await;
        let mut seen = Vec::new();
        for tail in std::mem::take(&mut self.tails) {
            seen.push(tail.finish(head).await);
        }
        let history = History::read(&self.postgres).await;
        findings.extend(history.of_the_log(&commands).await);
        findings.extend(commands.iter().flat_map(|command| history.of_the_command(command)));
        for (number, seen) in seen.iter().enumerate() {
            findings.extend(history.of_the_subscriber(&format!("subscriber {number}"), seen));
        }
        findings.extend(self.of_the_nodes(&history).await);
        findings.extend(self.of_the_read_models(head).await);
        self.print(&commands, &seen, head);
        assert!(findings.is_empty(), "{}, seed {}: {findings:#?}", self.name, self.seed);
        for place in 0..self.nodes.count() {
            let code = self.nodes.stop(place).await;
            assert_eq!(code, Some(0), "node {place} stops as it should");
        }
        drop(history);
        self.postgres.destroy().await;
    }

    /// Every process that the test has not killed itself still runs.
    async fn of_the_processes(&self) -> Findings {
        let mut findings = Findings::new();
        for place in 0..self.nodes.count() {
            if !self.nodes.is_alive(place).await {
                let log = tail_of(&self.nodes.log(place).await);
                findings.push(format!("node {place} has ended by itself: {log}"));
            }
        }
        findings
    }

    /// Nobody was told that something is wrong with the program itself: what is away is said to be away.
    async fn of_the_answers(&self) -> Findings {
        let Some(times) = self.load.faults().remove("INTERNAL_SERVER_ERROR") else { return Findings::new() };
        let mut finding = format!("INTERNAL_SERVER_ERROR was answered {times} times");
        for place in 0..self.nodes.count() {
            let log = self.nodes.log(place).await;
            let errors = log.lines().filter(|line| line.contains("\"ERROR\""));
            finding.extend(errors.take(10).flat_map(|line| ["\n", line]));
        }
        vec![finding]
    }

    /// What nobody was told is asked for now, with the same key; and some of what was told is asked again.
    async fn learn_the_truth(&self, commands: &mut [Command]) -> Findings {
        let mut findings = Findings::new();
        let mut caller = self.nodes.caller();
        let before = History::read(&self.postgres).await;
        for (number, command) in commands.iter_mut().enumerate() {
            let is_open = command.told == Told::Nothing;
            let is_repeated = number % REPEATED == 0 && matches!(command.told, Told::Done { .. });
            if !is_open && !is_repeated {
                continue;
            }
            let truth = load::ask_again(&mut caller, command).await;
            if is_repeated && truth != command.told {
                findings.push(format!("{command:?} is told {truth:?} when it is repeated"));
            }
            if is_open && before.has(command) && !matches!(truth, Told::Done { .. }) {
                findings.push(format!("{command:?} is in the log, but its sender is told {truth:?}"));
            }
            command.told = truth;
        }
        findings
    }

    /// Each node delivers the whole log to somebody who was never there before.
    async fn of_the_nodes(&self, history: &History) -> Findings {
        let mut findings = Findings::new();
        for place in 0..self.nodes.count() {
            let Some(address) = self.nodes.address(place) else { continue };
            let read = tail::read_all(&address, history.head()).await;
            findings.extend(history.of_the_reader(&format!("a new reader of node {place}"), &read));
        }
        findings
    }

    /// Every read model reaches the head by itself, nothing is parked or paused, each node answers from them,
    /// and each equals its rebuild.
    async fn of_the_read_models(&self, head: i64) -> Findings {
        let mut findings = Findings::new();
        self.caught_up(head).await;
        if self.postgres.number("select count(*) from ledgerdesk.parked_events").await != 0 {
            findings.push("events are parked, although there is nothing wrong with them".to_owned());
        }
        let list = "query($min: Position) { consultations(first: 1, minPosition: $min) { totalCount } }";
        for place in 0..self.nodes.count() {
            let Some(address) = self.nodes.address(place) else { continue };
            let shown = Client::new(&address, OWNER_KEY).query(list, json!({ "min": head })).await;
            let opened = self.postgres.number(OPENED).await;
            if shown["consultations"]["totalCount"] != json!(opened) {
                findings.push(format!("node {place} shows {shown}, and {opened} were opened"));
            }
        }
        let checked = self.nodes.run(0, &["projections", "check", "--all"]).await;
        if !checked.status.success() {
            findings.push(said(&checked));
        }
        findings
    }

    /// Waits until every read model shows the log up to there.
    ///
    /// # Panics
    /// If they come no further before that.
    async fn caught_up(&self, head: i64) {
        let behind = format!(
            "select count(*) from ledgerdesk.projections where build = 'live' \
             and (position < {head} or status <> 'running')"
        );
        // A read model that the log has outrun is rebuilt, and its live table waits meanwhile.
        let shown = "select sum(position)::bigint from ledgerdesk.projections where build <> 'previous'";
        let (mut before, mut moved) = (0, Instant::now());
        while self.postgres.number(&behind).await != 0 {
            let now = self.postgres.number(shown).await;
            if now != before {
                (before, moved) = (now, Instant::now());
            }
            assert!(moved.elapsed() < COMES_BACK, "{}: the read models stay behind {head}", self.name);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    fn print(&self, commands: &[Command], seen: &[Seen], head: i64) {
        let count = |wanted: fn(&Command) -> bool| commands.iter().filter(|c| wanted(c)).count();
        println!(
            "{}: seed {}, {} s: {} commands, {} acknowledged, {} refused, {} sent more than once, {} repeats, \
             {} in doubt; answers without a result {:?}; {head} events; {} subscribers, {} connections, \
             errors {:?}; {} nodes; faults {:?}",
            self.name,
            self.seed,
            self.since.elapsed().as_secs(),
            commands.len(),
            count(|command| matches!(command.told, Told::Done { .. })),
            count(|command| matches!(command.told, Told::Refused(_))),
            count(|command| command.attempts > 1),
            commands.iter().map(|command| command.attempts.saturating_sub(1)).sum::<usize>(),
            count(|command| command.in_doubt > 0),
            self.load.faults(),
            seen.len(),
            seen.iter().map(|seen| seen.connections).sum::<usize>(),
            seen.iter().map(|seen| &seen.errors).collect::<Vec<_>>(),
            self.nodes.count(),
            self.faults,
        );
    }
}

const OPENED: &str = "select count(*) from ledgerdesk.events where event_type = 'ConsultationOpened'";

/// The last lines of a log.
fn tail_of(log: &str) -> String {
    let lines: Vec<_> = log.lines().collect();
    lines[lines.len().saturating_sub(60)..].join("\n")
}
