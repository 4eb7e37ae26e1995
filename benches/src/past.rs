//! Lists and counts of a million consultations as they were, at their beginning, deep in them and at their end.
//!
//! The log is written by one statement, with some seven events for each consultation; the versions are rebuilt from it,
//! and the consultations of each page are folded from it.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use ledgerdesk_api::graphql::global_id::{NodeKind, encode};
use ledgerdesk_domain::id::WorkspaceId;
use ledgerdesk_tests::fill;
use serde_json::{Value, json};
use sqlx::PgPool;
use uuid::Uuid;

use crate::{
    Bench,
    asker::Asker,
    graphql::Opener,
    log::{Log, to_f64},
    process::{KEY, Server},
    rebuild,
    report::{Report, number, progress},
    times::Times,
};

const CONSULTATIONS: i64 = 1_000_000;
const VERSIONS: &str = "consultation_versions";
/// What every metric of consultations is read from.
const FACTS: &str = "consultation_facts";
/// How often each page is asked for.
const REPEATS: usize = 10;
/// Pages of a hundred that are read to come deep into a list.
const DEEP: usize = 10;
const PATIENCE: Duration = Duration::from_mins(5);

const FILTERS: [(&str, &str); 7] = [
    ("everything", "{}"),
    ("open work", "{ status: [QUEUED, IN_PROGRESS, WAITING_FOR_CLIENT, ON_HOLD] }"),
    ("a team's open work", "{ team: [\"team 3\"], status: [QUEUED, IN_PROGRESS] }"),
    ("what is closed", "{ status: [CLOSED] }"),
    ("an urgency", "{ priority: [URGENT] }"),
    ("a busy manager", "{ assignee: [\"$MANAGER\"] }"),
    ("a client", "{ client: [\"$CLIENT\"] }"),
];
const ORDERS: [&str; 3] = ["OPENED_AT", "PRIORITY", "CLOSED_AT"];

pub(crate) async fn measure(bench: &Bench, report: &mut Report) -> Result<()> {
    let url = bench.database("bench_past").await?;
    fill(&url).await?;
    let events = Log::at(url.clone()).await?.events;
    progress("replaying all metrics");
    let took = rebuild::run(&url, FACTS)?;
    report.row(
        &format!("full replay of the metrics of {} consultations", number(1e6)),
        format!("{took:.0} s ({} events/s)", number(to_f64(events) / took)),
        format!("{} events", number(to_f64(events))),
        "≥ 150,000/s",
    );
    progress("rebuilding the versions");
    let took = rebuild::run(&url, VERSIONS)?;
    let pool = PgPool::connect(&url).await?;
    sqlx::raw_sql("vacuum analyze read.consultation_versions").execute(&pool).await?;
    let (versions, bytes): (i64, i64) = sqlx::query_as(
        "select count(*), pg_total_relation_size('read.consultation_versions') from read.consultation_versions",
    )
    .fetch_one(&pool)
    .await?;
    pool.close().await;
    report.row(
        &format!("rebuild of the versions of {} consultations", number(1e6)),
        format!("{took:.0} s ({} events/s)", number(to_f64(events) / took)),
        format!("{} versions, {} MB with indexes", number(to_f64(versions)), bytes / 1_000_000),
        "",
    );
    let server = Server::start(&url).await?;
    Log::at(url.clone()).await?.caught_up(PATIENCE).await?;
    let mut asker = Asker::connect(&server.address, KEY).await?;
    lists(&mut asker, events, report).await?;
    counts(&mut asker, events, report).await
}

/// The log of a help desk, with every read model but the versions as if it had been folded.
async fn fill(url: &str) -> Result<()> {
    {
        let server = Server::start(url).await?;
        Opener::of(&server).open().await.context("a command was refused")?;
        Log::at(url.to_owned()).await?.caught_up(PATIENCE).await?;
    }
    let pool = PgPool::connect(url).await?;
    let workspace: Uuid = sqlx::query_scalar("select workspace_id from read.consultation_list limit 1")
        .fetch_one(&pool)
        .await?;
    progress("writing a log of a million consultations");
    let mut connection = pool.acquire().await?;
    fill::consultations(&mut connection, WorkspaceId(workspace), CONSULTATIONS).await?;
    fill::history(&mut connection, WorkspaceId(workspace)).await?;
    fill::pass_over(&mut connection, VERSIONS).await?;
    drop(connection);
    pool.close().await;
    Ok(())
}

/// Long ago, in the middle, not long ago: by time, by position, and as was known.
fn moments(events: i64) -> Vec<String> {
    let mut moments: Vec<String> = ["2020-03-01", "2022-11-01", "2025-07-01"]
        .iter()
        .map(|day| format!("asOf: {{ time: \"{day}T12:00:00Z\" }}"))
        .collect();
    for share in [20, 2] {
        moments.push(format!("asOf: {{ position: {} }}", events / share));
    }
    moments.push(format!("asOf: {{ position: {} }}", events - events / 20));
    let known = events / 2;
    moments.push(format!("asOf: {{ time: \"2022-06-01T12:00:00Z\" }}, asKnownAt: {{ position: {known} }}"));
    moments
}

