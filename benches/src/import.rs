//! A real log, imported while a server projects it.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use crate::{
    Bench,
    log::{self, Log, to_f64},
    process::{Server, ledgerdesk},
    report::{Report, number},
};

/// Rows of the log that is imported.
const ROWS: f64 = 141_712.0;
/// How long the read models may take.
const PATIENCE: Duration = Duration::from_mins(5);
/// How soon a server has given back what it needed for the import only.
const REST: Duration = Duration::from_secs(30);

pub(crate) async fn measure(bench: &Bench, report: &mut Report) -> Result<Log> {
    let url = bench.database("bench_import").await?;
    let Some(source) = log::real("import") else {
        println!("a generated history takes its place in the sections that read a log");
        let _server = Server::start(&url).await?;
        let log = Log::generated(url).await?;
        log.caught_up(PATIENCE).await?;
        return Ok(log);
    };
    let server = Server::start(&url).await?;
    let started = Instant::now();
    let status =
        ledgerdesk(&url)?.args(["import", "--mapping", "uci_incident"]).arg(&source).output()?.status;
    ensure!(status.success(), "the import failed");
    let imported = started.elapsed();
    let log = Log::at(url).await?;
    log.caught_up(PATIENCE).await?;
    let projected = started.elapsed();
    report.row(
        "import, source rows/s, a server projecting beside it",
        format!("{}/s", number(ROWS / imported.as_secs_f64())),
        format!("{} events in {:.1} s", number(to_f64(log.events)), imported.as_secs_f64()),
        "≥ 20,000/s",
    );
    report.row(
        "the same until every read model has caught up",
        format!("{}/s", number(ROWS / projected.as_secs_f64())),
        format!("{} read models, {:.1} s", ledgerdesk_tests::read_models(), projected.as_secs_f64()),
        "",
    );
    let memory = server.memory()?;
    tokio::time::sleep(REST).await;
    report.row(
        "server memory half a minute after the import",
        format!("{} MB resident", number(server.memory()?.resident)),
        format!("at once {} MB, at its peak {} MB", number(memory.resident), number(memory.peak)),
        "< 150 MB",
    );
    drop(server);
    Ok(log)
}
