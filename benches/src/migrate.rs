//! A whole help desk's past at once: the import of several years beside a node that serves, until every read model
//! has it.

use std::{
    fs::File,
    path::Path,
    process::Child,
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use sqlx::PgPool;

use crate::{
    Bench,
    enlarge::enlarge,
    log::{self, Log, to_f64},
    process::{Memory, Server, ledgerdesk},
    report::{Report, number, progress},
    times::count,
};

const CONSULTATIONS: usize = 356_000;
/// How long the read models may take after the import.
const PATIENCE: Duration = Duration::from_mins(30);
/// How often somebody looks at the importer.
const LOOK: Duration = Duration::from_millis(100);

pub(crate) async fn measure(bench: &Bench, report: &mut Report) -> Result<()> {
    let Some(real) = log::real("migrate") else { return Ok(()) };
    let source = bench.scratch.join("migrate.csv");
    progress(&format!("writing a log of {} consultations", number(count(CONSULTATIONS))));
    let rows = {
        let source = source.clone();
        tokio::task::spawn_blocking(move || enlarge(&real, &source, CONSULTATIONS)).await??
    };
    let url = bench.database("bench_migrate").await?;
    let server = Server::start(&url).await?;
    progress(&format!("importing {} rows", number(count(rows))));
    let started = Instant::now();
    let peak = import(bench, &url, &source).await?.peak;
    let imported = started.elapsed().as_secs_f64();
    progress(&format!("imported in {imported:.0} s"));
    let log = Log::at(url).await?;
    log.caught_up(PATIENCE).await?;
    let projected = started.elapsed().as_secs_f64();
    let memory = server.memory()?;
    drop(server);
    let (rows, events) = (count(rows), to_f64(log.events));
    report.row(
        &format!("import of {} consultations, a server projecting beside it", number(count(CONSULTATIONS))),
        format!(
            "{imported:.0} s ({} rows/s, {} events/s)",
            number(rows / imported),
            number(events / imported)
        ),
        format!("{} rows, {} events", number(rows), number(events)),
        "",
    );
    report.row(
        "the same until every read model has caught up",
        format!("{projected:.0} s ({} events/s)", number(events / projected)),
        format!("{} read models", ledgerdesk_tests::read_models()),
        "< 60 s",
    );
    report.row(
        "memory of the importer at its peak",
        format!("{} MB resident", number(peak)),
        String::new(),
        "",
    );
    report.row(
        "memory of the server at its peak",
        format!("{} MB resident", number(memory.peak)),
        format!("{} MB when all was done", number(memory.resident)),
        "",
    );
    bench.drop_database("bench_migrate").await?;
    std::fs::remove_file(&source)?;
    Ok(())
}

/// Imports; the memory of the importer as it was last seen.
async fn import(bench: &Bench, url: &str, source: &Path) -> Result<Memory> {
    let said = bench.scratch.join("migrate.log");
    let mut command = ledgerdesk(url)?;
    command.args(["import", "--mapping", "uci_incident"]).arg(source);
    let importer = command.stdout(File::create(&said)?).stderr(File::options().append(true).open(&said)?);
    let mut importer = Importer(importer.spawn()?);
    let pool = PgPool::connect(url).await?;
    let mut memory = Memory::default();
    let mut told = Instant::now();
    let status = loop {
        memory = Memory::of(importer.0.id()).unwrap_or(memory);
        if let Some(status) = importer.0.try_wait()? {
            break status;
        }
        if told.elapsed() > Duration::from_secs(10) {
            told = Instant::now();
            progress(&format!("{} events so far", number(to_f64(log::head(&pool).await?))));
        }
        tokio::time::sleep(LOOK).await;
    };
    pool.close().await;
    ensure!(status.success(), "the import failed: {}", std::fs::read_to_string(&said)?);
    Ok(memory)
}

/// The importer, which does not outlive its watcher.
struct Importer(Child);

impl Drop for Importer {
    fn drop(&mut self) {
        // It has usually ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