async fn lists(asker: &mut Asker, events: i64, report: &mut Report) -> Result<()> {
    let (mut all, mut slowest, mut over) = (Vec::new(), (String::new(), 0.0), 0);
    let mut count = 0;
    for moment in moments(events) {
        for (name, filter) in FILTERS {
            for order in ORDERS {
                let times = list(asker, filter, order, &moment).await?;
                let p99 = Times::new(times.clone(), Duration::ZERO).percentile(99);
                over += usize::from(p99 >= 50.0);
                count += 1;
                if p99 > slowest.1 {
                    slowest = (format!("{name} by {order}, {moment}"), p99);
                }
                println!("{name} by {order}, {moment}: p99 {p99:.1} ms");
                all.extend(times);
            }
        }
    }
    let all = Times::new(all, Duration::ZERO);
    report.row(
        &format!("a page of 20 of {} consultations as they were, {count} lists at three depths", number(1e6)),
        format!("p50 {:.1} ms, p99 {:.1} ms", all.percentile(50), all.percentile(99)),
        format!("the slowest: {}, p99 {:.1} ms; {over} over 50 ms", slowest.0, slowest.1),
        "p99 < 50 ms",
    );
    Ok(())
}

async fn counts(asker: &mut Asker, events: i64, report: &mut Report) -> Result<()> {
    first_count(asker, report).await?;
    for (name, filter) in [FILTERS[0], FILTERS[1], FILTERS[5]] {
        let (mut all, mut slowest) = (Vec::new(), (String::new(), 0.0));
        for moment in moments(events) {
            let filter = named(filter);
            let body =
                body(&format!("{{ consultationCounts(filter: {filter}, {moment}) {{ status count }} }}"));
            asker.ask(&body).await?;
            let times = timed(asker, &body).await?;
            let p99 = Times::new(times.clone(), Duration::ZERO).percentile(99);
            println!("counts of {name}, {moment}: p99 {p99:.1} ms");
            if p99 > slowest.1 {
                slowest = (moment, p99);
            }
            all.extend(times);
        }
        let all = Times::new(all, Duration::ZERO);
        report.row(
            &format!("counts by status of {name}, of {} consultations as they were", number(1e6)),
            format!("p50 {:.1} ms, p99 {:.1} ms", all.percentile(50), all.percentile(99)),
            format!("the slowest: {}, p99 {:.1} ms", slowest.0, slowest.1),
            "p99 < 50 ms",
        );
    }
    Ok(())
}

/// The first count of a node looks at everything, and makes sums of it for those that follow.
async fn first_count(asker: &mut Asker, report: &mut Report) -> Result<()> {
    let body =
        body("{ consultationCounts(filter: {}, asOf: { time: \"2022-11-01T12:00:00Z\" }) { status count } }");
    let began = Instant::now();
    asker.ask(&body).await?;
    let first = began.elapsed();
    loop {
        let sent = Instant::now();
        asker.ask(&body).await?;
        if sent.elapsed() < first / 4 {
            break;
        }
        ensure!(began.elapsed() < PATIENCE, "counting everything never became faster");
    }
    report.row(
        &format!("the first count of {} consultations as they were, after a start", number(1e6)),
        format!("{:.0} ms", first.as_secs_f64() * 1e3),
        format!("its sums are there after {:.1} s", began.elapsed().as_secs_f64()),
        "",
    );
    Ok(())
}

/// The times of a list's first page, of one deep in it and of its last one.
async fn list(asker: &mut Asker, filter: &str, order: &str, moment: &str) -> Result<Vec<Duration>> {
    let mut cursor: Option<String> = None;
    for _ in 0..DEEP {
        let after = cursor.as_ref().map(|cursor| format!(", after: \"{cursor}\"")).unwrap_or_default();
        let which = format!("first: 100{after}");
        let answer: Value = serde_json::from_slice(asker.ask(&page(filter, order, &which, moment)).await?)?;
        let info = &answer["data"]["consultations"]["pageInfo"];
        cursor = info["endCursor"].as_str().map(str::to_owned).or(cursor);
        if info["hasNextPage"] != true {
            break;
        }
    }
    let mut pages = vec!["first: 20".to_owned(), "last: 20".to_owned()];
    pages.extend(cursor.map(|cursor| format!("first: 20, after: \"{cursor}\"")));
    let mut times = Vec::new();
    for which in pages {
        let body = page(filter, order, &which, moment);
        asker.ask(&body).await?;
        times.extend(timed(asker, &body).await?);
    }
    Ok(times)
}

fn page(filter: &str, order: &str, which: &str, moment: &str) -> String {
    let filter = named(filter);
    body(&format!(
        "{{ consultations(filter: {filter}, orderBy: {{ field: {order}, direction: DESC }}, {which}, {moment}) \
        {{ nodes {{ id topic status updatedAt }} pageInfo {{ hasNextPage endCursor }} }} }}"
    ))
}

/// The filter with the ids of those whom it names.
fn named(filter: &str) -> String {
    let id = |kind, text: &str| encode(kind, text.parse().unwrap_or_default());
    filter
        .replace("$MANAGER", &id(NodeKind::Manager, "00000000-0000-0000-0002-000000000039"))
        .replace("$CLIENT", &id(NodeKind::Client, "00000000-0000-0000-0001-000000000077"))
}

fn body(query: &str) -> String {
    json!({ "query": query }).to_string()
}

async fn timed(asker: &mut Asker, body: &str) -> Result<Vec<Duration>> {
    let mut times = Vec::new();
    for _ in 0..REPEATS {
        let sent = Instant::now();
        let answer = asker.ask(body).await?;
        ensure!(!answer.is_empty(), "an empty answer");
        times.push(sent.elapsed());
    }
    Ok(times)
}
