//! The baseline: one bare row per transaction, by PostgreSQL's own benchmark.

use std::{path::PathBuf, process::Command};

use anyhow::{Context as _, Result, ensure};
use sqlx::PgPool;

use crate::ROUND;

/// The columns of the log, its primary key, and nothing else: no second index, no trigger, no function.
const TABLE: &str = "create table bare (
    position bigint generated always as identity primary key, workspace_sequence bigint not null,
    workspace_id uuid not null, event_id uuid not null, stream_id uuid not null,
    occurred_at timestamptz not null, recorded_at timestamptz not null, stream_version integer not null,
    schema_version smallint not null, stream_type text not null, event_type text not null,
    payload json not null, metadata json not null, sealed bytea, hash bytea not null)";

const INSERT: &str = r#"insert into bare (workspace_sequence, workspace_id, event_id, stream_id, occurred_at, recorded_at, stream_version, schema_version, stream_type, event_type, payload, metadata, sealed, hash) values (1, '019a0000-0000-7000-8000-000000000001', gen_random_uuid(), gen_random_uuid(), now(), now(), 1, 1, 'consultation', 'ConsultationOpened', '{"channel":"SITE","client_id":"019a0000-0000-7000-8000-000000000002","priority":"NORMAL","topic":{"$sealed":0}}', '{"actor":{"kind":"SYSTEM"},"correlation_id":"019a0000-0000-7000-8000-000000000003","person_id":"019a0000-0000-7000-8000-000000000002","source":{"system":"bench"}}', decode(repeat('ab', 90), 'hex'), decode(repeat('cd', 32), 'hex'));"#;

/// A table for the baseline and the script that fills it.
pub(crate) struct Pgbench {
    url: String,
    script: PathBuf,
}

impl Pgbench {
    pub(crate) async fn prepare(url: &str) -> Result<Self> {
        let pool = PgPool::connect(url).await?;
        sqlx::raw_sql(TABLE).execute(&pool).await?;
        pool.close().await;
        let script = std::env::temp_dir().join(format!("ledgerdesk-bench-{}.sql", std::process::id()));
        std::fs::write(&script, INSERT)?;
        Ok(Self { url: for_libpq(url), script })
    }

    /// Transactions per second with this many clients.
    pub(crate) fn run(&self, clients: usize) -> Result<f64> {
        let output = Command::new(binary())
            .args(["-n", "-M", "prepared", "-c", &clients.to_string(), "-j", &clients.min(2).to_string()])
            .args(["-T", &ROUND.as_secs().to_string()])
            .arg("-f")
            .arg(&self.script)
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

impl Drop for Pgbench {
    fn drop(&mut self) {
        // A file in the temporary directory: if it stays, nobody minds.
        let _ = std::fs::remove_file(&self.script);
    }
}

fn binary() -> PathBuf {
    let debian = PathBuf::from("/usr/lib/postgresql/15/bin/pgbench");
    if debian.exists() { debian } else { PathBuf::from("pgbench") }
}
