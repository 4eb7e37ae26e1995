//! The product as its users run it: the binary, as a process of its own.

use std::{
    fs::File,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Output, Stdio},
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::node::MASTER_KEY;

/// The owner key of every test's workspace.
pub const OWNER_KEY: &str = "ldk_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

/// How long anything may take on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(90);

/// The binary on this database, with no setting from outside.
///
/// # Panics
/// If it was not built: `cargo build --workspace --bins` does.
pub fn ledgerdesk(url: &str) -> Command {
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
        .env("DATABASE_URL", url)
        .env("LEDGERDESK_MASTER_KEY", MASTER_KEY)
        .env("LEDGERDESK_BOOTSTRAP_KEY", OWNER_KEY)
        .env("LEDGERDESK_LOG_FORMAT", "json")
        .stdin(Stdio::null());
    command
}

/// Runs the binary to its end.
///
/// # Panics
/// If it does not start.
pub fn run(url: &str, arguments: &[&str]) -> Output {
    ledgerdesk(url).args(arguments).output().expect("the binary starts")
}

/// A running `ledgerdesk serve`.
pub struct Server {
    /// Such as `127.0.0.1:40001`.
    pub address: String,
    child: Child,
    client: reqwest::Client,
    log: PathBuf,
    /// Kept open: nobody likes to talk to a closed pipe.
    _out: BufReader<ChildStdout>,
}

impl Server {
    /// Starts on a free port, once it serves. Log lines go to a file.
    ///
    /// # Panics
    /// If it ends instead.
    pub fn start(url: &str) -> Self {
        let log = std::env::temp_dir().join(format!("ledgerdesk-test-{}.log", crate::unique()));
        let file = File::create(&log).expect("a log file can be made");
        let mut child = ledgerdesk(url)
            .args(["serve", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(file)
            .spawn()
            .expect("the binary starts");
        let mut out = BufReader::new(child.stdout.take().expect("the output is piped"));
        let mut greeting = String::new();
        while !greeting.contains("http://") {
            let read = out.read_line(&mut greeting).expect("the output is text");
            assert_ne!(
                read,
                0,
                "it ended instead of serving: {}",
                std::fs::read_to_string(&log).unwrap_or_default()
            );
        }
        let address = greeting.split("http://").nth(1).and_then(|rest| rest.split_whitespace().next());
        let address = address.expect("the greeting names the address").to_owned();
        Self { address, child, client: reqwest::Client::new(), log, _out: out }
    }

    /// Everything that it logged so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Posts a document with the owner's key; the whole answer, or nothing where the server went away.
    pub async fn try_post(&self, query: &str, variables: &Value) -> Option<Value> {
        let body = json!({ "query": query, "variables": variables });
        let request = self.client.post(format!("http://{}/graphql", self.address)).bearer_auth(OWNER_KEY);
        request.json(&body).timeout(PATIENCE).send().await.ok()?.json().await.ok()
    }

    /// The data of an answer without errors.
    ///
    /// # Panics
    /// If there is none, or there are errors.
    pub async fn query(&self, query: &str, variables: Value) -> Value {
        let mut answer = self.try_post(query, &variables).await.expect("the server answers");
        assert!(answer.get("errors").is_none(), "{answer}");
        answer["data"].take()
    }

    /// The payload of one mutation with an `input`; without user errors.
    ///
    /// # Panics
    /// If it was refused.
    pub async fn mutate(&self, verb: &str, input: Value) -> Value {
        let mut data = self.query(&mutation(verb), json!({ "input": input })).await;
        let payload = data[verb].take();
        assert_eq!(payload["userErrors"], json!([]), "{verb}: {payload}");
        payload
    }

    /// Gets a path without a key; status and body.
    ///
    /// # Panics
    /// If the server does not answer.
    pub async fn get(&self, path: &str) -> (u16, String) {
        let answer = self.client.get(format!("http://{}{path}", self.address)).send().await;
        let answer = answer.expect("the server answers");
        (answer.status().as_u16(), answer.text().await.unwrap_or_default())
    }

    /// Kills it as a power cut does.
    pub fn kill(&mut self) {
        // It may be dead already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Asks it to stop and waits; the exit code.
    ///
    /// # Panics
    /// If it does not end.
    pub fn stop(&mut self, signal: Signal) -> Option<i32> {
        kill_process(Pid::from_child(&self.child), signal).expect("it still runs");
        let since = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("a child can be waited for") {
                return status.code();
            }
            assert!(since.elapsed() < PATIENCE, "it does not end");
            std::thread::yield_now();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
        let _ = std::fs::remove_file(&self.log);
    }
}

/// The document of one mutation with an `input`.
pub fn mutation(verb: &str) -> String {
    let input = format!("{}{}Input", verb[..1].to_uppercase(), &verb[1..]);
    format!(
        "mutation($input: {input}!) {{ {verb}(input: $input) {{ createdId position userErrors {{ code message field }} }} }}"
    )
}
