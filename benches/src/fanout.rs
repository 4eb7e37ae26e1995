//! One event to many: what a delivery costs, what a connection takes, how soon the last of two thousand has it, and
//! how soon somebody who was away has what was missed.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use ledgerdesk_tests::socket::Socket;
use serde_json::json;
use tokio::{sync::Notify, task::JoinSet};

use crate::{
    Bench, ROUNDS,
    graphql::Opener,
    process::{KEY, Server},
    report::{Report, median, number, progress},
    times::{Rounds, Times, count},
};

/// Subscribers, each on a connection of its own.
const SUBSCRIBERS: usize = 2_000;
/// Events a second: twenty to each of them.
const RATE: u64 = 20;
/// Events that are missed.
const MISSED: usize = 10_000;
/// How long an event may take to arrive before it counts as lost.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long the long form runs, and how often it looks.
const SOAK: Duration = Duration::from_hours(1);
const SAMPLE: Duration = Duration::from_mins(1);

/// Commands before the memory is first looked at.
const WARM: usize = 1_000;

/// Two selections: half of the subscribers share the one, half the other.
const DOCUMENTS: [&str; 2] = [
    "subscription($after: String) { events(after: $after) { position type occurredAt } }",
    "subscription($after: String) { events(after: $after) { position cursor streamId version } }",
];

pub(crate) async fn measure(bench: &Bench, soak: bool, report: &mut Report) -> Result<()> {
    let url = bench.database("bench_fanout").await?;
    let server = Server::start_with(&url, &[("LEDGERDESK_MAX_WEBSOCKETS", "5000")]).await?;
    let opener = Opener::of(&server);
    let mut there = opener.open().await.context("a command was refused")?;
    // What commands and read models keep is there with or without subscribers.
    for _ in 0..WARM {
        there = opener.open().await.context("a command was refused")?;
    }
    let before = server.memory()?.resident;
    progress(&format!("{SUBSCRIBERS} subscribers connect"));
    let crowd = Crowd::gather(&server, usize::try_from(there)?).await?;
    let mut arrivals = Rounds::default();
    let mut per_core_second = Vec::new();
    for _ in 0..ROUNDS {
        let cpu = server.cpu_seconds()?;
        let times = crowd.round(&opener, bench.round).await?;
        per_core_second.push(count(times.len()) / (server.cpu_seconds()? - cpu));
        arrivals.push(times);
    }
    let active = server.memory()?.resident;
    report.row(
        &format!("deliveries per second of one core, {SUBSCRIBERS} subscribers, {RATE} events/s"),
        number(median(per_core_second)),
        "the server's whole time: commands, read models and key checks included".to_owned(),
        "≥ 40,000",
    );
    report.row(
        &format!("from sending a command to its event at each of {SUBSCRIBERS} subscribers"),
        format!("p50 {:.1} ms, p99 {:.1} ms", arrivals.percentile(50), arrivals.percentile(99)),
        format!("{} deliveries/s", number(arrivals.rate())),
        "p99 < 100 ms",
    );
    report.row(
        "memory per active connection",
        format!("{:.1} kB", (active - before) * 1024.0 / count(SUBSCRIBERS)),
        format!("the server: {} MB without them, {} MB with them", number(before), number(active)),
        "≤ 16 kB",
    );
    if soak {
        measure_soak(&server, &crowd, &opener, report).await?;
    }
    drop(crowd);
    measure_reconnect(&server, &opener, report).await
}

/// The same for an hour, with a look at the memory every minute.
async fn measure_soak(server: &Server, crowd: &Crowd, opener: &Opener, report: &mut Report) -> Result<()> {
    let started = Instant::now();
    let mut samples = Vec::new();
    let mut arrivals = Rounds::default();
    while started.elapsed() < SOAK {
        arrivals.push(crowd.round(opener, SAMPLE).await?);
        let resident = server.memory()?.resident;
        progress(&format!("after {} minutes: {} MB", started.elapsed().as_secs() / 60, number(resident)));
        samples.push(resident);
    }
    // The first tenth fills caches that are bounded.
    let settled = samples.split_off(samples.len() / 10);
    let (first, last) = halves(&settled);
    report.row(
        "memory over an hour of it",
        format!("{:+.1} % from the first half to the second", (last / first - 1.0) * 100.0),
        format!("{} MB, then {} MB; p99 {:.1} ms", number(first), number(last), arrivals.percentile(99)),
        "flat",
    );
    Ok(())
}

/// The middle of the first half and of the second.
fn halves(samples: &[f64]) -> (f64, f64) {
    let (first, second) = samples.split_at(samples.len() / 2);
    (median(first.to_vec()), median(second.to_vec()))
}

