//! Runs a command beside a throw-away PostgreSQL.
//!
//! ```text
//! with-postgres COMMAND [ARGUMENT…]
//! ```
//!
//! The command finds the server in `LEDGERDESK_TEST_DATABASE_URL`. When it ends, by itself or by a signal, the
//! server is stopped and everything that it kept is removed. The exit code is the command's.

use std::{
    ffi::OsString,
    fs,
    os::unix::process::ExitStatusExt as _,
    path::{Path, PathBuf},
    process::{ExitCode, ExitStatus},
    time::Duration,
};

use anyhow::{Context as _, Result};
use ledgerdesk_infrastructure::{
    clock::{IdSource as _, SystemIds},
    embedded_postgres::EmbeddedPostgres,
};
use ledgerdesk_tests::DATABASE_URL;
use tokio::{
    process::{Child, Command},
    signal::unix::{SignalKind, signal},
};

const PREFIX: &str = "ledgerdesk-test-";
const YOUNG: Duration = Duration::from_mins(1);

#[tokio::main]
async fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let Some(command) = arguments.next() else {
        eprintln!("usage: with-postgres COMMAND [ARGUMENT…]");
        return ExitCode::from(2);
    };
    match run(command, arguments.collect()).await {
        Ok(status) => ExitCode::from(exit_code(status)),
        Err(error) => {
            eprintln!("with-postgres: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(command: OsString, arguments: Vec<OsString>) -> Result<ExitStatus> {
    remove_abandoned().await;
    let postgres = EmbeddedPostgres {
        durable: false,
        max_connections: 300,
        postgres_bin: std::env::var_os("LEDGERDESK_POSTGRES_BIN").map(PathBuf::from),
        ..EmbeddedPostgres::new(
            std::env::temp_dir().join(format!("{PREFIX}{}", SystemIds.next_id().simple())),
        )
    };
    // Before the server starts, so that a signal during the start is not lost.
    let mut signals = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let server = postgres.start().await?;
    let spawned =
        Command::new(&command).args(arguments).env(DATABASE_URL, server.url()).kill_on_drop(true).spawn();
    let status = match spawned {
        Ok(mut child) => loop {
            tokio::select! {
                status = child.wait() => break status.context("the command cannot be watched"),
                // The terminal sends Ctrl-C to the command as well; it decides when to end, and we wait.
                _ = signals.0.recv() => {}
                _ = signals.1.recv() => pass_on_termination(&child),
            }
        },
        Err(error) => Err(error).with_context(|| format!("{} cannot be run", command.display())),
    };
    server.destroy().await?;
    status
}

fn pass_on_termination(child: &Child) {
    if let Some(pid) = child.id().and_then(|id| rustix::process::Pid::from_raw(id.cast_signed())) {
        // It may have ended a moment ago, and then there is nobody to tell.
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
    }
}

/// Removes the servers of earlier runs that were killed. Best effort: they are only in the way of the disk.
async fn remove_abandoned() {
    let Ok(entries) = fs::read_dir(std::env::temp_dir()) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        // A young one may belong to a run that has made its directory and not yet its lock.
        let age = entry.metadata().and_then(|meta| meta.modified()).ok().and_then(|at| at.elapsed().ok());
        if name.to_string_lossy().starts_with(PREFIX)
            && age.is_some_and(|age| age > YOUNG)
            && let Err(error) = EmbeddedPostgres::remove_abandoned(&entry.path()).await
        {
            eprintln!("with-postgres: {} stays behind: {error}", Path::new(&name).display());
        }
    }
}

/// As a shell reports it: 128 and the signal for a command that was killed.
fn exit_code(status: ExitStatus) -> u8 {
    let code = status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or_default());
    u8::try_from(code).unwrap_or(1)
}
