use std::time::Duration;

use ledgerdesk_domain::stream::Position;

use super::{
    memory_log::{cancelled, history, id, opened, tagged},
    world::{TIMEOUT, World},
};
use crate::runtime::{ProjectionState, RebuildProgress};

#[tokio::test]
async fn rows_follow_the_log_and_equal_their_rebuild() {
    let world = World::new().await;
    let node = world.start("a");
    let mut head = 0;
    for _ in 0..3 {
        head = world.log.append(history(30, 5)).await;
    }
    node.wait_for(head).await;
    assert_eq!(world.count("select count(*) from read.trail").await, head);
    assert!(world.count("select count(*) from read.topics").await > 0);
    node.assert_equals_rebuild().await;
    node.stop().await;
}

#[tokio::test]
async fn a_row_is_loaded_changed_and_removed() {
    let world = World::new().await;
    let node = world.start("a");
    let head = world.log.append(vec![opened(1, "first"), opened(2, "second"), tagged(1, "a")]).await;
    node.wait_for(head).await;
    let head = world.log.append(vec![tagged(1, "b"), cancelled(2)]).await;
    node.wait_for(head).await;
    let rows: Vec<(uuid::Uuid, String, serde_json::Value, Vec<String>, i32)> =
        sqlx::query_as("select id, topic, tags, labels, changes from read.topics")
            .fetch_all(&world.pool)
            .await
            .unwrap();
    let labels = vec!["a, 1".to_owned(), "b, 1".to_owned()];
    assert_eq!(rows, [(id(1), "first".to_owned(), serde_json::json!(["a", "b"]), labels, 3)]);
    node.stop().await;
}

#[tokio::test]
async fn an_erasure_empties_the_columns_live_and_in_the_rebuild() {
    let world = World::new().await;
    let node = world.start("a");
    let mut events: Vec<_> = (1..=40).map(|number| opened(number, "secret")).collect();
    events.push(tagged(7, "before"));
    let head = world.log.append(events).await;
    node.wait_for(head).await;
    world.log.erase(id(7)).await;
    let head = world.log.append(vec![tagged(7, "after"), tagged(8, "after")]).await;
    node.wait_for(head).await;
    assert_eq!(world.count("select count(*) from read.topics where topic is null").await, 1);
    assert_eq!(world.count("select count(*) from read.topics where topic = 'secret'").await, 39);
    assert_eq!(
        world.count("select jsonb_array_length(tags)::bigint from read.topics where topic is null").await,
        2
    );
    node.assert_equals_rebuild().await;
    node.read_side.rebuild("topics", |_| {}).await.unwrap();
    assert_eq!(world.count("select count(*) from read.topics where topic is null").await, 1);
    node.stop().await;
}

#[tokio::test]
async fn an_erasure_between_events_of_one_page_keeps_the_order() {
    let world = World::new().await;
    world.log.append(vec![opened(1, "secret"), opened(2, "other")]).await;
    world.log.erase(id(1)).await;
    let head = world.log.append(vec![tagged(1, "after"), tagged(2, "after")]).await;
    let node = world.start("a");
    node.wait_for(head).await;
    let topics: Vec<(Option<String>, i32)> =
        sqlx::query_as("select topic, changes from read.topics order by id")
            .fetch_all(&world.pool)
            .await
            .unwrap();
    assert_eq!(topics, [(None, 2), (Some("other".to_owned()), 2)]);
    node.assert_equals_rebuild().await;
    node.stop().await;
}

#[tokio::test]
async fn rows_that_stay_as_they_are_are_not_written() {
    let world = World::new().await;
    let node = world.start("a");
    // Opened and cancelled in one page: never a row. Nothing was, nothing is.
    let head = world.log.append(vec![opened(1, "x"), cancelled(1), opened(2, "kept")]).await;
    node.wait_for(head).await;
    node.stop().await;
    let mut registry = prometheus_client::registry::Registry::default();
    node.read_side.register_metrics(&mut registry);
    let mut text = String::new();
    prometheus_client::encoding::text::encode(&mut text, &registry).unwrap();
    assert!(text.contains("projection_rows_total{projection=\"topics\"} 1\n"), "{text}");
    assert!(text.contains("projection_events_total{projection=\"topics\"} 3\n"), "{text}");
}

