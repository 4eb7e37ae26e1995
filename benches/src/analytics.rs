//! A year of a help desk of a million consultations by manager, with percentiles; a million rows as a file.
//!
//! The rows are written into the read models' tables by one statement, as for the lists.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use ledgerdesk_domain::id::WorkspaceId;
use ledgerdesk_tests::fill;
use serde_json::json;
use sqlx::PgPool;
use uuid::Uuid;

use crate::{
    Bench,
    asker::Asker,
    graphql::Opener,
    log::Log,
    process::{KEY, Server},
    report::{Report, number, progress},
    times::Times,
};

const CONSULTATIONS: i64 = 1_000_000;
const REPEATS: usize = 50;
const PATIENCE: Duration = Duration::from_mins(5);

pub(crate) async fn measure(bench: &Bench, report: &mut Report) -> Result<()> {
    let url = bench.database("bench_analytics").await?;
    let server = Server::start(&url).await?;
    Opener::of(&server).open().await.context("a command was refused")?;
    Log::at(url.clone()).await?.caught_up(PATIENCE).await?;
    let pool = PgPool::connect(&url).await?;
    progress("filling the tables");
    let workspace: Uuid = sqlx::query_scalar("select workspace_id from read.consultation_list limit 1")
        .fetch_one(&pool)
        .await?;
    let mut connection = pool.acquire().await?;
    fill::consultations(&mut connection, WorkspaceId(workspace), CONSULTATIONS).await?;
    fill::facts(&mut connection, WorkspaceId(workspace)).await?;
    let mut asker = Asker::connect(&server.address, KEY).await?;
    for (metric, dimension, years) in [
        ("first_response", "manager", "one year"),
        ("first_response", "manager", "all"),
        ("full_resolution", "manager", "one year"),
        ("opened", "team", "one year"),
        ("backlog", "team", "one year"),
    ] {
        let to = if years == "all" { "2030-01-01" } else { "2021-06-01" };
        let query = format!(
            "{{ analytics {{ report(input: {{ metrics: [{{ name: \"{metric}\" }}], dimensions: [\"{dimension}\"], \
             from: \"2020-06-01T00:00:00Z\", to: \"{to}T00:00:00Z\" }}) {{ metrics {{ total {{ n }} groups {{ \
             keys {{ value }} current {{ n mean p50 p90 p99 }} }} }} }} }} }}"
        );
        let body = json!({ "query": query }).to_string();
        asker.ask(&body).await?;
        let mut times = Vec::new();
        for _ in 0..REPEATS {
            let sent = Instant::now();
            asker.ask(&body).await?;
            times.push(sent.elapsed());
        }
        let times = Times::new(times, Duration::ZERO);
        let answer: serde_json::Value = serde_json::from_slice(asker.ask(&body).await?)?;
        let n =
            answer["data"]["analytics"]["report"]["metrics"][0]["total"]["n"].as_f64().unwrap_or_default();
        report.row(
            &format!("`{metric}` by {dimension} of {years}, of {} consultations", number(1e6)),
            format!("p50 {:.0} ms, p99 {:.0} ms", times.percentile(50), times.percentile(99)),
            format!("{} facts", number(n)),
            "p99 < 300 ms",
        );
    }
    for format in ["csv", "ndjson", "parquet", "xlsx"] {
        let before = server.memory()?;
        let sent = Instant::now();
        let address = format!("{}/api/exports/tables/consultations?format={format}", server.address);
        let mut answer = reqwest::Client::new().get(address).bearer_auth(KEY).send().await?;
        ensure!(answer.status().is_success(), "{}", answer.status());
        let mut bytes = 0;
        while let Some(piece) = answer.chunk().await? {
            bytes += piece.len();
        }
        let after = server.memory()?;
        report.row(
            &format!("{} rows of facts as {format}", number(1e6)),
            format!("{:.1} s, {} MB", sent.elapsed().as_secs_f64(), bytes / 1_000_000),
            format!("the server: {:.0} MB before, {:.0} MB at its peak", before.resident, after.peak),
            "< 20 s, flat memory",
        );
    }
    fill::journals(&mut connection, WorkspaceId(workspace)).await?;
    for (from, to, span) in
        [("2020-06-01", "2020-07-01", "one month"), ("2020-06-01", "2021-06-01", "one year")]
    {
        let query = format!(
            "{{ analytics {{ report(input: {{ metrics: [{{ name: \"sla_met\" }}, {{ name: \"sla_overdue\" }}], \
             dimensions: [\"manager\"], from: \"{from}T00:00:00Z\", to: \"{to}T00:00:00Z\" }}) {{ metrics {{ total {{ n }} \
             groups {{ keys {{ value }} current {{ n mean p50 p90 p99 }} }} }} }} }} }}"
        );
        let body = json!({ "query": query }).to_string();
        let sent = Instant::now();
        let answer: serde_json::Value = serde_json::from_slice(asker.ask(&body).await?)?;
        let n = answer["data"]["analytics"]["report"]["metrics"][0]["total"]["n"].as_f64();
        report.row(
            &format!("`sla_met` and `sla_overdue` by manager of {span}, of {} consultations", number(1e6)),
            n.map_or_else(
                || answer["errors"][0]["extensions"]["code"].to_string(),
                |_| format!("{:.1} s", sent.elapsed().as_secs_f64()),
            ),
            format!("{} clocks", number(n.unwrap_or_default())),
            "",
        );
    }
    drop(connection);
    pool.close().await;
    Ok(())
}
