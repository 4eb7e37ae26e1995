//! Commands over GraphQL: authenticated, guarded, decided, sealed, chained, projected.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use anyhow::Result;
use ledgerdesk_infrastructure::clock::{IdSource as _, SystemIds};
use serde_json::{Value, json};

use crate::{
    Bench, ROUNDS,
    pgbench::Pgbench,
    process::{KEY, Server},
    report::{Report, median, number},
    times::{Rounds, Times},
};

const CONNECTIONS: usize = 64;

const OPEN: &str = "mutation($key: String!) { openConsultation(input: { idempotencyKey: $key, \
    topic: \"The printer on the second floor is out of toner\", channel: SITE }) \
    { position userErrors { code } } }";

pub(crate) async fn measure(bench: &Bench, report: &mut Report) -> Result<()> {
    let url = bench.database("bench_graphql").await?;
    let pgbench = Pgbench::prepare(bench, &url).await?;
    let server = Server::start(&url).await?;
    let (mut ours, mut theirs) = (Rounds::default(), Vec::new());
    for _ in 0..ROUNDS {
        theirs.push(pgbench.run(CONNECTIONS)?);
        ours.push(run(&server, bench.round).await);
    }
    let baseline = median(theirs);
    report.row(
        "GraphQL commands/s, 64 connections, everything on",
        format!(
            "{:.2} × ({}/s), p99 {:.0} ms",
            ours.rate() / baseline,
            number(ours.rate()),
            ours.percentile(99)
        ),
        format!("pgbench, one bare row a transaction, 64 clients: {}/s", number(baseline)),
        "≥ 1.0 × pgbench, p99 < 25 ms",
    );
    report.row(
        "server memory after these commands",
        format!("{} MB resident", number(server.memory()?.resident)),
        format!("at its peak {} MB", number(server.memory()?.peak)),
        "< 150 MB",
    );
    Ok(())
}

/// As many connections as wait for their answers, for so long.
pub(crate) async fn run(server: &Server, round: Duration) -> Times {
    let times = Arc::new(Mutex::new(Vec::new()));
    let started = Instant::now();
    let opener = Opener::of(server);
    let tasks: Vec<_> = (0..CONNECTIONS)
        .map(|_| {
            let (opener, times) = (opener.clone(), times.clone());
            tokio::spawn(async move {
                let mut mine = Vec::new();
                while started.elapsed() < round {
                    let sent = Instant::now();
                    if opener.open().await.is_some() {
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
    let times = std::mem::take(&mut *times.lock().unwrap_or_else(PoisonError::into_inner));
    Times::new(times, started.elapsed())
}

/// Opens consultations over GraphQL.
#[derive(Clone)]
pub(crate) struct Opener {
    client: reqwest::Client,
    url: String,
}

impl Opener {
    pub(crate) fn of(server: &Server) -> Self {
        let client =
            reqwest::Client::builder().pool_max_idle_per_host(CONNECTIONS).build().unwrap_or_default();
        Self { client, url: format!("{}/graphql", server.address) }
    }

    /// The position of the event of one command; nothing where it was refused: an error that came back fast is
    /// not speed.
    pub(crate) async fn open(&self) -> Option<i64> {
        let body = json!({ "query": OPEN, "variables": { "key": SystemIds.next_id().to_string() } });
        let answer = self.client.post(&self.url).bearer_auth(KEY).json(&body).send().await.ok()?;
        let answer: Value = answer.json().await.ok()?;
        answer["data"]["openConsultation"]["position"].as_i64()
    }
}
