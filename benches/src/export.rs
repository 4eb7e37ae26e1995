//! The log as a file: verified on its way out, as lines of JSON.

use std::{fs, time::Instant};

use anyhow::{Result, ensure};

use crate::{
    Bench, ROUNDS,
    log::{Log, to_f64},
    process::ledgerdesk,
    report::{Report, median, number},
    scan,
};

/// Plain and compressed.
const FILES: [&str; 2] = ["log.ndjson", "log.ndjson.gz"];

pub(crate) async fn measure(bench: &Bench, log: &Log, report: &mut Report) -> Result<()> {
    let pool = Bench::pool(&log.url).await?;
    let (mut rates, mut theirs) = (FILES.map(|_| Vec::new()), Vec::new());
    let mut sizes = FILES.map(|_| 0);
    for _ in 0..ROUNDS {
        theirs.push(to_f64(log.events) / scan::run(&pool).await?);
        for ((name, rates), size) in FILES.iter().zip(&mut rates).zip(&mut sizes) {
            let file = bench.scratch.join(name);
            let started = Instant::now();
            let output = ledgerdesk(&log.url)?.args(["log", "export"]).arg(&file).output()?;
            rates.push(to_f64(log.events) / started.elapsed().as_secs_f64());
            ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            *size = i64::try_from(fs::metadata(&file)?.len())?;
            fs::remove_file(&file)?;
        }
    }
    pool.close().await;
    let baseline = median(theirs);
    for ((name, rates), size) in FILES.iter().zip(rates).zip(sizes) {
        let rate = median(rates);
        report.row(
            &format!("`log export {name}`, events/s, process start included"),
            format!("{:.2} × ({}/s)", rate / baseline, number(rate)),
            format!(
                "{}: {}/s; {} bytes per event in the file",
                scan::WHAT,
                number(baseline),
                number(to_f64(size) / to_f64(log.events))
            ),
            "",
        );
    }
    Ok(())
}
