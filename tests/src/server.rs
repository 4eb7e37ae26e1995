//! The product as its users run it: the binary, as a process of its own.

use std::{
    fs::File,
    io::{BufRead as _, BufReader},
    ops::Deref,
    os::unix::process::ExitStatusExt as _,
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Output, Stdio},
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};

use crate::{client::Client, node::MASTER_KEY};

/// The owner key of every test's workspace.
pub const OWNER_KEY: &str = "ldk_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

/// How long anything may take on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(90);

/// The binary, with no setting from outside.
///
/// # Panics
/// If it was not built: `cargo build --workspace --bins` does.
pub fn binary() -> Command {
    let here = std::env::current_exe().expect("a test knows its own path");
    let build = here.ancestors().nth(2).unwrap_or(Path::new("."));
    let binary = build.join("ledgerdesk");
    assert!(binary.exists(), "{} is not built; run `cargo build --workspace --bins`", binary.display());
    let mut command = Command::new(binary);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("LEDGERDESK_") {
            command.env_remove(name);
        }
    }
    command
        .env_remove("DATABASE_URL")
        .env("LEDGERDESK_BOOTSTRAP_KEY", OWNER_KEY)
        .env("LEDGERDESK_LOG_FORMAT", "json")
        .stdin(Stdio::null());
    command
}

/// The binary on this database.
///
/// # Panics
/// If it was not built.
pub fn ledgerdesk(url: &str) -> Command {
    let mut command = binary();
    command.env("DATABASE_URL", url).env("LEDGERDESK_MASTER_KEY", MASTER_KEY);
    // Several nodes and their read models share two cores with the tests: a connection may be long in coming.
    command.env("LEDGERDESK_POOL_TIMEOUT_SECONDS", "60");
    command
}

/// Runs the binary to its end.
///
/// # Panics
/// If it does not start.
pub fn run(url: &str, arguments: &[&str]) -> Output {
    ledgerdesk(url).args(arguments).output().expect("the binary starts")
}

/// Runs the binary to a good end; what it said.
///
/// # Panics
/// If it fails.
pub fn done(url: &str, arguments: &[&str]) -> String {
    let output = run(url, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", said(&output));
    said(&output)
}

/// Everything that a command said.
pub fn said(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text)).concat()
}

/// A running `ledgerdesk serve`; to its owner a [`Client`] of it.
pub struct Server {
    /// Such as `127.0.0.1:40001`.
    pub address: String,
    owner: Client,
    child: Child,
    log: PathBuf,
    /// Kept open: nobody likes to talk to a closed pipe.
    _out: BufReader<ChildStdout>,
}

impl Server {
    /// Starts on a free port, once it serves this database.
    ///
    /// # Panics
    /// If it ends instead.
    pub fn start(url: &str) -> Self {
        Self::spawn(&mut ledgerdesk(url))
    }

    /// Starts on a free port, once it serves; its log lines go to a file.
    ///
    /// # Panics
    /// If it ends instead.
    pub fn spawn(command: &mut Command) -> Self {
        let log = std::env::temp_dir().join(format!("ledgerdesk-server-{}.log", crate::unique()));
        let file = File::create(&log).expect("a log file can be made");
        let mut child = command
            .args(["serve", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(file)
            .spawn()
            .expect("the binary starts");
        let mut out = BufReader::new(child.stdout.take().expect("the output is piped"));
        let mut greeting = String::new();
        while !greeting.contains("http://") {
            let read = out.read_line(&mut greeting).expect("the output is text");
            let logged = || std::fs::read_to_string(&log).unwrap_or_default();
            assert_ne!(read, 0, "it ended instead of serving: {greeting}{}", logged());
        }
        let address = greeting.split("http://").nth(1).and_then(|rest| rest.split_whitespace().next());
        let address = address.expect("the greeting names the address").to_owned();
        let owner = Client::new(&address, OWNER_KEY);
        Self { address, owner, child, log, _out: out }
    }

    /// A client of this server with another key.
    pub fn client(&self, key: &str) -> Client {
        Client::new(&self.address, key)
    }

    /// Everything that it logged so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Whether the process still runs.
    ///
    /// # Panics
    /// If the system does not tell.
    pub fn is_alive(&mut self) -> bool {
        self.child.try_wait().expect("a child can be waited for").is_none()
    }

    /// The most resident memory that the process has ever had, in bytes, as Linux tells it.
    ///
    /// # Panics
    /// If it has ended, or the system does not tell.
    pub fn peak_memory(&self) -> u64 {
        let status =
            std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("it still runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib =
            line.and_then(|line| line.trim().strip_suffix(" kB")).and_then(|kib| kib.parse::<u64>().ok());
        kib.expect("its memory is told") * 1024
    }

    /// Sends it a signal, such as the one that stops it where it stands.
    ///
    /// # Panics
    /// If it has ended.
    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).expect("it still runs");
    }

    /// Kills it as a power cut does.
    pub fn kill(&mut self) {
        // It may be dead already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Asks it to stop and waits; the exit code, or the number of the signal that ended it.
    ///
    /// # Panics
    /// If it does not end.
    pub fn stop(&mut self, signal: Signal) -> Option<i32> {
        self.signal(signal);
        let since = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("a child can be waited for") {
                return status.code().or(status.signal());
            }
            assert!(since.elapsed() < PATIENCE, "it does not end: {}", self.log());
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Deref for Server {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.owner
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            // What the process has to say about it, beside what the test has.
            eprintln!("--- log of {}\n{}", self.address, self.log());
        }
        let _ = std::fs::remove_file(&self.log);
    }
}