/// Somebody was away while thousands of events came.
async fn measure_reconnect(server: &Server, opener: &Opener, report: &mut Report) -> Result<()> {
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let mut socket = subscribe(server, 1, None).await?;
        let seen = socket.data_after(|| opener.open()).await?;
        let cursor = seen["events"]["cursor"].clone();
        let begin = seen["events"]["position"].as_i64().context("an event has a position")?;
        drop(socket);
        open_many(opener, MISSED).await?;
        let started = Instant::now();
        let mut socket = subscribe(server, 1, Some(cursor)).await?;
        for missed in 1..=MISSED {
            let expected = begin + i64::try_from(missed)?;
            let position = position(&socket.text().await?).context("an event has a position")?;
            ensure!(position == expected, "position {position} came where {expected} was due");
        }
        times.push(started.elapsed().as_secs_f64());
    }
    report.row(
        &format!("a reconnect after {} missed events: all of them, in order, once", number(count(MISSED))),
        format!("{:.2} s", median(times)),
        "connecting included".to_owned(),
        "< 1 s",
    );
    Ok(())
}

async fn open_many(opener: &Opener, many: usize) -> Result<()> {
    const AT_ONCE: usize = 64;
    let mut commands = JoinSet::new();
    for number in 0..AT_ONCE {
        let opener = opener.clone();
        let share = many / AT_ONCE + usize::from(number < many % AT_ONCE);
        commands.spawn(async move {
            for _ in 0..share {
                opener.open().await.context("a command was refused")?;
            }
            Ok::<_, anyhow::Error>(())
        });
    }
    commands.join_all().await.into_iter().collect()
}

async fn subscribe(server: &Server, document: usize, after: Option<serde_json::Value>) -> Result<Socket> {
    let address = server.address.trim_start_matches("http://");
    Socket::subscribe(address, KEY, DOCUMENTS[document % DOCUMENTS.len()], json!({ "after": after })).await
}

/// The position in a message, without reading the rest of it: two thousand clients share the machine with what is
/// measured.
fn position(message: &str) -> Option<i64> {
    let (_, rest) = message.split_once("\"position\":")?;
    rest.split(|character: char| !character.is_ascii_digit()).next()?.parse().ok()
}

/// All subscribers, and what has arrived at them.
struct Crowd {
    arrived: Arc<Arrived>,
    _receiving: JoinSet<()>,
}

#[derive(Default)]
struct Arrived {
    /// Each delivery: the position, and when.
    deliveries: Mutex<Vec<(i64, Instant)>>,
    more: Notify,
}

impl Arrived {
    fn take(&self) -> Vec<(i64, Instant)> {
        std::mem::take(&mut *self.deliveries.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn len(&self) -> usize {
        self.deliveries.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    async fn wait_for(&self, many: usize) {
        while self.len() < many {
            // One that is missed is made up for by the next look.
            let _ = tokio::time::timeout(Duration::from_millis(50), self.more.notified()).await;
        }
    }
}

impl Crowd {
    /// Connects them, and waits until each has the events that are there: then it follows the log.
    async fn gather(server: &Server, there: usize) -> Result<Self> {
        let arrived = Arc::new(Arrived::default());
        let mut receiving = JoinSet::new();
        for number in 0..SUBSCRIBERS {
            let mut socket = subscribe(server, number, Some(json!("0"))).await?;
            let arrived = Arc::clone(&arrived);
            receiving.spawn(async move {
                while let Ok(text) = socket.text().await {
                    let now = Instant::now();
                    let Some(position) = position(&text) else { continue };
                    arrived.deliveries.lock().unwrap_or_else(PoisonError::into_inner).push((position, now));
                    arrived.more.notify_one();
                }
            });
        }
        let all = tokio::time::timeout(PATIENCE, arrived.wait_for(SUBSCRIBERS * there));
        all.await.context("not every subscription has begun")?;
        Ok(Self { arrived, _receiving: receiving })
    }

    /// Sends commands at a steady rate and times each delivery. One clock: this process's.
    async fn round(&self, opener: &Opener, round: Duration) -> Result<Times> {
        self.arrived.take();
        let started = Instant::now();
        let mut tick = tokio::time::interval(Duration::from_secs(1) / u32::try_from(RATE)?);
        let mut commands = JoinSet::new();
        while started.elapsed() < round {
            tick.tick().await;
            let opener = opener.clone();
            commands.spawn(async move {
                let sent = Instant::now();
                opener.open().await.map(|position| (position, sent))
            });
        }
        let sent: Vec<_> = commands.join_all().await.into_iter().flatten().collect();
        let due = sent.len() * SUBSCRIBERS;
        let arrived = tokio::time::timeout(PATIENCE, self.arrived.wait_for(due)).await;
        arrived.with_context(|| format!("{} of {due} deliveries arrived", self.arrived.len()))?;
        let took = started.elapsed();
        let sent: std::collections::HashMap<_, _> = sent.into_iter().collect();
        let deliveries = self.arrived.take();
        ensure!(deliveries.len() == due, "{} deliveries for {due} that were due", deliveries.len());
        let times = deliveries.into_iter().filter_map(|(position, arrived)| {
            sent.get(&position).map(|sent| arrived.saturating_duration_since(*sent))
        });
        Ok(Times::new(times.collect(), took))
    }
}
