//! Running an import again: after it ended, after it was killed, after the source changed.

use std::fmt::Write as _;

use std::sync::{Arc, atomic::Ordering};

use ledgerdesk_infrastructure::{
    event_store::{Cursor, verify},
    import::{Mapping, Phase},
};
use ledgerdesk_tests::{TestDatabase, node::Node, wait_until};

use crate::support::{Counting, MAPPING, TempFile, counts, import, import_text, source};

#[tokio::test]
async fn a_second_run_adds_nothing() {
    let database = TestDatabase::new().await;
    let node = Node::open(database.pool()).await;
    let csv = source(20);
    let first = import_text(&node, &csv).await.unwrap();
    assert_eq!((first.rows, first.written, first.consultations), (100, 100, 20));
    assert_eq!((first.managers, first.clients), (1, 7));
    let before = counts(&database).await;
    assert_eq!(before, (i64::try_from(first.event_count()).unwrap(), 20));

    let second = import_text(&node, &csv).await.unwrap();
    assert_eq!((second.rows, second.written, second.skipped, second.skipped_cases), (100, 0, 100, 20));
    assert_eq!((second.event_count(), second.managers, second.clients), (0, 0, 0));
    assert!(second.reported.is_empty());
    assert_eq!(counts(&database).await, before);
}

#[tokio::test]
async fn a_run_that_was_stopped_half_way_is_continued() {
    let database = TestDatabase::new().await;
    let node = Node::open(database.pool()).await;
    let file = TempFile::new(&source(600));
    let mapping = Mapping::parse("tests.toml", MAPPING).unwrap();
    let progress = Arc::new(Counting::default());
    let running = {
        let (node, mapping, progress) = (node.clone(), mapping.clone(), progress.clone());
        let path = file.path().to_owned();
        tokio::spawn(async move { import(&node, mapping, &path, progress).await })
    };
    wait_until("some cases are written", async || progress.written.load(Ordering::SeqCst) > 100).await;
    running.abort();
    assert!(running.await.is_err_and(|error| error.is_cancelled()), "it was still at work");
    node.close().await;
    let (_, some) = counts(&database).await;
    assert!((1..600).contains(&some), "{some} of 600 cases");

    let node = Node { workspace: node.workspace, ..Node::open(database.pool()).await };
    let again = import(&node, mapping, file.path(), Arc::new(Counting::default())).await.unwrap();
    assert_eq!(i64::try_from(again.skipped_cases).unwrap(), some);
    assert_eq!(again.skipped_cases + again.consultations, 600);
    assert_eq!(again.written + again.skipped, 3_000);
    assert_eq!(counts(&database).await.1, 600);
    let verification = verify(database.pool(), |_, _| {}).await.unwrap();
    assert!(verification.finding.is_none(), "{:?}", verification.finding);
}

#[tokio::test]
async fn new_cases_are_added_and_changed_ones_reported() {
    let database = TestDatabase::new().await;
    let node = Node::open(database.pool()).await;
    import_text(&node, &source(3)).await.unwrap();
    let before = counts(&database).await;
    let changed = source(4).replace("T2,2024-05-01 10:14,done", "T2,2024-05-01 10:14,closed");
    let summary = import_text(&node, &changed).await.unwrap();
    assert_eq!((summary.skipped_cases, summary.consultations, summary.reported.len()), (2, 1, 5));
    let report: Vec<_> = summary.reported.iter().map(|row| (row.row, row.case.as_str(), row.code)).collect();
    assert_eq!(report[0], (6, "T2", "case_changed"));
    assert_eq!(report[4], (10, "T2", "case_changed"));
    assert_eq!(counts(&database).await.1, before.1 + 1);
}

#[tokio::test]
async fn a_case_that_no_batch_holds_is_written_in_parts() {
    let database = TestDatabase::new().await;
    let node = Node::open(database.pool()).await;
    let mut csv = "ticket,at,what,who,client,about,text\n".to_owned();
    let text = "Much was said. ".repeat(2_000);
    for row in 0..90 {
        writeln!(csv, "T1,2024-05-01 10:{:02},answered,Ann,Bob,Printer,{row} {text}", row % 60).unwrap();
    }
    let summary = import_text(&node, &csv).await.unwrap();
    assert_eq!((summary.written, summary.consultations, summary.reported.len()), (90, 1, 0));
    assert_eq!(summary.events.get("MessageReceived"), Some(&90));
    let parts: i64 =
        sqlx::query_scalar("select count(*) from ledgerdesk.commands where idempotency_key like '%case:T1%'")
            .fetch_one(database.pool())
            .await
            .unwrap();
    assert!(parts > 1, "{parts} part");
    assert_eq!(import_text(&node, &csv).await.unwrap().skipped, 90);
}

#[tokio::test]
async fn events_carry_the_time_the_actor_and_the_row_of_their_source() {
    let database = TestDatabase::new().await;
    let node = Node::open(database.pool()).await;
    import_text(&node, &source(1)).await.unwrap();
    let events = node.store.read(Cursor::START.position, 100).await.unwrap();
    let sent = events.iter().find(|event| event.event.event_type() == "MessageSent").unwrap();
    assert_eq!(sent.occurred_at.to_rfc3339(), "2024-05-01T10:12:00+00:00");
    assert_eq!(sent.metadata.source.system, "import:tests");
    assert_eq!(sent.metadata.source.reference.as_deref(), Some("row 3"));
    let manager = events.iter().find(|event| event.event.event_type() == "ManagerRegistered").unwrap();
    assert_eq!(sent.metadata.actor.id, Some(manager.stream.id));
    let client = events.iter().find(|event| event.event.event_type() == "ClientRegistered").unwrap();
    assert_eq!(sent.metadata.person_id.uuid(), client.stream.id);
}

#[tokio::test]
async fn every_row_is_counted_once_in_every_phase() {
    let database = TestDatabase::new().await;
    let node = Node::open(database.pool()).await;
    let file = TempFile::new(&(source(30) + "T31,not a time,opened,Ann,Bob,Late,\n"));
    let mapping = Mapping::parse("tests.toml", MAPPING).unwrap();
    let progress = Arc::new(Counting::default());
    let summary = import(&node, mapping, file.path(), progress.clone()).await.unwrap();
    assert_eq!((summary.rows, summary.written, summary.reported.len()), (151, 150, 1));
    assert_eq!(summary.reported[0].code, "bad_time");
    let phases = progress.phases.lock().unwrap().clone();
    assert_eq!(phases, [(Phase::Reading, 151), (Phase::Comparing, 150), (Phase::Writing, 151)]);
}