#[tokio::test]
async fn waiting_ends_at_the_position_or_at_the_deadline_on_every_node() {
    let world = World::new().await;
    let leader = world.start("a");
    let other = world.attach("b");
    let head = world.log.append(history(5, 2)).await;
    for node in [&leader, &other] {
        node.wait_for(head).await;
        let late = node.read_side.wait_for(&["topics"], Position(head + 1), Duration::from_millis(30)).await;
        let stale = late.unwrap_err();
        assert_eq!((stale.projection.as_str(), stale.at), ("topics", Position(head)));
    }
    leader.stop().await;
}

#[tokio::test]
async fn status_shows_position_lag_and_leader() {
    let world = World::new().await;
    let node = world.start("a");
    let head = world.log.append(history(5, 2)).await;
    node.wait_for(head).await;
    let status = &node.read_side.status().await.unwrap()[0];
    assert_eq!(
        (status.name, status.version, status.position, status.lag_events),
        ("topics", Some(1), Position(head), 0)
    );
    assert_eq!((&status.state, status.leader.as_deref()), (&ProjectionState::Running, Some("a")));
    node.stop().await;
    let head = world.log.append(history(5, 1)).await;
    let status = &node.read_side.status().await.unwrap()[0];
    assert_eq!((status.lag_events, status.head, &status.state), (5, Position(head), &ProjectionState::Idle));
    assert!(status.lag_seconds >= 0.0);
}

#[tokio::test]
async fn an_unknown_event_pauses_and_is_never_skipped() {
    let world = World::new().await;
    let head = world.log.append(history(5, 2)).await;
    *world.log.unknown_after.write().unwrap() = Some(head);
    let node = world.start("a");
    node.wait_for(head).await;
    world.log.append(vec![opened(9, "later")]).await;
    world.eventually("select count(*) from ledgerdesk.projections where status = 'paused'", 2).await;
    let status = &node.read_side.status().await.unwrap()[0];
    let ProjectionState::Paused(pause) = &status.state else { panic!("{status:?}") };
    assert_eq!(pause.code, "event_unknown");
    assert!(pause.reason.contains("FromTheFuture"), "{pause}");
    let late = node.read_side.wait_for(&["topics"], Position(head + 1), TIMEOUT).await.unwrap_err();
    assert_eq!(late.pause.as_ref(), Some(pause), "nobody waits for what will not come");
    assert_eq!(status.position, Position(head));
    // The upgrade.
    *world.log.unknown_after.write().unwrap() = None;
    world.eventually("select count(*) from ledgerdesk.projections where status = 'paused'", 0).await;
    node.wait_for(head + 1).await;
    node.stop().await;
}

#[tokio::test]
async fn a_checkpoint_of_another_history_pauses() {
    let world = World::new().await;
    let head = world.log.append(history(5, 2)).await;
    let node = world.start("a");
    node.wait_for(head).await;
    node.stop().await;
    sqlx::query(
        "update ledgerdesk.projections set hash_prefix = '\\x0102030405060708' where name = 'topics'",
    )
    .execute(&world.pool)
    .await
    .unwrap();
    let node = world.start("b");
    world.eventually("select count(*) from ledgerdesk.projections where status = 'paused'", 1).await;
    // A rebuild is the way out.
    let mut last = RebuildProgress { position: Position(0), head: Position(0) };
    node.read_side.rebuild("topics", |progress| last = progress).await.unwrap();
    assert_eq!(last, RebuildProgress { position: Position(head), head: Position(head) });
    world.eventually("select count(*) from ledgerdesk.projections where status = 'paused'", 0).await;
    let head = world.log.append(vec![opened(9, "later")]).await;
    tokio::time::timeout(TIMEOUT, node.wait_for(head)).await.unwrap();
    node.stop().await;
}
