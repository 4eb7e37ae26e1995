//! Read models from zero: each by itself, and all together as a new node does it.

use std::{
    fmt::Write as _,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};

use crate::{
    Bench, ROUNDS,
    log::{Log, to_f64},
    process::{Server, ledgerdesk},
    report::{Report, median, number, progress},
    sql,
};

/// The one that is compared with what PostgreSQL computes by itself.
const COMPARED: &str = "consultation_list";
/// How long all read models may take together.
const PATIENCE: Duration = Duration::from_mins(5);

pub(crate) async fn measure(bench: &Bench, log: &Log, report: &mut Report) -> Result<()> {
    let names = read_models(&log.url).await?;
    let mut single = vec![Vec::new(); names.len()];
    let (mut together, mut content, mut indexes) = (Vec::new(), Vec::new(), Vec::new());
    let fresh = log.copy(bench, "bench_together").await?;
    for round in 1..=ROUNDS {
        progress(&format!("rebuilds, round {round} of {ROUNDS}"));
        for (name, times) in names.iter().zip(&mut single) {
            times.push(run(&log.url, name)?);
        }
        let computed = sql::run(&log.url).await?;
        content.push(computed.content);
        indexes.push(computed.indexes);
        together.push(all(bench, &fresh).await?);
    }
    bench.drop_database("bench_together").await?;
    let single: Vec<f64> = single.into_iter().map(median).collect();
    let (content, indexes) = (median(content), median(indexes));
    let events = to_f64(log.events);
    for (name, took) in names.iter().zip(&single) {
        let mut measured = format!("{}/s", number(events / took));
        let mut beside = format!("{} events in {took:.1} s, process start included", number(events));
        if name == COMPARED {
            measured = format!("{:.2} × ({measured})", content / took);
            let _ = write!(
                beside,
                "; one SQL statement over the log's JSON: {}/s, with the same indexes {}/s",
                number(events / content),
                number(events / (content + indexes))
            );
        }
        report.row(&format!("rebuild of {name}, events/s"), measured, beside, "≥ 400,000/s");
    }
    report.row(
        "rebuild of all read models, one after the other",
        format!("{:.1} s", single.iter().sum::<f64>()),
        format!("{} read models", ledgerdesk_tests::read_models()),
        "",
    );
    let together = median(together);
    report.row(
        "all read models together on the live path, from an empty read side, events/s",
        format!("{}/s", number(events / together)),
        format!("{} events in {together:.1} s, start of the server included", number(events)),
        "≥ 150,000/s",
    );
    Ok(())
}

async fn read_models(url: &str) -> Result<Vec<String>> {
    let pool = sqlx::PgPool::connect(url).await?;
    let names: Vec<String> =
        sqlx::query_scalar("select name from ledgerdesk.projections where build = 'live' order by name")
            .fetch_all(&pool)
            .await?;
    pool.close().await;
    ensure!(names.len() == ledgerdesk_tests::read_models(), "there are {} read models", names.len());
    Ok(names)
}

/// Seconds of one rebuild, from the start of the process to its end.
pub(crate) fn run(url: &str, name: &str) -> Result<f64> {
    let started = Instant::now();
    let output = ledgerdesk(url)?
        .args(["projections", "rebuild", name])
        .output()
        .context("the rebuild does not start")?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(started.elapsed().as_secs_f64())
}

/// Seconds from the start of a server that finds a log and no read models until it has all of them.
async fn all(bench: &Bench, fresh: &Log) -> Result<f64> {
    let url = bench.clone_database("bench_together", "bench_together_round").await?;
    let log = Log { url, events: fresh.events };
    let started = Instant::now();
    let server = Server::start(&log.url).await?;
    log.caught_up(PATIENCE).await?;
    let took = started.elapsed().as_secs_f64();
    drop(server);
    bench.drop_database("bench_together_round").await?;
    Ok(took)
}
