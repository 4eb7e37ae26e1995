//! Whatever is sent: an error with a stable code, the process lives on, and the log is as it was.

mod attacks;
mod ids;
mod import;
mod requests;
mod values;

use ledgerdesk_tests::{TestDatabase, client::Client, server::Server};
use serde_json::{Value, json};

use crate::support::{another_workspace, count};

/// A server with a little in its workspace and in a neighbouring one.
pub(crate) struct Target {
    pub(crate) database: TestDatabase,
    pub(crate) server: Server,
    /// The owner of the other workspace.
    pub(crate) neighbour: Client,
    /// A consultation of this workspace.
    pub(crate) id: Value,
    events: i64,
}

impl Target {
    pub(crate) async fn new() -> Self {
        let database = TestDatabase::new().await;
        let server = Server::start(&database.url());
        let neighbour = server.client(&another_workspace(&database).await);
        let id = server.open("Ours").await;
        let mut target = Self { database, server, neighbour, id, events: 0 };
        target.settle().await;
        target
    }

    /// Takes the log as it is now for what it shall stay.
    pub(crate) async fn settle(&mut self) {
        self.events = self.count().await;
    }

    async fn count(&self) -> i64 {
        count(&self.database, "select count(*) from ledgerdesk.events").await
    }

    /// An input about the consultation.
    pub(crate) fn on(&self, mut input: Value) -> Value {
        input["consultationId"] = self.id.clone();
        input
    }

    /// Checks that nothing has come of it all.
    pub(crate) async fn assert_unharmed(mut self) {
        assert!(self.server.is_alive(), "the process has ended: {}", self.server.log());
        let log = self.server.log();
        assert!(!log.contains("panicked"), "{log}");
        assert!(!log.contains("\"level\":\"ERROR\""), "bad input is no fault of ours: {log}");
        assert_eq!(self.count().await, self.events, "the log was written to");
        self.server.mutate("addNote", self.on(json!({ "text": "still works" }))).await;
        assert_eq!(self.server.stop(rustix::process::Signal::TERM), Some(0));
    }
}
