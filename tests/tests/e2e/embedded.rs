//! Without a database of its own, in a directory that nobody else may enter: every death, and the data stays.

use std::{fs, os::unix::fs::PermissionsExt as _, path::PathBuf, process::Command};

use ledgerdesk_infrastructure::embedded_postgres::EmbeddedPostgres;
use ledgerdesk_tests::{
    client::Client,
    server::{Server, binary, said},
    wait_until,
};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::support::Place;

/// A private directory with a data directory in it. At the end nothing of it is left, wherever it lies.
struct Home(Place);

impl Home {
    fn new() -> Self {
        let place = Place::new();
        fs::set_permissions(place.path(), fs::Permissions::from_mode(0o700)).unwrap();
        Self(place)
    }

    fn data_dir(&self) -> PathBuf {
        self.0.path().join("data")
    }

    fn command(&self) -> Command {
        let mut command = binary();
        command.current_dir(self.0.path()).env("LEDGERDESK_DATA_DIR", self.data_dir());
        command
    }

    /// The directory of the running cluster, which may have had to go elsewhere.
    async fn cluster(&self) -> PathBuf {
        let guest = EmbeddedPostgres::new(self.data_dir()).start_or_join().await.unwrap();
        assert!(!guest.is_owned(), "the server owns it");
        guest.home().join("cluster")
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let data_dir = self.data_dir();
        // Not on the test's runtime, which may be ending.
        let removed = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(EmbeddedPostgres::remove_abandoned(&data_dir)).unwrap()
        });
        assert!(removed.join().unwrap_or_default() || std::thread::panicking(), "somebody still owns it");
    }
}

fn postmaster(cluster: &std::path::Path) -> Option<Pid> {
    let file = fs::read_to_string(cluster.join("postmaster.pid")).ok()?;
    Pid::from_raw(file.lines().next()?.trim().parse().ok()?)
}

/// Whether any process works in the cluster's directory.
fn is_worked_in(cluster: &std::path::Path) -> bool {
    let directories = fs::read_dir("/proc").unwrap().flatten();
    directories.filter_map(|entry| fs::read_link(entry.path().join("cwd")).ok()).any(|cwd| cwd == cluster)
}

/// The topics that the read side shows; null while it is not there.
async fn topics(client: &Client) -> Value {
    let mut answer = client.post("{ consultations(first: 10) { nodes { topic } } }", json!({})).await;
    answer["data"]["consultations"]["nodes"].take()
}

#[tokio::test]
async fn what_was_acknowledged_survives_the_death_of_the_server_of_its_database_and_a_stop() {
    let home = Home::new();
    let mut server = Server::spawn(&mut home.command());
    let cluster = home.cluster().await;
    server.open("before the server died").await;
    let refused = home.command().args(["serve", "--listen", "127.0.0.1:0"]).output().unwrap();
    assert_eq!(refused.status.code(), Some(1));
    assert!(said(&refused).contains("code: data_dir_in_use"), "{}", said(&refused));
    server.kill();

    let mut server = Server::spawn(&mut home.command());
    server.open("before the database died").await;
    let first = postmaster(&cluster).unwrap();
    kill_process(first, Signal::KILL).unwrap();
    wait_until("another database server runs", async || postmaster(&cluster).is_some_and(|pid| pid != first))
        .await;
    let opening = json!({ "topic": "after the database died", "channel": "SITE", "idempotencyKey": "again" });
    let document = ledgerdesk_tests::client::mutation("openConsultation");
    wait_until("it takes commands again", async || {
        let answer = server.post(&document, json!({ "input": opening })).await;
        answer["data"]["openConsultation"]["position"].is_i64()
    })
    .await;
    let told = json!([
        { "topic": "after the database died" },
        { "topic": "before the database died" },
        { "topic": "before the server died" },
    ]);
    wait_until("the read models follow again", async || topics(&server).await == told).await;
    assert_eq!(server.stop(Signal::INT), Some(0));
    assert!(!is_worked_in(&cluster), "a process is left behind");

    let mut server = Server::spawn(&mut home.command());
    assert_eq!(topics(&server).await, told);
    let verified = home.command().args(["log", "verify"]).output().unwrap();
    assert!(said(&verified).contains("The log is whole: 4 events"), "{}", said(&verified));
    assert_eq!(server.stop(Signal::TERM), Some(0));
    assert!(!is_worked_in(&cluster), "a process is left behind");
}
