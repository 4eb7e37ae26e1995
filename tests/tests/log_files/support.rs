//! Logs to work with, files, and the two programs that verify them.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use ledgerdesk_domain::consultation::Consultation;
use ledgerdesk_infrastructure::{
    clock::{IdSource as _, SystemIds},
    event_store::canonical::{push_hex, sha256},
};
use ledgerdesk_tests::{
    TestDatabase,
    node::{Node, key, open},
    server::{done, run, said},
};
use serde_json::{Value, json};

/// A directory that goes away with the test.
pub(crate) struct Place(PathBuf);

impl Place {
    pub(crate) fn new() -> Self {
        let path = std::env::temp_dir().join(format!("ldl-{}", ledgerdesk_tests::unique()));
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    /// The path of a file in it, as an argument.
    pub(crate) fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }

    /// A file in it; its path as an argument.
    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        fs::write(self.0.join(name), content).unwrap();
        self.path(name)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A log of two workspaces that take turns, with sealed values and idempotency keys.
pub(crate) async fn two_workspaces(events: usize) -> TestDatabase {
    let database = TestDatabase::new().await;
    let nodes = [Node::open(database.pool()).await, Node::open(database.pool()).await];
    for number in 0..events {
        let node = &nodes[number % 2];
        let mut envelope = node.envelope(SystemIds.next_id(), open(None, &format!("Topic \\ \"{number}\"")));
        envelope.idempotency = key(&format!("key {number}"), "request");
        node.executor.execute::<Consultation>(envelope).await.unwrap();
    }
    for node in nodes {
        node.close().await;
    }
    database
}

/// Exports with these arguments into a file.
pub(crate) fn export(database: &TestDatabase, path: &str, more: &[&str]) -> String {
    done(&database.url(), &[&["log", "export", path], more].concat())
}

/// A plain export as lines.
pub(crate) fn lines(database: &TestDatabase, place: &Place, more: &[&str]) -> Vec<String> {
    let path = place.path("export.ndjson");
    export(database, &path, more);
    fs::read_to_string(path).unwrap().lines().map(str::to_owned).collect()
}

/// Verifies a file with both programs, which must say the same.
pub(crate) fn verify_with(file: &str, more: &[&str]) -> Result<String, String> {
    let ours =
        run("postgres://nobody@127.0.0.1:1/nothing", &[&["log", "verify", "--file", file], more].concat());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/verify.py");
    let theirs = Command::new("python3").arg("-B").arg(script).arg(file).args(more).output().unwrap();
    assert_eq!(said(&ours), said(&theirs), "both programs say the same");
    assert_eq!(ours.status.code(), theirs.status.code());
    if ours.status.success() { Ok(said(&ours)) } else { Err(said(&ours)) }
}

pub(crate) fn verify(file: &str) -> Result<String, String> {
    verify_with(file, &[])
}

/// The place of the event with this position among the lines.
pub(crate) fn line_of(lines: &[String], position: i64) -> usize {
    let wanted = format!("{{\"record\":\"event\",\"position\":{position},");
    lines.iter().position(|line| line.starts_with(&wanted)).unwrap()
}

/// Changes a field of a line.
pub(crate) fn edit(line: &mut String, change: impl FnOnce(&mut Value)) {
    let mut record: Value = serde_json::from_str(line).unwrap();
    change(&mut record);
    *line = record.to_string();
}

pub(crate) fn text(lines: &[String]) -> String {
    lines.iter().flat_map(|line| [line, "\n"]).collect()
}

/// Writes header and trailer anew, as somebody does who wants the lines to pass for a whole export.
pub(crate) fn reseal(lines: &mut [String]) {
    let is_event = |line: &&String| line.contains("\"record\":\"event\"");
    let last: Value = serde_json::from_str(lines.iter().rfind(is_event).unwrap()).unwrap();
    let events = lines.iter().filter(is_event).count();
    let head = json!({ "position": last["position"], "hash": last["hash"] });
    let end = lines.len() - 1;
    edit(&mut lines[0], |header| {
        header["to"] = head["position"].clone();
        header["head"] = head.clone();
    });
    let mut digest = String::new();
    push_hex(&mut digest, &sha256(text(&lines[..end]).as_bytes()));
    edit(&mut lines[end], |trailer| {
        trailer["events"] = json!(events);
        trailer["last"] = head;
        trailer["sha256"] = json!(digest);
    });
}
