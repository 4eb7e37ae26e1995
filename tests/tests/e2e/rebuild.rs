//! Every read model is made anew under the hands of those who write and read, and nobody notices.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    time::Instant,
};

use ledgerdesk_tests::{
    TestDatabase,
    client::Client,
    server::{OWNER_KEY, PATIENCE, Server, done, ledgerdesk, said},
};
use serde_json::json;

use crate::support::count;

/// What goes on beside the rebuilds.
#[derive(Default)]
struct Life {
    stop: AtomicBool,
    opened: AtomicI64,
    reads: AtomicI64,
}

impl Life {
    fn goes_on(&self) -> bool {
        !self.stop.load(Ordering::Relaxed)
    }

    fn was_seen(&self) -> bool {
        self.opened.load(Ordering::Relaxed) > 10 && self.reads.load(Ordering::Relaxed) > 10
    }
}

/// Opens and starts consultations until it is told to stop.
async fn write(client: Client, life: Arc<Life>) {
    while life.goes_on() {
        let id = client.open("Opened during the rebuild").await;
        client.mutate("startConsultation", json!({ "consultationId": id })).await;
        life.opened.fetch_add(1, Ordering::Relaxed);
    }
}

/// Reads what it can until it is told to stop. Nothing may fail, nothing that was shown may be gone.
async fn read(client: Client, life: Arc<Life>) {
    let lists = "{ consultations(first: 5) { totalCount nodes { topic } } clients(first: 5) { totalCount }
        messages(first: 5) { totalCount } consultationCounts { count } }";
    let mut seen = [0; 3];
    while life.goes_on() {
        let answer = client.query(lists, json!({})).await;
        let now = ["consultations", "clients", "messages"]
            .map(|list| answer[list]["totalCount"].as_i64().unwrap_or_default());
        assert!(now.iter().zip(seen).all(|(now, before)| *now >= before), "{seen:?} became {now:?}");
        seen = now;
        life.reads.fetch_add(1, Ordering::Relaxed);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_read_model_is_rebuilt_and_swapped_in_while_it_is_written_and_read() {
    let database = TestDatabase::new().await;
    let url = database.url();
    let mut server = Server::start(&url);
    done(&url, &["demo", "--count", "100"]);
    let table = "select 'read.consultation_list'::regclass::oid::bigint";
    let replaced = count(&database, table).await;
    let life = Arc::new(Life::default());
    let client = || server.client(OWNER_KEY);
    let writers = [write(client(), life.clone()), write(client(), life.clone())].map(tokio::spawn);
    let reader = tokio::spawn(read(client(), life.clone()));
    // One after the other, until enough has gone on beside them.
    let since = Instant::now();
    while !life.was_seen() {
        assert!(since.elapsed() < PATIENCE, "there was no life beside the rebuilds");
        let mut command = ledgerdesk(&url);
        command.args(["projections", "rebuild", "--all"]);
        let rebuilt = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
        assert!(rebuilt.status.success(), "{}", said(&rebuilt));
    }
    life.stop.store(true, Ordering::Relaxed);
    assert_ne!(count(&database, table).await, replaced, "it is another table");
    for writer in writers {
        writer.await.unwrap();
    }
    reader.await.unwrap();
    let opened = 100 + life.opened.load(Ordering::Relaxed);

    let min = server.head().await;
    let shown = "query($min: Position) { consultations(first: 1, minPosition: $min) { totalCount } }";
    let shown = server.query(shown, json!({ "min": min })).await;
    assert_eq!(shown["consultations"]["totalCount"], opened);
    assert_eq!(server.stop(rustix::process::Signal::TERM), Some(0));
    done(&url, &["projections", "check", "--all"]);
}
