//! Every read model is made anew under the hands of those who write and read, and nobody notices.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use ledgerdesk_tests::{
    TestDatabase,
    client::Client,
    server::{OWNER_KEY, Server, done, ledgerdesk, said},
};
use serde_json::json;

use crate::support::count;

/// Opens and starts consultations until it is told to stop; how many.
async fn write(client: Client, stop: Arc<AtomicBool>) -> i64 {
    let mut opened = 0;
    while !stop.load(Ordering::Relaxed) {
        let id = client.open("Opened during the rebuild").await;
        client.mutate("startConsultation", json!({ "consultationId": id })).await;
        opened += 1;
    }
    opened
}

/// Reads what it can until it is told to stop. Nothing may fail, nothing that was shown may be gone.
async fn read(client: Client, stop: Arc<AtomicBool>) -> i64 {
    let lists = "{ consultations(first: 5) { totalCount nodes { topic } } clients(first: 5) { totalCount }
        messages(first: 5) { totalCount } consultationCounts { count } }";
    let (mut seen, mut reads) = ([0; 3], 0);
    while !stop.load(Ordering::Relaxed) {
        let answer = client.query(lists, json!({})).await;
        let now = ["consultations", "clients", "messages"]
            .map(|list| answer[list]["totalCount"].as_i64().unwrap_or_default());
        assert!(now.iter().zip(seen).all(|(now, before)| *now >= before), "{seen:?} became {now:?}");
        seen = now;
        reads += 1;
    }
    reads
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_read_model_is_rebuilt_and_swapped_in_while_it_is_written_and_read() {
    let database = TestDatabase::new().await;
    let url = database.url();
    let mut server = Server::start(&url);
    done(&url, &["demo", "--count", "100"]);
    let table = "select 'read.consultation_list'::regclass::oid::bigint";
    let replaced = count(&database, table).await;
    let stop = Arc::new(AtomicBool::new(false));
    let client = || server.client(OWNER_KEY);
    let writers = [write(client(), stop.clone()), write(client(), stop.clone())].map(tokio::spawn);
    let reader = tokio::spawn(read(client(), stop.clone()));
    let mut command = ledgerdesk(&url);
    command.args(["projections", "rebuild", "--all"]);
    let rebuilt = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    stop.store(true, Ordering::Relaxed);
    assert!(rebuilt.status.success(), "{}", said(&rebuilt));
    assert_ne!(count(&database, table).await, replaced, "it is another table");
    let mut opened = 100;
    for writer in writers {
        opened += writer.await.unwrap();
    }
    assert!(reader.await.unwrap() > 10 && opened > 110, "there was no life beside the rebuild");

    let min = server.head().await;
    let shown = "query($min: Position) { consultations(first: 1, minPosition: $min) { totalCount } }";
    let shown = server.query(shown, json!({ "min": min })).await;
    assert_eq!(shown["consultations"]["totalCount"], opened);
    assert_eq!(server.stop(rustix::process::Signal::TERM), Some(0));
    done(&url, &["projections", "check", "--all"]);
}
