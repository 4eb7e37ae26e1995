//! Commands through the executor and the appender: decided, sealed, chained, idempotent, committed.

use std::{
    fmt::Write as _,
    time::{Duration, Instant},
};

use anyhow::Result;
use ledgerdesk_domain::{consultation::Consultation, id::ClientId};
use ledgerdesk_infrastructure::{
    clock::{IdSource as _, SystemIds},
    command::Envelope,
};
use ledgerdesk_tests::node::{Node, key, open};
use uuid::Uuid;

use crate::{
    Bench, ROUNDS,
    pgbench::{BATCH, Pgbench},
    report::{Report, median, number, progress},
    times::{Rounds, Times},
};

/// How many callers wait for their answers, and as many clients of the baseline.
const COUNTS: [usize; 4] = [1, 16, 64, 128];
/// As many clients open consultations, so that their keys are in use again and again.
const CLIENTS: u128 = 1_000;
/// As many clients write batches: enough for two cores, and few enough not to stand in each other's way.
const BATCH_CLIENTS: usize = 4;

pub(crate) async fn measure(bench: &Bench, report: &mut Report) -> Result<()> {
    let url = bench.database("bench_append").await?;
    let pgbench = Pgbench::prepare(bench, &url).await?;
    let pool = Bench::pool(&url).await?;
    let node = Node::open(&pool).await;
    let mut ours: Vec<Rounds> = COUNTS.iter().map(|_| Rounds::default()).collect();
    let mut theirs = vec![Vec::new(); COUNTS.len()];
    let (mut one, mut batches) = (Rounds::default(), Vec::new());
    for round in 1..=ROUNDS {
        progress(&format!("appends, round {round} of {ROUNDS}"));
        for (callers, (ours, theirs)) in COUNTS.iter().zip(ours.iter_mut().zip(&mut theirs)) {
            theirs.push(pgbench.run(*callers)?);
            ours.push(run(&node, *callers, bench.round).await);
        }
        one.push(pgbench.run_one()?);
        batches.push(pgbench.run_batches(BATCH_CLIENTS)?);
    }
    node.close().await;
    let theirs: Vec<f64> = theirs.into_iter().map(median).collect();
    rates(&ours, &theirs, report);
    let (took, baseline) = (ours[0].percentile(50), one.percentile(50));
    report.row(
        "a command of one caller, from its call to its answer",
        format!("{:.2} × (p50 {took:.2} ms, p99 {:.2} ms)", took / baseline, ours[0].percentile(99)),
        format!(
            "pgbench, one bare row a transaction, 1 client: p50 {baseline:.2} ms, p99 {:.2} ms",
            one.percentile(99)
        ),
        "≤ 1.4 × pgbench",
    );
    report.row(
        &format!("baseline: bare rows/s, {BATCH} rows a transaction made by one statement"),
        format!("{}/s", number(median(batches))),
        format!("pgbench, {BATCH_CLIENTS} clients"),
        "",
    );
    Ok(())
}

fn rates(ours: &[Rounds], theirs: &[f64], report: &mut Report) {
    let best = theirs.iter().copied().fold(0.0, f64::max);
    for ((callers, ours), theirs) in COUNTS.iter().zip(ours).zip(theirs) {
        let is_most = *callers == 128;
        // The most callers are held against the best that pgbench does with whatever number of clients.
        let (baseline, clients) =
            if is_most { (best, "at its best".to_owned()) } else { (*theirs, format!("{callers} clients")) };
        let mut beside = format!("pgbench, one bare row a transaction, {clients}: {}/s", number(baseline));
        if is_most {
            let _ = write!(beside, "; {callers} clients: {}/s", number(*theirs));
        }
        report.row(
            &format!("commands/s through the appender, {callers} waiting callers"),
            format!(
                "{:.2} × ({}/s), p99 {:.1} ms",
                ours.rate() / baseline,
                number(ours.rate()),
                ours.percentile(99)
            ),
            beside,
            match callers {
                64 => "≥ 1.5 × pgbench",
                128 => "≥ 2 × pgbench",
                _ => "",
            },
        );
    }
}

/// Commands with this many callers that wait for their answers, for so long.
pub(crate) async fn run(node: &Node, callers: usize, round: Duration) -> Times {
    let started = Instant::now();
    let tasks: Vec<_> = (0..callers)
        .map(|_| {
            let node = node.clone();
            tokio::spawn(async move {
                let mut times = Vec::new();
                while started.elapsed() < round {
                    let id = SystemIds.next_id();
                    let client = ClientId(Uuid::from_u128(1 + id.as_u128() % CLIENTS));
                    let name = id.to_string();
                    let envelope = Envelope {
                        idempotency: key(&name, &name),
                        ..node.envelope(
                            id,
                            open(Some(client), "The printer on the second floor is out of toner"),
                        )
                    };
                    let sent = Instant::now();
                    if node.executor.execute::<Consultation>(envelope).await.is_ok() {
                        times.push(sent.elapsed());
                    }
                }
                times
            })
        })
        .collect();
    let mut times = Vec::new();
    for task in tasks {
        // A caller that panicked shows in the rate.
        times.extend(task.await.unwrap_or_default());
    }
    Times::new(times, started.elapsed())
}
