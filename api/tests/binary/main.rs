//! The binary as its users meet it: started, stopped, killed, asked the wrong thing.

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

mod commands;
mod export;
mod keys;
mod serving;

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Output, Stdio},
    time::{Duration, Instant},
};

use ledgerdesk_infrastructure::clock::{IdSource as _, SystemIds};
use rustix::process::{Pid, Signal, kill_process};

/// How long anything may take on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// A directory for one test, and the binary run in it.
pub(crate) struct Place(PathBuf);

impl Place {
    pub(crate) fn new() -> Self {
        let path = std::env::temp_dir().join(format!("ldb-{}", SystemIds.next_id().simple()));
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// The binary with these arguments, in this place and with no setting from outside.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ledgerdesk"));
        command.args(arguments).current_dir(&self.0).stdin(Stdio::null()).env_remove("DATABASE_URL");
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("LEDGERDESK_") {
                command.env_remove(name);
            }
        }
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// A server on a free port, once it serves.
    pub(crate) fn serve(&self, more: &[&str]) -> Server {
        let arguments = [&["serve", "--listen", "127.0.0.1:0"], more].concat();
        let mut child =
            self.command(&arguments).stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut greeting = String::new();
        while !greeting.contains("curl") {
            assert_ne!(out.read_line(&mut greeting).unwrap(), 0, "it ended instead of serving: {greeting}");
        }
        let address = greeting.split("http://").nth(1).unwrap().split_whitespace().next().unwrap();
        Server { address: address.to_owned(), greeting, child, _out: out }
    }

    /// Whether a process works in this place.
    pub(crate) fn is_worked_in(&self) -> bool {
        let dir = fs::canonicalize(&self.0).unwrap();
        let processes = fs::read_dir("/proc").unwrap().flatten();
        let mut directories = processes.filter_map(|entry| fs::read_link(entry.path().join("cwd")).ok());
        directories.any(|cwd| cwd.starts_with(&dir))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A running `ledgerdesk serve`.
pub(crate) struct Server {
    pub(crate) address: String,
    pub(crate) greeting: String,
    child: Child,
    /// Kept open: nobody likes to talk to a closed pipe.
    _out: BufReader<ChildStdout>,
}

impl Server {
    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Waits until it has ended; the exit code.
    pub(crate) fn ended(mut self) -> Option<i32> {
        let since = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            assert!(since.elapsed() < PATIENCE, "it does not end");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Asks a query until the answer contains a text: read models follow a moment behind.
    pub(crate) fn wait_for(&self, key: &str, query: &str, wanted: &str) {
        let since = Instant::now();
        loop {
            let (status, body) = self.query(key, query);
            if body.contains(wanted) {
                return;
            }
            assert!(since.elapsed() < PATIENCE, "{wanted} does not come: {status} {body}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Asks a GraphQL query; status and body.
    pub(crate) fn query(&self, key: &str, query: &str) -> (u16, String) {
        let body = serde_json::json!({ "query": query }).to_string();
        http::post(&self.address, "/graphql", key, &body)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Only when the test failed; by then the server may have ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// As little HTTP as a test of the binary needs.
mod http {
    use std::{
        io::{Read as _, Write as _},
        net::TcpStream,
    };

    pub(crate) fn post(address: &str, path: &str, key: &str, body: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(address).unwrap();
        let length = body.len();
        write!(
            stream,
            "POST {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nAuthorization: Bearer {key}\r\n\
             Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let status = answer.split_whitespace().nth(1).unwrap().parse().unwrap();
        (status, answer.split_once("\r\n\r\n").unwrap().1.to_owned())
    }
}

/// What a command said on standard output.
pub(crate) fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What a command said on standard error.
pub(crate) fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
