//! What one program says of a load reaches the others, and ends with it.

use ledgerdesk_tests::{TestDatabase, node::Node};
use sqlx::PgConnection;

const MANY: u64 = 100_000;

/// Waits until no session says that it loads.
async fn over(node: &Node) {
    while node.store.is_loading().await.unwrap() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_load_is_seen_by_other_nodes_until_it_ends_or_its_session_does() {
    let database = TestDatabase::new().await;
    let (importer, node) = (Node::open(database.pool()).await, Node::open(database.pool()).await);
    assert!(!node.store.is_loading().await.unwrap());
    assert!(!importer.store.announce_load(100).await.unwrap().is_announced(), "few events are no load");

    let (one, other) =
        (importer.store.announce_load(MANY).await.unwrap(), node.store.announce_load(MANY).await.unwrap());
    assert!(one.is_announced() && other.is_announced(), "two imports do not wait for each other");
    drop(one);
    assert!(node.store.is_loading().await.unwrap());
    drop(other);
    over(&node).await;

    let lost = importer.store.announce_load(MANY).await.unwrap();
    assert!(node.store.is_loading().await.unwrap());
    let mut owner: PgConnection = database.owner().await;
    let ended: bool = sqlx::query_scalar(
        "select bool_and(pg_terminate_backend(pid)) from pg_locks where locktype = 'advisory' and mode = 'ShareLock'
            and database = (select oid from pg_database where datname = current_database())",
    )
    .fetch_one(&mut owner)
    .await
    .unwrap();
    assert!(ended);
    over(&node).await;
    drop(lost);
}
