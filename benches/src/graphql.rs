//! Commands over GraphQL: authenticated, guarded, decided, sealed, chained, projected.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use anyhow::Result;
use ledgerdesk_infrastructure::clock::{IdSource as _, SystemIds};
use serde_json::json;

use crate::{
    Bench, ROUND, ROUNDS,
    pgbench::Pgbench,
    process::{KEY, Server},
    report::{Report, median, number},
};

const CONNECTIONS: usize = 64;

const OPEN: &str = "mutation($key: String!) { openConsultation(input: { idempotencyKey: $key, \
    topic: \"The printer on the second floor is out of toner\", channel: SITE }) \
    { position userErrors { code } } }";

pub(crate) async fn measure(bench: &Bench, report: &mut Report) -> Result<()> {
    let url = bench.database("bench_graphql").await?;
    let pgbench = Pgbench::prepare(&url).await?;
    let server = Server::start(&url).await?;
    let (mut ours, mut theirs, mut slowest) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        theirs.push(pgbench.run(CONNECTIONS)?);
        let (rate, p99) = run(&server).await;
        ours.push(rate);
        slowest.push(p99.as_secs_f64() * 1000.0);
    }
    let (rate, baseline) = (median(ours), median(theirs));
    report.row(
        "GraphQL commands/s, 64 connections, everything on",
        format!("{:.2} × ({}/s), p99 {:.0} ms", rate / baseline, number(rate), median(slowest)),
        format!("pgbench, one bare row a transaction, 64 clients: {}/s", number(baseline)),
        "",
    );
    Ok(())
}

/// Commands per second, and the time that one in a hundred exceeds.
async fn run(server: &Server) -> (f64, Duration) {
    let times = Arc::new(Mutex::new(Vec::new()));
    let started = Instant::now();
    let client = reqwest::Client::builder().pool_max_idle_per_host(CONNECTIONS).build().unwrap_or_default();
    let tasks: Vec<_> = (0..CONNECTIONS)
        .map(|_| {
            let (client, times, url) = (client.clone(), times.clone(), format!("{}/graphql", server.address));
            tokio::spawn(async move {
                let mut mine = Vec::new();
                while started.elapsed() < ROUND {
                    let body =
                        json!({ "query": OPEN, "variables": { "key": SystemIds.next_id().to_string() } });
                    let sent = Instant::now();
                    let answer = client.post(&url).bearer_auth(KEY).json(&body).send().await;
                    let Ok(answer) = answer else { continue };
                    let text = answer.text().await.unwrap_or_default();
                    // An error that came back fast is not speed.
                    if text.contains("\"userErrors\":[]") && !text.contains("\"errors\"") {
                        mine.push(sent.elapsed());
                    }
                }
                times.lock().unwrap_or_else(PoisonError::into_inner).extend(mine);
            })
        })
        .collect();
    for task in tasks {
        let _ = task.await;
    }
    let took = started.elapsed().as_secs_f64();
    let mut times = std::mem::take(&mut *times.lock().unwrap_or_else(PoisonError::into_inner));
    times.sort_unstable();
    let p99 = times.get(times.len() * 99 / 100).copied().unwrap_or_default();
    #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
    let done = times.len() as f64;
    (done / took, p99)
}
