//! What the programs of the Rust peers have in common: the work, the callers, and how they tell.
//!
//! A program is called with what it shall measure, and prints one JSON document per line; `../README.md`
//! describes both.

use std::{
    future::Future,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::{PgPool, postgres::PgPoolOptions};
use uuid::Uuid;

/// As in the product.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How many callers wait for their answers at a time.
pub const CALLERS: [usize; 4] = [1, 16, 64, 128];
/// How many of them write while a reader follows.
pub const WRITERS: usize = 16;
/// Events in one stream of the log that is read.
pub const EVENTS_PER_STREAM: usize = 10;
/// How long the connections and statements are warmed up, unmeasured.
const WARM_UP: Duration = Duration::from_millis(500);
/// How often a command that came second is tried again before the measurement is given up.
const ATTEMPTS: u64 = 1_000;

/// What the driver asks for.
pub enum Task {
    /// Appends, with each number of callers for so long.
    Append(Duration),
    /// Reads of a log of so many events, each given up after so long.
    Read(usize, Duration),
    /// Writers for so long, and a reader that follows them.
    Tail(Duration),
}

impl Task {
    /// From the command line.
    ///
    /// # Errors
    /// When it is none.
    pub fn from_args() -> Result<Self> {
        let args: Vec<String> = std::env::args().skip(1).collect();
        let seconds = |text: &str| text.parse().map(Duration::from_secs_f64).context("so many seconds");
        match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            ["append", time] => Ok(Self::Append(seconds(time)?)),
            ["read", events, time] => {
                Ok(Self::Read(events.parse().context("so many events")?, seconds(time)?))
            }
            ["tail", time] => Ok(Self::Tail(seconds(time)?)),
            _ => bail!("append SECONDS | read EVENTS SECONDS | tail SECONDS"),
        }
    }
}

/// Connections for every caller, and some for readers.
///
/// # Errors
/// When the server cannot be reached.
pub async fn connect() -> Result<PgPool> {
    let url = std::env::var("DATABASE_URL").context("DATABASE_URL is not set")?;
    Ok(PgPoolOptions::new().max_connections(136).connect(&url).await?)
}

/// The payload of every event: some 300 bytes of JSON, what the baseline of `pgbench` writes as payload and
/// metadata.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    channel: String,
    client_id: Uuid,
    priority: String,
    topic: String,
    actor: Actor,
    correlation_id: Uuid,
    source: Source,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Actor {
    kind: String,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Source {
    system: String,
}

impl Facts {
    /// The same words with other ids each time.
    pub fn new() -> Self {
        Self {
            channel: "SITE".to_owned(),
            client_id: Uuid::now_v7(),
            priority: "NORMAL".to_owned(),
            topic: "The printer on the second floor is out of toner".to_owned(),
            actor: Actor { kind: "SYSTEM".to_owned() },
            correlation_id: Uuid::now_v7(),
            source: Source { system: "bench".to_owned() },
        }
    }
}

/// How one attempt at a command went.
pub enum Attempt {
    /// Its event is committed.
    Done,
    /// Somebody else was faster: the caller tries again, as it would in production.
    Conflict,
}

/// The streams that exist, and the next one to write to.
#[derive(Clone, Default)]
pub struct Streams {
    known: Arc<Mutex<(Vec<Uuid>, usize)>>,
}

impl Streams {
    /// Remembers a stream.
    pub fn add(&self, id: Uuid) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).0.push(id);
    }

    /// One after the other, so that no two callers write to the same stream at a time.
    pub fn next(&self) -> Uuid {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let place = known.1 % known.0.len().max(1);
        known.1 += 1;
        known.0.get(place).copied().unwrap_or_default()
    }
}

/// Measures appends to new and to existing streams, with each number of callers.
///
/// # Errors
/// When a command fails for another reason than a conflict.
pub async fn measure_appends<N, NF, E, EF>(duration: Duration, open: N, note: E) -> Result<()>
where
    N: Fn(Uuid) -> NF + Clone + Send + Sync + 'static,
    NF: Future<Output = Result<Attempt>> + Send + 'static,
    E: Fn(Uuid) -> EF + Clone + Send + Sync + 'static,
    EF: Future<Output = Result<Attempt>> + Send + 'static,
{
    let streams = Streams::default();
    let (fresh, opened) = (Uuid::new_v4, streams.clone());
    call(CALLERS[3], WARM_UP, fresh, open.clone(), move |id| opened.add(id)).await?;
    for callers in CALLERS {
        let opened = streams.clone();
        call(callers, duration, fresh, open.clone(), move |id| opened.add(id)).await?.tell("new", callers);
        let known = streams.clone();
        call(callers, duration, move || known.next(), note.clone(), |_| {}).await?.tell("existing", callers);
    }
    Ok(())
}

