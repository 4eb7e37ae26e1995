//! The log that the sections share: a real one that was imported, or a generated one where that is absent.

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use sqlx::PgPool;

use crate::{Bench, process::ledgerdesk, report::progress};

/// Consultations of the generated log: some 200,000 events, as many as the real one has.
const GENERATED: &str = "15000";

/// A database with a log and its read models.
pub(crate) struct Log {
    pub(crate) url: String,
    pub(crate) events: i64,
}

impl Log {
    /// The log in this database.
    pub(crate) async fn at(url: String) -> Result<Self> {
        let pool = PgPool::connect(&url).await?;
        let events = head(&pool).await?;
        pool.close().await;
        Ok(Self { url, events })
    }

    /// A generated history takes the place of a real log that is absent.
    pub(crate) async fn generated(url: String) -> Result<Self> {
        let status = ledgerdesk(&url)?.args(["demo", "--count", GENERATED]).status()?;
        ensure!(status.success(), "the demo failed");
        Self::at(url).await
    }

    /// A new database with the same log and nothing else: no read model, no checkpoint.
    pub(crate) async fn copy(&self, bench: &Bench, name: &str) -> Result<Self> {
        let file = bench.scratch.join(format!("{name}.ndjson"));
        let exported = ledgerdesk(&self.url)?.args(["log", "export", "--with-keys"]).arg(&file).output()?;
        ensure!(exported.status.success(), "{}", String::from_utf8_lossy(&exported.stderr));
        let url = bench.database(name).await?;
        let imported = ledgerdesk(&url)?.args(["log", "import"]).arg(&file).output()?;
        ensure!(imported.status.success(), "{}", String::from_utf8_lossy(&imported.stderr));
        std::fs::remove_file(&file)?;
        Ok(Self { url, events: self.events })
    }

    /// Waits until every live read model stands at the end of the log.
    pub(crate) async fn caught_up(&self, patience: Duration) -> Result<()> {
        let pool = PgPool::connect(&self.url).await?;
        let started = Instant::now();
        let mut told = started;
        loop {
            let (there, behind): (i64, Option<String>) = sqlx::query_as(
                "select count(*) filter (where position >= $1), \
                 string_agg(name || ' at ' || position, ', ' order by position) filter (where position < $1) \
                 from ledgerdesk.projections where build = 'live'",
            )
            .bind(self.events)
            .fetch_one(&pool)
            .await?;
            if usize::try_from(there)? >= ledgerdesk_tests::read_models() {
                pool.close().await;
                return Ok(());
            }
            let behind = behind.unwrap_or_else(|| "some that nobody has taken up".to_owned());
            ensure!(started.elapsed() < patience, "still behind {}: {behind}", self.events);
            if told.elapsed() > Duration::from_secs(10) {
                told = Instant::now();
                progress(&format!("behind {}: {behind}", self.events));
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

pub(crate) async fn head(pool: &PgPool) -> Result<i64> {
    Ok(sqlx::query_scalar("select coalesce(max(position), 0) from ledgerdesk.events").fetch_one(pool).await?)
}

/// The real log that is imported, where it is there; its absence is told loudly.
pub(crate) fn real(section: &str) -> Option<PathBuf> {
    let shared = std::env::var_os("LEDGERDESK_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared"), PathBuf::from);
    let source = shared.join("data/uci_incident/incident_event_log.csv.gz");
    if source.exists() {
        return Some(source);
    }
    println!("SKIPPED {section}: {} is absent", source.display());
    None
}

#[expect(clippy::cast_precision_loss, reason = "a figure for people")]
pub(crate) fn to_f64(value: i64) -> f64 {
    value as f64
}
