//! `make bench`: what Ledgerdesk costs, beside what the same PostgreSQL does on its own in the same run.
//!
//! One server, durable as in production; rounds of the compared things interleave, so that a machine whose
//! speed drifts slows all of them; medians are shown, ratios first. Nothing here passes or fails: the figures
//! are for people.
//!
//! Names of sections as arguments measure only those, and leave the recorded table as it is; `--round SECONDS`
//! makes rounds short, and records nothing. Each section is a file of its own:
//! - the way in: `append`, `graphql`, `load`, `import`;
//! - the way out: `latency` (with `lag`), `fanout`, `read`, `verify`, `export`, `rebuild`, `size`;
//! - by name only: `migrate` (with `enlarge`), `lists`, `analytics`, `past`, `scale`, `archive`, and `shapes` and
//!   `peers`, which need what `make peers` fetches;
//! - baselines: `pgbench` (bare rows in), `scan` (the bare table out), `sql` (a read model by one statement).

mod analytics;
mod append;
mod archive;
mod asker;
mod enlarge;
mod export;
mod fanout;
mod graphql;
mod import;
mod lag;
mod latency;
mod lists;
mod load;
mod log;
mod migrate;
mod options;
mod past;
mod peers;
mod pgbench;
mod process;
mod read;
mod rebuild;
mod report;
mod scale;
mod scan;
mod shapes;
mod size;
mod sql;
mod times;
mod verify;

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context as _, Result};
use clap::Parser as _;
use ledgerdesk_infrastructure::{
    db::{self, PoolSettings},
    embedded_postgres::EmbeddedPostgres,
};
use options::Options;
use report::Report;

/// How often each measurement is repeated.
const ROUNDS: usize = 3;

/// As in the product.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Result<()> {
    let options = Options::parse();
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(run(&options))
}

async fn run(options: &Options) -> Result<()> {
    let directory =
        |what: &str| std::env::temp_dir().join(format!("ledgerdesk-bench-{what}-{}", std::process::id()));
    let (data_dir, scratch) = (directory("data"), directory("files"));
    std::fs::create_dir_all(&scratch)?;
    let server = EmbeddedPostgres { max_connections: 300, ..EmbeddedPostgres::new(&data_dir) };
    let postgres = server.start().await.context("the benchmark's PostgreSQL does not start")?;
    let bench = Bench {
        url: postgres.url(),
        admin_url: postgres.admin_url(),
        round: options.round(),
        scratch: scratch.clone(),
    };
    let outcome = tokio::select! {
        outcome = measure(&bench, options) => outcome,
        // Gigabytes are not left behind by whoever loses patience.
        _ = tokio::signal::ctrl_c() => Err(anyhow::anyhow!("stopped")),
    };
    postgres.destroy().await?;
    std::fs::remove_dir_all(&scratch)?;
    outcome
}

/// What every measurement works on.
struct Bench {
    /// The server, as the role that may make databases.
    url: String,
    /// The same, as its superuser.
    admin_url: String,
    /// How long one measurement runs.
    round: Duration,
    /// A directory for files that are gone afterwards.
    scratch: PathBuf,
}

impl Bench {
    /// The URL of a new, migrated database of this name.
    async fn database(&self, name: &str) -> Result<String> {
        let url = self.empty_database(name).await?;
        db::migrate(&url).await?;
        Ok(url)
    }

    /// The URL of a new, empty database of this name.
    async fn empty_database(&self, name: &str) -> Result<String> {
        at(&self.url, format!("create database {name}")).await?;
        with_database(&self.url, name)
    }

    /// The URL of a new database with everything that another one has, which nobody uses now.
    async fn clone_database(&self, from: &str, name: &str) -> Result<String> {
        at(&self.url, format!("create database {name} template {from}")).await?;
        with_database(&self.url, name)
    }

    /// Removes a database that nobody uses any more, but for PostgreSQL's own cleaning, which only its superuser
    /// may interrupt.
    async fn drop_database(&self, name: &str) -> Result<()> {
        at(&self.admin_url, format!("drop database {name} with (force)")).await
    }

    async fn pool(url: &str) -> Result<sqlx::PgPool> {
        Ok(db::connect(url, PoolSettings { max_connections: 32, ..PoolSettings::default() }).await?)
    }
}

/// One statement of its own at this server.
async fn at(url: &str, statement: String) -> Result<()> {
    let pool = sqlx::PgPool::connect(url).await?;
    sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(&pool).await?;
    pool.close().await;
    Ok(())
}

fn with_database(url: &str, name: &str) -> Result<String> {
    use sqlx::{ConnectOptions as _, postgres::PgConnectOptions};
    let options: PgConnectOptions = url.parse()?;
    Ok(options.database(name).to_url_lossy().to_string())
}

async fn measure(bench: &Bench, options: &Options) -> Result<()> {
    if options.wants("peers") {
        return peers::measure(bench).await;
    }
    let mut report = Report::default();
    if options.wants("append") {
        append::measure(bench, &mut report).await?;
    }
    if options.wants("graphql") {
        graphql::measure(bench, &mut report).await?;
    }
    if options.wants("latency") {
        latency::measure(bench, &mut report).await?;
    }
    if options.wants("fanout") {
        fanout::measure(bench, options.soak, &mut report).await?;
    }
    if options.wants("load") {
        load::measure(bench, &mut report).await?;
    }
    if options.wants_any(&["import", "size", "read", "verify", "export", "rebuild"]) {
        let log = import::measure(bench, &mut report).await?;
        measure_log(bench, options, &log, &mut report).await?;
    }
    if options.wants("migrate") {
        migrate::measure(bench, &mut report).await?;
    }
    if options.wants("lists") {
        lists::measure(bench, &mut report).await?;
    }
    if options.wants("analytics") {
        analytics::measure(bench, &mut report).await?;
    }
    if options.wants("past") {
        past::measure(bench, &mut report).await?;
    }
    if options.wants("shapes") {
        shapes::measure(bench, &mut report).await?;
    }
    if options.wants("archive") {
        archive::measure(bench, if options.ten_million { 10_000_000 } else { 1_000_000 }, &mut report)
            .await?;
    }
    if options.wants("scale") {
        scale::measure(bench, options.ten_million, &mut report).await?;
    }
    let text = report.to_markdown();
    println!("\n{text}");
    let Some(name) = options.recorded_as() else { return Ok(()) };
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/benchmarks.md");
    report::write(&file, name, &text).with_context(|| format!("{} cannot be written", file.display()))
}

/// The sections that work on a log that is there.
async fn measure_log(bench: &Bench, options: &Options, log: &log::Log, report: &mut Report) -> Result<()> {
    if options.wants("size") {
        size::measure(log, report).await?;
    }
    if options.wants("read") {
        read::measure(log, report).await?;
    }
    if options.wants("verify") {
        verify::measure(log, report).await?;
    }
    if options.wants("export") {
        export::measure(bench, log, report).await?;
    }
    if options.wants("rebuild") {
        rebuild::measure(bench, log, report).await?;
    }
    Ok(())
}
