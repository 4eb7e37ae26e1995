//! Whether what things cost stays the same while the log grows a hundredfold and a thousandfold.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use ledgerdesk_infrastructure::event_store::{self, VerifyOptions};
use ledgerdesk_tests::{client::Client, node::Node};
use serde_json::json;
use sqlx::PgPool;

use crate::{
    Bench, append, load,
    log::{Log, to_f64},
    process::{KEY, Server, ledgerdesk},
    read, rebuild,
    report::{Report, median, number, progress},
    times::{Rounds, Times},
};

/// Consultations of the demo whose histories have some 10 thousand, 1 million and 10 million events together.
const SIZES: [(&str, usize); 3] = [("10 thousand", 600), ("1 million", 60_000), ("10 million", 600_000)];
/// How often each thing is measured.
const ROUNDS: usize = 5;
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

const LIST: &str = "{ consultations(filter: { status: [QUEUED] }, first: 20) \
    { nodes { id topic status updatedAt } pageInfo { hasNextPage endCursor } } }";

/// What something costs on logs of each size, smallest first.
struct Cost {
    what: &'static str,
    unit: &'static str,
    values: Vec<f64>,
}

pub(crate) async fn measure(bench: &Bench, ten_million: bool, report: &mut Report) -> Result<()> {
    let mut costs: Vec<Cost> = [
        ("a command of one of 64 callers", "µs"),
        ("load and decide, a stream of 100 events", "ms"),
        ("catch-up read", "µs an event"),
        ("rebuild of consultation_list", "µs an event"),
        ("log verify", "µs an event"),
        ("a list of 20 consultations over GraphQL, p50", "ms"),
    ]
    .map(|(what, unit)| Cost { what, unit, values: Vec::new() })
    .into();
    let sizes = &SIZES[..if ten_million { 3 } else { 2 }];
    let nothing = rebuild_of_nothing(bench).await?;
    let mut events = Vec::new();
    for (size, consultations) in sizes {
        let log = fill(bench, size, *consultations).await?;
        for (cost, value) in costs.iter_mut().zip(run(&log, nothing).await?) {
            progress(&format!("{size}: {}: {value:.2} {}", cost.what, cost.unit));
            cost.values.push(value);
        }
        bench.drop_database("bench_scale").await?;
        events.push(format!("{size}: {}", number(to_f64(log.events))));
    }
    for Cost { what, unit, values } in costs {
        let (Some(first), rest) = (values.first(), values.iter().zip(sizes).skip(1)) else { continue };
        let ratios: Vec<String> = rest
            .map(|(value, (size, _))| format!("{size}: {:.2} × ({value:.2} {unit})", value / first))
            .collect();
        report.row(what, ratios.join(", "), format!("{}: {first:.2} {unit}", sizes[0].0), "≤ 1.2 ×");
    }
    report.row("events of these logs", events.join(", "), String::new(), "");
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

/// A log of this size with its read models.
async fn fill(bench: &Bench, size: &str, consultations: usize) -> Result<Log> {
    let url = bench.database("bench_scale").await?;
    progress(&format!("writing a log of {size} events"));
    let output = ledgerdesk(&url)?.args(["demo", "--count", &consultations.to_string()]).output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let log = Log::at(url).await?;
    progress(&format!("{} events; now their read models", number(to_f64(log.events))));
    let _server = Server::start(&log.url).await?;
    log.caught_up(PATIENCE).await?;
    let pool = PgPool::connect(&log.url).await?;
    // What PostgreSQL does by itself some time after so much was written; not while it is measured.
    sqlx::raw_sql("vacuum (analyze)").execute(&pool).await?;
    pool.close().await;
    Ok(log)
}

/// What each thing costs here, in the order of the table. What makes the log longer comes last.
async fn run(log: &Log, nothing: f64) -> Result<[f64; 6]> {
    let pool = Bench::pool(&log.url).await?;
    let list = list(log).await?;
    let (mut reads, mut verified, mut rebuilt) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        reads.push(read::catch_up(&pool).await?);
        verified.push(verify(&pool).await?);
        rebuilt.push(rebuild::run(&log.url, REBUILT)?);
    }
    let per_event = |seconds: f64| seconds * 1e6 / to_f64(log.events);
    let node = Node::open(&pool).await;
    let streams = load::write(&node, STREAMS.0, STREAMS.1).await?;
    // Makes the keys of its clients.
    append::run(&node, APPEND.0, APPEND.1).await;
    let (mut loads, mut appends) = (Rounds::default(), Rounds::default());
    for _ in 0..ROUNDS {
        loads.push(load::run(&node, &streams).await?);
        appends.push(append::run(&node, APPEND.0, APPEND.1).await);
    }
    node.close().await;
    pool.close().await;
    Ok([
        1e6 / appends.rate(),
        loads.percentile(50),
        per_event(median(reads)),
        per_event(median(rebuilt) - nothing),
        per_event(median(verified)),
        list,
    ])
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
    let client = Client::new(server.address.trim_start_matches("http://"), KEY);
    let mut times = Vec::new();
    let started = Instant::now();
    for _ in 0..QUERIES {
        let sent = Instant::now();
        let answer = client.try_post(LIST, &json!({})).await.context("the server does not answer")?;
        times.push(sent.elapsed());
        ensure!(answer["data"]["consultations"]["nodes"].is_array(), "{answer}");
    }
    Ok(Times::new(times, started.elapsed()).percentile(50))
}
