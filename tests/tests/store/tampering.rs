//! A change behind the log's back is found and named.

use ledgerdesk_domain::stream::Position;
use ledgerdesk_infrastructure::event_store::{Finding, verify};
use ledgerdesk_tests::{TestDatabase, node::Node};
use sqlx::Executor as _;

async fn log_of(count: usize) -> TestDatabase {
    let database = TestDatabase::new().await;
    let node = Node::open(database.pool()).await;
    for number in 0..count {
        node.open_consultation(None, &format!("number {number}")).await;
    }
    node.close().await;
    database
}

async fn finding_after(database: &TestDatabase, change: &'static str) -> Finding {
    assert_eq!(verify(database.pool(), |_, _| ()).await.unwrap().finding, None, "the log was whole");
    let mut owner = database.owner().await;
    owner.execute("alter table ledgerdesk.events disable trigger all").await.unwrap();
    owner.execute(change).await.unwrap();
    let finding = verify(database.pool(), |_, _| ()).await.unwrap().finding;
    finding.unwrap_or_else(|| panic!("nothing was found after: {change}"))
}

#[tokio::test]
async fn a_changed_row_is_named() {
    for change in [
        "update ledgerdesk.events set payload = jsonb_set(payload::jsonb, '{priority}', '\"URGENT\"')::json where position = 5",
        "update ledgerdesk.events set occurred_at = occurred_at - interval '1 hour' where position = 5",
        "update ledgerdesk.events set metadata = (metadata::jsonb || '{\"actor\": {\"kind\": \"BOT\"}}')::json where position = 5",
        "update ledgerdesk.events set sealed = sealed || '\\x00' where position = 5",
        "update ledgerdesk.events set event_type = 'Closed' where position = 5",
    ] {
        let database = log_of(9).await;
        let finding = finding_after(&database, change).await;
        assert!(matches!(finding, Finding::Changed { position: Position(5), .. }), "{change}: {finding}");
    }
}

#[tokio::test]
async fn a_missing_row_is_named() {
    let database = log_of(9).await;
    let finding = finding_after(&database, "delete from ledgerdesk.events where position = 5").await;
    assert_eq!(finding, Finding::Gap { expected: Position(5), found: Position(6) });
}

#[tokio::test]
async fn a_missing_end_is_noticed() {
    let database = log_of(9).await;
    let finding = finding_after(&database, "delete from ledgerdesk.events where position > 7").await;
    assert_eq!(finding, Finding::Truncated { head: Position(7), expected: Position(9), by: "stream" });
}

#[tokio::test]
async fn swapped_rows_are_named() {
    let database = log_of(9).await;
    let swap = "update ledgerdesk.events e set payload = o.payload, sealed = o.sealed, event_id = o.event_id \
                from ledgerdesk.events o where (e.position, o.position) in ((4, 5), (5, 4))";
    let finding = finding_after(&database, swap).await;
    assert!(matches!(finding, Finding::Changed { position: Position(4), .. }), "{finding}");
}
