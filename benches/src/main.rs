//! `make bench`: what Ledgerdesk costs, beside what the same PostgreSQL does on its own in the same run.
//!
//! One server, durable as in production; rounds of the compared things interleave, so that a machine whose
//! speed drifts slows all of them; medians are shown, ratios first. Nothing here passes or fails: the figures
//! are for people.
//!
//! Names of sections (`append`, `import`, `rebuild`, `graphql`) as arguments measure only those, and leave the
//! recorded table as it is.

mod append;
mod graphql;
mod import;
mod peers;
mod pgbench;
mod process;
mod rebuild;
mod report;

use std::{path::PathBuf, time::Duration};

use anyhow::{Context as _, Result, ensure};
use ledgerdesk_infrastructure::{
    db::{self, PoolSettings},
    embedded_postgres::EmbeddedPostgres,
};
use report::Report;

/// How long one measurement runs.
const ROUND: Duration = Duration::from_secs(5);
/// How often it is repeated.
const ROUNDS: usize = 3;
/// What can be measured by itself.
const SECTIONS: [&str; 4] = ["append", "import", "rebuild", "graphql"];

/// As in the product.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Result<()> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(run())
}

async fn run() -> Result<()> {
    let data_dir = std::env::temp_dir().join(format!("ledgerdesk-bench-{}", std::process::id()));
    let server = EmbeddedPostgres { max_connections: 300, ..EmbeddedPostgres::new(&data_dir) };
    let postgres = server.start().await.context("the benchmark's PostgreSQL does not start")?;
    let outcome = measure(&Bench { url: postgres.url() }).await;
    postgres.stop().await?;
    std::fs::remove_dir_all(&data_dir)?;
    outcome
}

/// What every measurement works on.
struct Bench {
    /// The server, as the role that may make databases.
    url: String,
}

impl Bench {
    /// The URL of a new, migrated database of this name.
    async fn database(&self, name: &str) -> Result<String> {
        let pool = sqlx::PgPool::connect(&self.url).await?;
        sqlx::raw_sql(sqlx::AssertSqlSafe(format!("create database {name}"))).execute(&pool).await?;
        pool.close().await;
        let url = with_database(&self.url, name)?;
        db::migrate(&url).await?;
        Ok(url)
    }

    async fn pool(url: &str) -> Result<sqlx::PgPool> {
        Ok(db::connect(url, PoolSettings { max_connections: 32, ..PoolSettings::default() }).await?)
    }
}

fn with_database(url: &str, name: &str) -> Result<String> {
    use sqlx::{ConnectOptions as _, postgres::PgConnectOptions};
    let options: PgConnectOptions = url.parse()?;
    Ok(options.database(name).to_url_lossy().to_string())
}

async fn measure(bench: &Bench) -> Result<()> {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    // By name only: it needs programs that `make peers` fetches.
    if wanted == ["peers"] {
        return peers::measure(bench).await;
    }
    ensure!(
        wanted.iter().all(|name| SECTIONS.contains(&name.as_str())),
        "there are these sections: {}",
        SECTIONS.join(", ")
    );
    let wants = |name: &str| wanted.is_empty() || wanted.iter().any(|wanted| wanted == name);
    let mut report = Report::default();
    if wants("append") {
        append::measure(bench, &mut report).await?;
    }
    if wants("import") || wants("rebuild") {
        let imported = import::measure(bench, &mut report).await?;
        if wants("rebuild") {
            rebuild::measure(&imported, &mut report).await?;
        }
    }
    if wants("graphql") {
        graphql::measure(bench, &mut report).await?;
    }
    if !wanted.is_empty() {
        return Ok(());
    }
    let text = report.to_markdown();
    println!("\n{text}");
    let file = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/benchmarks.md"));
    report::write(&file, &text).with_context(|| format!("{} cannot be written", file.display()))
}