/// Events that are committed while so many callers write for so long, each to a new stream.
///
/// # Errors
/// When a command fails for another reason than a conflict.
pub async fn write<F, FF>(duration: Duration, open: F) -> Result<u64>
where
    F: Fn(Uuid) -> FF + Clone + Send + Sync + 'static,
    FF: Future<Output = Result<Attempt>> + Send + 'static,
{
    Ok(call(WRITERS, duration, Uuid::new_v4, open, |_| {}).await?.times.len() as u64)
}

/// Carries out one command for every name, many at a time.
///
/// # Errors
/// When one fails.
pub async fn fill<F, FF>(streams: usize, open: F) -> Result<()>
where
    F: Fn(Uuid) -> FF,
    FF: Future<Output = Result<Attempt>>,
{
    use futures::{StreamExt as _, TryStreamExt as _};
    futures::stream::iter((0..streams).map(|_| insist(Uuid::new_v4(), &open)))
        .buffer_unordered(WRITERS)
        .try_collect::<Vec<u64>>()
        .await?;
    Ok(())
}

struct Measured {
    times: Vec<Duration>,
    conflicts: u64,
    took: Duration,
}

impl Measured {
    fn tell(mut self, work: &str, callers: usize) {
        self.times.sort_unstable();
        let at = |percent: usize| {
            let place = (self.times.len() * percent / 100).min(self.times.len().saturating_sub(1));
            self.times.get(place).map_or(0.0, |time| time.as_secs_f64() * 1_000.0)
        };
        tell(&json!({
            "measurement": "append", "work": work, "callers": callers,
            "commands": self.times.len(), "seconds": self.took.as_secs_f64(),
            "p50_ms": at(50), "p99_ms": at(99), "conflicts": self.conflicts,
        }));
    }
}

/// So many callers, each with the next command after its last one was answered.
async fn call<I, F, FF, D>(callers: usize, duration: Duration, id: I, command: F, done: D) -> Result<Measured>
where
    I: Fn() -> Uuid + Clone + Send + Sync + 'static,
    F: Fn(Uuid) -> FF + Clone + Send + Sync + 'static,
    FF: Future<Output = Result<Attempt>> + Send + 'static,
    D: Fn(Uuid) + Clone + Send + Sync + 'static,
{
    let started = Instant::now();
    let tasks: Vec<_> = (0..callers)
        .map(|_| {
            let (id, command, done) = (id.clone(), command.clone(), done.clone());
            tokio::spawn(async move {
                let (mut times, mut conflicts) = (Vec::new(), 0);
                while started.elapsed() < duration {
                    let sent = Instant::now();
                    let id = id();
                    conflicts += insist(id, &command).await?;
                    times.push(sent.elapsed());
                    done(id);
                }
                anyhow::Ok((times, conflicts))
            })
        })
        .collect();
    let (mut times, mut conflicts) = (Vec::new(), 0);
    for task in tasks {
        let (more_times, more_conflicts) = task.await??;
        times.extend(more_times);
        conflicts += more_conflicts;
    }
    Ok(Measured { times, conflicts, took: started.elapsed() })
}

/// Tries until it is done; answers how often somebody else was faster.
async fn insist<F, FF>(id: Uuid, command: &F) -> Result<u64>
where
    F: Fn(Uuid) -> FF,
    FF: Future<Output = Result<Attempt>>,
{
    for conflicts in 0..ATTEMPTS {
        if let Attempt::Done = command(id).await? {
            return Ok(conflicts);
        }
    }
    bail!("{ATTEMPTS} attempts at one command were in vain")
}

/// One line for the driver.
#[expect(clippy::print_stdout, reason = "the way in which the driver is told")]
pub fn tell(document: &serde_json::Value) {
    println!("{document}");
}

/// Events that were read or folded in this time.
pub fn tell_events(measurement: &str, events: u64, took: Duration) {
    tell(&json!({ "measurement": measurement, "events": events, "seconds": took.as_secs_f64() }));
}
