//! Commands through the executor and the appender: decided, sealed, chained, idempotent, committed.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
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
    Bench, ROUND, ROUNDS,
    pgbench::Pgbench,
    report::{Report, median, number},
};

const CALLERS: [usize; 4] = [1, 16, 64, 128];
const PGBENCH_CLIENTS: [usize; 3] = [1, 16, 64];
/// As many clients open consultations, so that their keys are in use again and again.
const CLIENTS: u128 = 1_000;

pub(crate) async fn measure(bench: &Bench, report: &mut Report) -> Result<()> {
    let url = bench.database("bench_append").await?;
    let pgbench = Pgbench::prepare(&url).await?;
    let pool = Bench::pool(&url).await?;
    let node = Node::open(&pool).await;
    let mut ours = vec![Vec::new(); CALLERS.len()];
    let mut theirs = vec![Vec::new(); PGBENCH_CLIENTS.len()];
    for _ in 0..ROUNDS {
        for (clients, rates) in PGBENCH_CLIENTS.iter().zip(&mut theirs) {
            rates.push(pgbench.run(*clients)?);
        }
        for (callers, rates) in CALLERS.iter().zip(&mut ours) {
            rates.push(run(&node, *callers).await);
        }
    }
    node.close().await;
    let theirs: Vec<f64> = theirs.into_iter().map(median).collect();
    let best = theirs.iter().copied().fold(0.0, f64::max);
    for (callers, rates) in CALLERS.iter().zip(ours) {
        let rate = median(rates);
        let (clients, baseline) = PGBENCH_CLIENTS
            .iter()
            .zip(&theirs)
            .find(|(clients, _)| *clients == callers)
            .map_or((64, best), |(clients, rate)| (*clients, *rate));
        report.row(
            &format!("commands/s through the appender, {callers} waiting callers"),
            format!("{:.2} × ({}/s)", rate / baseline, number(rate)),
            format!("pgbench, one bare row a transaction, {clients} clients: {}/s", number(baseline)),
            if *callers == 64 { "≥ 1.5 × pgbench" } else { "" },
        );
    }
    Ok(())
}

/// Commands per second with this many callers that wait for their answers.
async fn run(node: &Node, callers: usize) -> f64 {
    let done = Arc::new(AtomicU64::new(0));
    let started = Instant::now();
    let tasks: Vec<_> = (0..callers)
        .map(|_| {
            let (node, done) = (node.clone(), done.clone());
            tokio::spawn(async move {
                while started.elapsed() < ROUND {
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
                    if node.executor.execute::<Consultation>(envelope).await.is_ok() {
                        done.fetch_add(1, Ordering::Relaxed);
                    }
                }
            })
        })
        .collect();
    for task in tasks {
        // A caller that panicked shows in the rate.
        let _ = task.await;
    }
    #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
    let done = done.load(Ordering::Relaxed) as f64;
    done / started.elapsed().as_secs_f64()
}
