//! The baseline: one bare row per transaction, by PostgreSQL's own benchmark.

use std::{fs, path::PathBuf, process::Command, time::Duration};

use anyhow::{Context as _, Result, ensure};
use sqlx::PgPool;

use crate::{Bench, times::Times};

/// Its clock starts before its clients connect, which takes many of them a second on a busy machine; its rate leaves
/// that time out.
const SHORTEST: Duration = Duration::from_secs(3);

/// The columns of the log, its primary key, and nothing else: no second index, no trigger, no function.
const TABLE: &str = "create table bare (
    position bigint generated always as identity primary key, workspace_sequence bigint not null,
    workspace_id uuid not null, event_id uuid not null, stream_id uuid not null,
    occurred_at timestamptz not null, recorded_at timestamptz not null, stream_version integer not null,
    schema_version smallint not null, stream_type text not null, event_type text not null,
    payload json not null, metadata json not null, sealed bytea, hash bytea not null)";

const COLUMNS: &str = "(workspace_sequence, workspace_id, event_id, stream_id, occurred_at, recorded_at, \
    stream_version, schema_version, stream_type, event_type, payload, metadata, sealed, hash)";

const VALUES: &str = r#"1, '019a0000-0000-7000-8000-000000000001', gen_random_uuid(), gen_random_uuid(), now(), now(), 1, 1, 'consultation', 'ConsultationOpened', '{"channel":"SITE","client_id":"019a0000-0000-7000-8000-000000000002","priority":"NORMAL","topic":{"$sealed":0}}', '{"actor":{"kind":"SYSTEM"},"correlation_id":"019a0000-0000-7000-8000-000000000003","person_id":"019a0000-0000-7000-8000-000000000002","source":{"system":"bench"}}', decode(repeat('ab', 90), 'hex'), decode(repeat('cd', 32), 'hex')"#;

/// The same row so often in one transaction: what PostgreSQL takes in if nobody waits for single rows.
pub(crate) const BATCH: u32 = 500;

/// A table for the baseline and the scripts that fill it.
pub(crate) struct Pgbench {
    url: String,
    directory: PathBuf,
    round: Duration,
}

impl Pgbench {
    pub(crate) async fn prepare(bench: &Bench, url: &str) -> Result<Self> {
        let pool = PgPool::connect(url).await?;
        sqlx::raw_sql(TABLE).execute(&pool).await?;
        pool.close().await;
        let directory = bench.scratch.clone();
        fs::write(directory.join("row.sql"), format!("insert into bare {COLUMNS} values ({VALUES});"))?;
        let batch = format!("insert into bare {COLUMNS} select {VALUES} from generate_series(1, {BATCH});");
        fs::write(directory.join("batch.sql"), batch)?;
        Ok(Self { url: for_libpq(url), directory, round: bench.round.max(SHORTEST) })
    }

    /// Transactions of one row per second with this many clients.
    pub(crate) fn run(&self, clients: usize) -> Result<f64> {
        self.rate("row.sql", clients, &[])
    }

    /// Rows per second with this many clients, in batches.
    pub(crate) fn run_batches(&self, clients: usize) -> Result<f64> {
        Ok(self.rate("batch.sql", clients, &[])? * f64::from(BATCH))
    }

    /// One client: the time of each of its transactions of one row.
    pub(crate) fn run_one(&self) -> Result<Times> {
        let prefix = self.directory.join("transactions");
        self.rate("row.sql", 1, &["-l", &format!("--log-prefix={}", prefix.display())])?;
        let mut times = Vec::new();
        for entry in fs::read_dir(&self.directory)? {
            let path = entry?.path();
            if !path.to_string_lossy().starts_with(&*prefix.to_string_lossy()) {
                continue;
            }
            for line in fs::read_to_string(&path)?.lines() {
                // Client, number of the transaction, microseconds.
                let micros = line.split(' ').nth(2).and_then(|micros| micros.parse().ok());
                times.push(Duration::from_micros(micros.context("pgbench logs something else")?));
            }
            fs::remove_file(&path)?;
        }
        Ok(Times::new(times, self.round))
    }

    fn rate(&self, script: &str, clients: usize, options: &[&str]) -> Result<f64> {
        let output = Command::new(binary())
            .args(["-n", "-M", "prepared", "-c", &clients.to_string(), "-j", &clients.min(2).to_string()])
            .args(["-T", &self.round.as_secs().to_string()])
            .args(options)
            .arg("-f")
            .arg(self.directory.join(script))
            .arg("-d")
            .arg(&self.url)
            .output()
            .context("pgbench does not start")?;
        let text = String::from_utf8_lossy(&output.stdout);
        ensure!(output.status.success(), "pgbench failed: {}", String::from_utf8_lossy(&output.stderr));
        text.lines()
            .find_map(|line| line.strip_prefix("tps = ")?.split_whitespace().next()?.parse().ok())
            .with_context(|| format!("pgbench said no rate: {text}"))
    }
}

/// The URL without the parameters that only our own driver knows.
pub(crate) fn for_libpq(url: &str) -> String {
    let Some((server, parameters)) = url.split_once('?') else { return url.to_owned() };
    let known =
        |parameter: &&str| ["host=", "port=", "sslmode="].iter().any(|name| parameter.starts_with(name));
    let kept: Vec<&str> = parameters.split('&').filter(known).collect();
    format!("{server}?{}", kept.join("&"))
}

fn binary() -> PathBuf {
    let debian = PathBuf::from("/usr/lib/postgresql/15/bin/pgbench");
    if debian.exists() { debian } else { PathBuf::from("pgbench") }
}
