//! Whether the log is what was appended: every hash of it computed anew, by the command that an auditor runs.

use std::time::Instant;

use anyhow::{Result, ensure};

use crate::{
    Bench, ROUNDS,
    log::{Log, to_f64},
    process::ledgerdesk,
    report::{Report, median, number},
    scan,
};

pub(crate) async fn measure(log: &Log, report: &mut Report) -> Result<()> {
    let pool = Bench::pool(&log.url).await?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        theirs.push(to_f64(log.events) / scan::run(&pool).await?);
        ours.push(to_f64(log.events) / run(&log.url)?);
    }
    pool.close().await;
    let (rate, baseline) = (median(ours), median(theirs));
    report.row(
        "`log verify`, events/s, process start included",
        format!("{:.2} × ({}/s)", rate / baseline, number(rate)),
        format!("{}: {}/s", scan::WHAT, number(baseline)),
        "≥ 300,000/s",
    );
    Ok(())
}

/// Seconds from the start of the process to its end.
fn run(url: &str) -> Result<f64> {
    let started = Instant::now();
    let output = ledgerdesk(url)?.args(["log", "verify"]).output()?;
    let took = started.elapsed().as_secs_f64();
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(took)
}
