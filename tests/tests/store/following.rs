//! Readers resume without a seam, and stop on another history.

use ledgerdesk_domain::{id::ClientId, stream::Position};
use ledgerdesk_infrastructure::{
    clock::{IdSource as _, SystemIds},
    event_store::{Cursor, ReadError, StoreError},
};
use ledgerdesk_tests::{TestDatabase, node::Node};
use sqlx::Executor as _;

#[tokio::test]
async fn a_reader_that_comes_back_continues_after_its_cursor() {
    let database = TestDatabase::new().await;
    let node = Node::open(database.pool()).await;
    for number in 0..10 {
        node.open_consultation(None, &format!("{number}")).await;
    }
    let mut delivered = Vec::new();
    let mut cursor = Cursor::START;
    while delivered.len() < 10 {
        let mut follower = node.store.follow(cursor).await.unwrap();
        let page = follower.next_page(4).await.unwrap();
        assert!((1..=4).contains(&page.events.len()));
        delivered.extend(page.events.iter().map(|event| event.position.0));
        // What a client keeps is the text form.
        cursor = Cursor::decode(&page.cursor.encode()).unwrap();
    }
    assert_eq!(delivered, (1..=10).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_reader_at_the_end_is_woken_by_another_nodes_append() {
    let database = TestDatabase::new().await;
    let (reading, writing) = (Node::open(database.pool()).await, Node::open(database.pool()).await);
    writing.open_consultation(None, "first").await;
    let mut follower = reading.store.follow(Cursor::START).await.unwrap();
    assert_eq!(follower.next_page(10).await.unwrap().events.len(), 1);
    let next = tokio::spawn(async move { follower.next_page(10).await.unwrap().cursor.position });
    let appended = writing.open_consultation(None, "second").await;
    assert_eq!(next.await.unwrap(), appended.position);
}

/// What a node has committed itself its readers get from memory, others read it; both see the same.
#[tokio::test]
async fn what_a_node_hands_to_its_readers_is_what_the_log_has() {
    let database = TestDatabase::new().await;
    let (writing, reading) = (Node::open(database.pool()).await, Node::open(database.pool()).await);
    let client = ClientId(SystemIds.next_id());
    for number in 0..20 {
        writing.open_consultation(Some(client), &format!("topic {number} of \"Anna\", перенос")).await;
    }
    let mut pages = Vec::new();
    for node in [&writing, &reading] {
        let mut follower = node.store.follow(Cursor::START).await.unwrap();
        let mut events = Vec::new();
        while events.len() < 20 {
            events.extend(follower.next_page(20).await.unwrap().events);
        }
        pages.push(events);
    }
    pages.push(reading.store.read(Position::START, 20).await.unwrap());
    assert!(format!("{:?}", pages[0]).contains("перенос"), "personal texts are readable");
    assert_eq!(pages[0], pages[1]);
    assert_eq!(pages[0], pages[2]);
}

#[tokio::test]
async fn a_cursor_beyond_the_head_is_refused() {
    let database = TestDatabase::new().await;
    let node = Node::open(database.pool()).await;
    node.open_consultation(None, "only one").await;
    let mut cursor = node.store.cursor_at(Position(1)).await.unwrap();
    cursor.position = Position(2);
    assert!(matches!(node.store.follow(cursor).await, Err(ReadError::ForeignCursor { .. })));
}

#[tokio::test]
async fn a_reader_of_a_lost_tail_stops_instead_of_reading_another_history() {
    let database = TestDatabase::new().await;
    let node = Node::open(database.pool()).await;
    for number in 0..5 {
        node.open_consultation(None, &format!("{number}")).await;
    }
    let cursor = node.store.cursor_at(Position(5)).await.unwrap();
    let mut follower = node.store.follow(cursor).await.unwrap();
    node.close().await;
    // A restore to an earlier point in time: the tail is gone, and other events take its positions.
    let mut owner = database.owner().await;
    owner.execute("alter table ledgerdesk.events disable trigger all").await.unwrap();
    owner.execute("delete from ledgerdesk.events where position > 3").await.unwrap();
    owner.execute("delete from ledgerdesk.streams where last_position > 3").await.unwrap();
    let restored = Node::open(database.pool()).await;
    for number in 0..3 {
        restored.open_consultation(None, &format!("another {number}")).await;
    }
    assert!(matches!(restored.store.follow(cursor).await, Err(ReadError::ForeignCursor { .. })));
    let ended = follower.next_page(10).await;
    assert!(
        matches!(ended, Err(ReadError::Store(StoreError::ShuttingDown))),
        "the old reader does not go on"
    );
}

#[tokio::test]
async fn a_running_node_notices_that_its_log_lost_its_tail() {
    let database = TestDatabase::new().await;
    let node = Node::open(database.pool()).await;
    for number in 0..5 {
        node.open_consultation(None, &format!("{number}")).await;
    }
    let mut follower = node.store.follow(Cursor::START).await.unwrap();
    while follower.next_page(10).await.unwrap().cursor.position < Position(5) {}
    let mut owner = database.owner().await;
    owner.execute("alter table ledgerdesk.events disable trigger all").await.unwrap();
    owner.execute("delete from ledgerdesk.events where position > 3").await.unwrap();
    assert!(matches!(follower.next_page(10).await, Err(ReadError::ForeignCursor { .. })));
}
