//! Whether what things cost stays the same while the log grows a hundredfold and a thousandfold.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use ledgerdesk_infrastructure::event_store::{self, VerifyOptions};
use ledgerdesk_tests::{client::Client, node::Node};
use serde_json::json;
use sqlx::PgPool;
use uuid::Uuid;

use crate::{
    Bench, append, load,
    log::{Log, to_f64},
    process::{KEY, Server, ledgerdesk},
    read, rebuild,
    report::{Report, median, number, progress},
    times::Times,
};

/// Consultations of the demo whose histories have some 10 thousand, 1 million and 10 million events together.
const SIZES: [(&str, usize); 3] = [("10 thousand", 600), ("1 million", 60_000), ("10 million", 600_000)];
/// How often each thing is measured.
const ROUNDS: usize = 3;
/// How long all read models may take together.
const PATIENCE: Duration = Duration::from_hours(1);
/// Callers that append, and for how long: so short that a small log stays a small one.
const APPEND: (usize, Duration) = (64, Duration::from_millis(250));
/// Streams that are loaded: how long, how many.
const STREAMS: (usize, usize) = (100, 20);
/// The read model that is rebuilt.
const REBUILT: &str = "consultation_list";
/// How often the list is asked for.
const QUERIES: usize = 300;

/// Of closed consultations there are enough for a page at each size: a shorter page would cost less.
const LIST: &str = "{ consultations(filter: { status: [CLOSED] }, first: 20) \
    { nodes { id topic status updatedAt } pageInfo { hasNextPage endCursor } } }";

/// What is measured, and in what.
const COSTS: [(&str, &str); 6] = [
    ("a command of one of 64 callers", "µs"),
    ("load and decide, a stream of 100 events", "ms"),
    ("catch-up read", "µs an event"),
    ("rebuild of consultation_list", "µs an event"),
    ("log verify", "µs an event"),
    ("a list of 20 consultations over GraphQL, p50", "ms"),
];

pub(crate) async fn measure(bench: &Bench, ten_million: bool, report: &mut Report) -> Result<()> {
    let sizes = &SIZES[..if ten_million { 3 } else { 2 }];
    let nothing = rebuild_of_nothing(bench).await?;
    let mut logs = Vec::new();
    for (number, (size, consultations)) in sizes.iter().enumerate() {
        let filling = Grown::fill(bench, format!("bench_scale_{number}"), size, *consultations);
        logs.push(Box::pin(filling).await?);
    }
    for round in 1..=ROUNDS {
        for log in &mut logs {
            progress(&format!("round {round} of {ROUNDS} on {}", log.size));
            log.round(nothing).await?;
        }
    }
    for (place, (what, unit)) in COSTS.iter().enumerate() {
        let mut values = logs.iter().map(|log| (log.size, median(log.costs[place].clone())));
        let Some((size, first)) = values.next() else { continue };
        let ratios: Vec<String> = values
            .map(|(size, value)| format!("{size}: {:.2} × ({value:.2} {unit})", value / first))
            .collect();
        report.row(what, ratios.join(", "), format!("{size}: {first:.2} {unit}"), "≤ 1.2 ×");
    }
    let events = logs.iter().map(|log| format!("{}: {}", log.size, number(to_f64(log.log.events))));
    report.row("events of these logs", events.collect::<Vec<_>>().join(", "), String::new(), "");
    Ok(())
}

/// Seconds of a rebuild from a log that has next to nothing: start of the process, tables, swap. That is no cost of an
/// event.
async fn rebuild_of_nothing(bench: &Bench) -> Result<f64> {
    let log = Log::at(bench.database("bench_scale").await?).await?;
    {
        let _server = Server::start(&log.url).await?;
        log.caught_up(PATIENCE).await?;
    }
    let times = (0..ROUNDS).map(|_| rebuild::run(&log.url, REBUILT)).collect::<Result<_>>()?;
    bench.drop_database("bench_scale").await?;
    Ok(median(times))
}

/// A log of some size with its read models.
struct Grown {
    size: &'static str,
    log: Log,
    node: Node,
    streams: Vec<Uuid>,
    /// Every round of each of [`COSTS`].
    costs: [Vec<f64>; COSTS.len()],
}

impl Grown {
    async fn fill(bench: &Bench, name: String, size: &'static str, consultations: usize) -> Result<Self> {
        let url = bench.database(&name).await?;
        progress(&format!("writing a log of {size} events"));
        let output = ledgerdesk(&url)?.args(["demo", "--count", &consultations.to_string()]).output()?;
        ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let node = Node::open(&Bench::pool(&url).await?).await;
        let streams = load::write(&node, STREAMS.0, STREAMS.1).await?;
        // Makes the keys of its clients.
        append::run(&node, APPEND.0, APPEND.1).await;
        let log = Log::at(url).await?;
        progress(&format!("{} events; now their read models", number(to_f64(log.events))));
        let _server = Server::start(&log.url).await?;
        log.caught_up(PATIENCE).await?;
        let pool = PgPool::connect(&log.url).await?;
        // What PostgreSQL does by itself some time after so much was written; not while it is measured.
        sqlx::raw_sql("vacuum (analyze)").execute(&pool).await?;
        pool.close().await;
        Ok(Self { size, log, node, streams, costs: Default::default() })
    }

    /// Measures each thing once. What makes the log longer comes last.
    async fn round(&mut self, nothing: f64) -> Result<()> {
        let pool = Bench::pool(&self.log.url).await?;
        self.log = Log::at(self.log.url.clone()).await?;
        let events = to_f64(self.log.events);
        let per_event = |seconds: f64| seconds * 1e6 / events;
        let list = list(&self.log).await?;
        let read = per_event(read::catch_up(&pool).await?);
        let verified = per_event(verify(&pool).await?);
        let rebuilt = per_event(rebuild::run(&self.log.url, REBUILT)? - nothing);
        let loaded = load::run(&self.node, &self.streams).await?.percentile(50);
        let appended = 1e6 / append::run(&self.node, APPEND.0, APPEND.1).await.rate();
        pool.close().await;
        for (costs, cost) in self.costs.iter_mut().zip([appended, loaded, read, rebuilt, verified, list]) {
            costs.push(cost);
        }
        Ok(())
    }
}

/// Seconds of a verification in this process.
async fn verify(pool: &PgPool) -> Result<f64> {
    let started = Instant::now();
    let verified = event_store::verify_with(pool, &VerifyOptions::default(), |_, _| {}).await?;
    ensure!(verified.finding.is_none(), "the log is not whole");
    Ok(started.elapsed().as_secs_f64())
}

/// Milliseconds of one page of a list, asked for again and again.
async fn list(log: &Log) -> Result<f64> {
    let server = Server::start(&log.url).await?;
    log.caught_up(PATIENCE).await?;
    let client = Client::new(server.address.trim_start_matches("http://"), KEY);
    let mut times = Vec::new();
    let started = Instant::now();
    for _ in 0..QUERIES {
        let sent = Instant::now();
        let answer = client.try_post(LIST, &json!({})).await.context("the server does not answer")?;
        times.push(sent.elapsed());
        let page = &answer["data"]["consultations"];
        ensure!(
            page["nodes"][19].is_object() && page["pageInfo"]["hasNextPage"] == true,
            "less than a page: {answer}"
        );
    }
    Ok(Times::new(times, started.elapsed()).percentile(50))
}
