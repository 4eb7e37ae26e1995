//! A real log, imported while a server projects it.

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};

use crate::{
    Bench,
    process::{Server, ledgerdesk},
    report::{Report, number},
};

/// Rows of the log that is imported.
const ROWS: f64 = 141_712.0;

/// A database with an imported log and its read models.
pub(crate) struct Imported {
    pub(crate) url: String,
    pub(crate) events: i64,
}

pub(crate) async fn measure(bench: &Bench, report: &mut Report) -> Result<Imported> {
    let url = bench.database("bench_import").await?;
    let source = shared().join("data/uci_incident/incident_event_log.csv.gz");
    if !source.exists() {
        println!("SKIPPED import: {} is absent; a generated history takes its place", source.display());
        let status = ledgerdesk(&url)?.arg("demo").status()?;
        ensure!(status.success(), "the demo failed");
        return Ok(Imported { events: head(&url).await?, url });
    }
    let server = Server::start(&url).await?;
    let started = Instant::now();
    let status = ledgerdesk(&url)?.args(["import", "--mapping", "uci_incident"]).arg(&source).status()?;
    ensure!(status.success(), "the import failed");
    let imported = started.elapsed();
    let events = head(&url).await?;
    caught_up(&url, events).await?;
    let projected = started.elapsed();
    report.row(
        "import, source rows/s, a server projecting beside it",
        format!("{}/s", number(ROWS / imported.as_secs_f64())),
        format!("{} events in {:.1} s", number(to_f64(events)), imported.as_secs_f64()),
        "≥ 20,000/s",
    );
    report.row(
        "the same until every read model has caught up",
        format!("{}/s", number(ROWS / projected.as_secs_f64())),
        format!("ten read models, {:.1} s", projected.as_secs_f64()),
        "",
    );
    report.row(
        "server memory after the import",
        format!("{} MB resident", number(server.resident_megabytes()?)),
        String::new(),
        "< 150 MB",
    );
    drop(server);
    Ok(Imported { url, events })
}

/// Where the real logs lie.
fn shared() -> PathBuf {
    std::env::var_os("LEDGERDESK_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared"), PathBuf::from)
}

async fn head(url: &str) -> Result<i64> {
    let pool = sqlx::PgPool::connect(url).await?;
    let head = sqlx::query_scalar("select coalesce(max(position), 0) from ledgerdesk.events")
        .fetch_one(&pool)
        .await?;
    pool.close().await;
    Ok(head)
}

/// Waits until every live read model stands at `events`.
async fn caught_up(url: &str, events: i64) -> Result<()> {
    let pool = sqlx::PgPool::connect(url).await?;
    let deadline = Instant::now() + Duration::from_mins(5);
    loop {
        let behind: i64 = sqlx::query_scalar(
            "select count(*) from ledgerdesk.projections where build = 'live' and position < $1",
        )
        .bind(events)
        .fetch_one(&pool)
        .await?;
        if behind == 0 {
            pool.close().await;
            return Ok(());
        }
        ensure!(Instant::now() < deadline, "{behind} read models are still behind after five minutes");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[expect(clippy::cast_precision_loss, reason = "a figure for people")]
pub(crate) fn to_f64(value: i64) -> f64 {
    value as f64
}
