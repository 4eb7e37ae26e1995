//! One run of the server, from its start to its end.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read as _, Seek as _, SeekFrom},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
    process::{ExitStatus, Stdio},
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};
use tokio::process::Child;

use super::{
    EmbeddedError,
    account::Account,
    binaries::Binaries,
    connection::{Connection, PORT},
    home::Home,
    leftovers,
};

/// How long a server may take to come up; after a crash it first replays its log.
const START_TIMEOUT: Duration = Duration::from_mins(10);
/// How long a server may take to write everything out before it is made to stop.
const STOP_TIMEOUT: Duration = Duration::from_mins(1);
/// The log is set aside when it is larger than this at a start, in bytes.
const LOG_MAX: u64 = 8 * 1024 * 1024;

/// For two cores and little memory. What a bigger machine wants is a server of its own.
const SETTINGS: &[(&str, &str)] = &[
    ("listen_addresses", ""),
    ("unix_socket_permissions", "0700"),
    ("timezone", "UTC"),
    ("log_timezone", "UTC"),
    ("shared_buffers", "128MB"),
    ("effective_cache_size", "1GB"),
    ("work_mem", "16MB"),
    ("maintenance_work_mem", "64MB"),
    ("max_wal_size", "1GB"),
    ("min_wal_size", "128MB"),
    ("wal_compression", "on"),
    ("checkpoint_timeout", "15min"),
    ("random_page_cost", "1.1"),
    // Short statements all: compiling them takes longer than running them.
    ("jit", "off"),
    // The log of the server holds no personal data: no statements, no values.
    ("log_min_error_statement", "panic"),
    ("log_error_verbosity", "terse"),
    ("log_checkpoints", "off"),
    ("log_autovacuum_min_duration", "-1"),
];

const DURABLE: &[(&str, &str)] = &[("fsync", "on"), ("synchronous_commit", "on"), ("full_page_writes", "on")];

const THROW_AWAY: &[(&str, &str)] = &[
    ("fsync", "off"),
    // Dropping a database waits for every backend that is still being authenticated, and a test that ended
    // leaves its connections where they were.
    ("authentication_timeout", "15s"),
    ("synchronous_commit", "off"),
    ("full_page_writes", "off"),
    ("wal_level", "minimal"),
    ("max_wal_senders", "0"),
];

/// Everything that a start needs to know.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub(super) binaries: Binaries,
    pub(super) account: Account,
    pub(super) home: Home,
    pub(super) connection: Connection,
    pub(super) durable: bool,
    pub(super) max_connections: u16,
}

/// A running server. Dropped while it runs, it is told to stop.
#[derive(Debug)]
pub(super) struct Postmaster {
    child: Child,
    pid: Pid,
    ended: bool,
}

impl Postmaster {
    /// Starts the server and waits until it takes connections.
    pub(super) async fn start(plan: &Plan) -> Result<Self, EmbeddedError> {
        leftovers::clear(&plan.home.cluster()).await?;
        let (log, log_start) = open_log(plan)?;
        let program = plan.binaries.program("postgres");
        let mut command = plan.account.command(&program, plan.home.path());
        command.arg("-D").arg(plan.home.cluster());
        command.args([
            "-c",
            &format!("unix_socket_directories={}", quote_list_item(&plan.connection.socket_dir)),
        ]);
        command.args(["-c", &format!("port={PORT}")]);
        command.args(["-c", &format!("max_connections={}", plan.max_connections)]);
        for (name, value) in SETTINGS.iter().chain(if plan.durable { DURABLE } else { THROW_AWAY }) {
            command.args(["-c", &format!("{name}={value}")]);
        }
        let child = command
            .stdout(Stdio::null())
            .stderr(Stdio::from(log))
            .spawn()
            .map_err(EmbeddedError::io("could not run", &program))?;
        let pid = child
            .id()
            .and_then(|id| Pid::from_raw(id.cast_signed()))
            .ok_or_else(|| start_failed(plan, "it ended at once".to_owned(), log_start))?;
        let mut postmaster = Self { child, pid, ended: false };
        postmaster.wait_until_ready(plan, log_start).await?;
        Ok(postmaster)
    }

    /// Its process id.
    pub(super) fn pid(&self) -> i32 {
        self.pid.as_raw_pid()
    }

    /// Waits until it ends. Cancel safe.
    pub(super) async fn ended(&mut self) -> io::Result<ExitStatus> {
        let status = self.child.wait().await?;
        self.ended = true;
        Ok(status)
    }

    /// Stops it: open transactions are rolled back, everything is written out. One that does not stop in time
    /// is made to, and replays its log at the next start.
    pub(super) async fn stop(mut self, cluster: &Path) -> Result<(), EmbeddedError> {
        self.signal(Signal::INT);
        if tokio::time::timeout(STOP_TIMEOUT, self.ended()).await.is_err() {
            tracing::error!(waited = ?STOP_TIMEOUT, "PostgreSQL did not stop in time; it is made to");
        }
        leftovers::clear(cluster).await
    }

    fn signal(&self, signal: Signal) {
        if !self.ended {
            // It may have ended a moment ago, and then has what we want.
            let _ = kill_process(self.pid, signal);
        }
    }

    async fn wait_until_ready(&mut self, plan: &Plan, log_start: u64) -> Result<(), EmbeddedError> {
        let since = Instant::now();
        loop {
            if plan.connection.answers().await {
                return Ok(());
            }
            let status =
                self.child.try_wait().map_err(EmbeddedError::io("could not watch", plan.home.path()))?;
            if let Some(status) = status {
                self.ended = true;
                return Err(start_failed(plan, status.to_string(), log_start));
            }
            if since.elapsed() > START_TIMEOUT {
                return Err(EmbeddedError::StartTimeout { waited: START_TIMEOUT, log: plan.home.log() });
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Drop for Postmaster {
    fn drop(&mut self) {
        self.signal(Signal::INT);
    }
}

/// An item of a list setting, in double quotes, so that commas and blanks in a path stay in it.
fn quote_list_item(path: &Path) -> String {
    format!("\"{}\"", path.to_string_lossy().replace('"', "\"\""))
}

/// The server's log, opened to append, and its length.
fn open_log(plan: &Plan) -> Result<(File, u64), EmbeddedError> {
    let path = plan.home.log();
    let failed = |action| EmbeddedError::io(action, &path);
    if fs::metadata(&path).is_ok_and(|meta| meta.len() > LOG_MAX) {
        fs::rename(&path, path.with_extension("log.1")).map_err(failed("could not set aside"))?;
    }
    let file = OpenOptions::new().create(true).append(true).mode(0o600).open(&path);
    let file = file.map_err(failed("could not open"))?;
    let length = file.metadata().map_err(failed("could not look at"))?.len();
    Ok((file, length))
}

fn start_failed(plan: &Plan, status: String, log_start: u64) -> EmbeddedError {
    let log = plan.home.log();
    let tail = read_tail(&log, log_start).unwrap_or_default();
    EmbeddedError::StartFailed { status, log, tail }
}

/// The last lines that were written since `start`, at most 4 KiB.
fn read_tail(log: &Path, start: u64) -> io::Result<String> {
    let mut file = File::open(log)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(start.max(length.saturating_sub(4096))))?;
    let mut bytes = Vec::new();
    file.take(4096).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).trim_end().to_owned())
}
