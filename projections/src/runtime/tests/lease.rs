use super::{
    memory_log::{history, opened},
    world::World,
};
use crate::runtime::ProjectionState;

const LED_BY_B: &str =
    "select count(*) from ledgerdesk.projections where holder = 'b' and expires_at > clock_timestamp()";

#[tokio::test]
async fn one_node_leads_and_the_next_takes_over_at_once_when_it_stops() {
    let world = World::new().await;
    let a = world.start("a");
    let head = world.log.append(history(10, 3)).await;
    a.wait_for(head).await;
    let b = world.start("b");
    let head = world.log.append(history(10, 3)).await;
    b.wait_for(head).await;
    assert_eq!(world.count(LED_BY_B).await, 0);
    a.stop().await;
    world.eventually(LED_BY_B, 2).await;
    let head = world.log.append(history(10, 3)).await;
    b.wait_for(head).await;
    b.assert_equals_rebuild().await;
    b.stop().await;
    assert_eq!(b.read_side.status().await.unwrap()[0].state, ProjectionState::Idle);
}

#[tokio::test]
async fn a_leader_that_was_away_too_long_is_fenced() {
    let world = World::new().await;
    let a = world.start("a");
    let head = world.log.append(history(10, 3)).await;
    a.wait_for(head).await;
    // Another node takes the lead behind the back of the first: as if its lease had expired.
    sqlx::query(
        "update ledgerdesk.projections set token = token + 1, holder = 'b', \
                 expires_at = clock_timestamp() + interval '1 minute'",
    )
    .execute(&world.pool)
    .await
    .unwrap();
    let head = world.log.append(history(10, 1)).await;
    world.eventually("select count(*) from ledgerdesk.projections where holder = 'b'", 2).await;
    let behind = a
        .read_side
        .wait_for(
            &["topics"],
            ledgerdesk_domain::stream::Position(head),
            std::time::Duration::from_millis(300),
        )
        .await;
    assert!(behind.is_err(), "a fenced leader wrote");
    a.stop().await;
    // It did not give back what is not its own.
    assert_eq!(world.count(LED_BY_B).await, 2);
}

/// A commit of the read side does not wait for the disk, so a database that crashes may lose the last of them.
#[tokio::test]
async fn a_leader_notices_that_its_table_fell_back_although_no_event_follows() {
    let world = World::new().await;
    let a = world.start("a");
    let head = world.log.append(history(10, 3)).await;
    a.wait_for(head).await;
    sqlx::raw_sql(
        "begin; delete from read.topics; delete from read.trail; \
         update ledgerdesk.projections set epoch = 0, position = 0, hash_prefix = decode('0000000000000000', 'hex'); \
         commit;",
    )
    .execute(&world.pool)
    .await
    .unwrap();
    world.eventually("select count(*) from ledgerdesk.projections where position = 0", 0).await;
    a.wait_for(head).await;
    a.assert_equals_rebuild().await;
    a.stop().await;
}

#[tokio::test]
async fn a_node_that_vanished_is_replaced_and_what_it_tried_is_tried_with_care() {
    let world = World::new().await;
    let a = world.start("a");
    let head = world.log.append(history(10, 3)).await;
    a.wait_for(head).await;
    a.stop().await;
    // The last leader vanished: it holds an expired lease, and had begun to try something.
    sqlx::query(
        "update ledgerdesk.projections set holder = 'gone', suspect_to = $1, attempts = 1, \
                 expires_at = clock_timestamp() - interval '1 second'",
    )
    .bind(head + 100)
    .execute(&world.pool)
    .await
    .unwrap();
    let head = world.log.append(history(30, 10)).await;
    let b = world.start("b");
    b.wait_for(head).await;
    b.assert_equals_rebuild().await;
    assert_eq!(
        world.count("select count(*) from ledgerdesk.projections where suspect_to is not null").await,
        0
    );
    b.stop().await;
}

#[tokio::test]
async fn an_event_that_ends_the_process_each_time_is_parked() {
    let world = World::new().await;
    let a = world.start("a");
    let head = world.log.append(history(10, 3)).await;
    a.wait_for(head).await;
    a.stop().await;
    let head =
        world.log.append(vec![opened(77, "deadly"), opened(78, "harmless"), opened(77, "again")]).await;
    // Three nodes died while they tried the first of these events alone.
    sqlx::query(
        "update ledgerdesk.projections set holder = 'gone', suspect_to = $1, attempts = 3, \
                 expires_at = clock_timestamp() - interval '1 second' where name = 'topics'",
    )
    .bind(head - 2)
    .execute(&world.pool)
    .await
    .unwrap();
    let b = world.start("b");
    b.wait_for(head).await;
    let parked = b.read_side.parked("topics", 10).await.unwrap();
    let positions: Vec<i64> = parked.iter().map(|event| event.position).collect();
    assert_eq!(positions, [head - 2, head]);
    assert_eq!(parked[0].error.as_deref(), Some("the process ended each time"));
    assert_eq!(world.count("select count(*) from read.topics where topic = 'harmless'").await, 1);
    b.stop().await;
}
