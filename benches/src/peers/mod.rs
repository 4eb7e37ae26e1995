//! `make peers`: other event stores doing the same work on the same server, and ours between them.
//!
//! Each peer is a program of its own, in its own language, under `benches/peers`; the README there says what
//! is used of each, and how it is called. This section only runs when it is named, because the programs are
//! fetched and built from other people's registries.

mod measured;
mod ours;
mod program;
mod table;

use std::{path::Path, time::Duration};

use anyhow::{Context as _, Result};

use self::{
    measured::Measured,
    program::{PROGRAMS, Program},
    table::Table,
};
use crate::{Bench, ROUNDS, pgbench::Pgbench, report};

/// How many callers wait for their answers at a time.
const CALLERS: [usize; 4] = [1, 16, 64, 128];
/// With how many clients the baseline runs.
const PGBENCH_CLIENTS: [usize; 3] = [1, 16, 64];
/// How many callers write while a reader follows.
const WRITERS: usize = 16;
/// How long each number of callers writes, in each round.
const APPEND: Duration = Duration::from_secs(2);
/// How many events lie in the log that is read.
const EVENTS: usize = 50_000;
/// How many of them in one stream.
const EVENTS_PER_STREAM: usize = 10;
/// How long a rebuild may take; what it has done until then counts.
const REBUILD: Duration = Duration::from_secs(4);
/// How long the writers write beside a reader.
const TAIL: Duration = Duration::from_secs(4);

/// Measures ours and theirs, and writes the tables.
pub(crate) async fn measure(bench: &Bench) -> Result<()> {
    let programs = PROGRAMS.iter().map(Program::find).collect::<Result<Vec<_>>>()?;
    let mut table = Table::new(programs.iter().map(|program| program.name));
    for _ in 0..ROUNDS {
        table.baseline(baseline(bench).await?);
        table.ours(appends(bench).await?);
        for program in &programs {
            table.theirs(program.name, run(bench, program, &["append", &seconds(APPEND)]).await?);
        }
    }
    table.ours(reads(bench).await?);
    table.ours(tail(bench).await?);
    for program in &programs {
        let read = ["read", &EVENTS.to_string(), &seconds(REBUILD)];
        table.theirs(program.name, run(bench, program, &read).await?);
        table.theirs(program.name, run(bench, program, &["tail", &seconds(TAIL)]).await?);
    }
    let text = table.to_markdown();
    println!("\n{text}");
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/benchmarks.md");
    report::write(&file, "make peers", &text).with_context(|| format!("{} cannot be written", file.display()))
}

fn seconds(duration: Duration) -> String {
    duration.as_secs_f64().to_string()
}

/// What one program tells about one task, in a database of its own.
async fn run(bench: &Bench, program: &Program, task: &[&str]) -> Result<Vec<Measured>> {
    let database = Database::create(bench).await?;
    let measured = program.run(&database.url, task).await?;
    database.remove(bench).await?;
    Ok(measured)
}

async fn baseline(bench: &Bench) -> Result<Vec<(usize, f64)>> {
    let database = Database::create(bench).await?;
    let pgbench = Pgbench::prepare(bench, &database.url).await?;
    let rates = PGBENCH_CLIENTS.iter().map(|clients| Ok((*clients, pgbench.run(*clients)?))).collect();
    database.remove(bench).await?;
    rates
}

async fn appends(bench: &Bench) -> Result<Vec<Measured>> {
    let database = Database::migrated(bench).await?;
    let measured = ours::append(&database.url).await?;
    database.remove(bench).await?;
    Ok(measured)
}

async fn reads(bench: &Bench) -> Result<Vec<Measured>> {
    let database = Database::migrated(bench).await?;
    let measured = ours::read(&database.url).await?;
    database.remove(bench).await?;
    Ok(measured)
}

async fn tail(bench: &Bench) -> Result<Vec<Measured>> {
    let database = Database::migrated(bench).await?;
    let measured = ours::tail(&database.url).await?;
    database.remove(bench).await?;
    Ok(measured)
}

/// An empty database for one task. Removing it makes PostgreSQL write out what is dirty, so that nobody pays
/// for what somebody else wrote before.
struct Database {
    url: String,
}

impl Database {
    const NAME: &str = "bench_peer";

    async fn create(bench: &Bench) -> Result<Self> {
        Ok(Self { url: bench.empty_database(Self::NAME).await? })
    }

    /// With the tables of Ledgerdesk.
    async fn migrated(bench: &Bench) -> Result<Self> {
        Ok(Self { url: bench.database(Self::NAME).await? })
    }

    async fn remove(self, bench: &Bench) -> Result<()> {
        bench.drop_database(Self::NAME).await
    }
}
