use ledgerdesk_domain::stream::Position;

use super::{
    memory_log::{history, id, opened, tagged},
    world::World,
};
use crate::runtime::ReadSideError;

const VERSION: &str =
    "select version::bigint from ledgerdesk.projections where name = 'topics' and build = 'live'";

#[tokio::test]
async fn a_switch_goes_back_to_what_was_replaced_and_a_second_one_returns_while_the_log_grows() {
    let world = World::new().await;
    let node = world.start("a");
    let head = world.log.append(history(40, 4)).await;
    node.wait_for(head).await;
    let replaced = world.count("select 'read.topics'::regclass::oid::bigint").await;
    let nothing = node.read_side.switch("topics", |_| {}).await.unwrap_err();
    assert!(matches!(nothing, ReadSideError::NothingReplaced { .. }), "{nothing}");
    let rebuilt = node.read_side.rebuild("topics", |_| {}).await.unwrap();
    let head = world.log.append(history(40, 2)).await;
    node.wait_for(head).await;
    let writer = async {
        let mut head = 0;
        for _ in 0..30 {
            head = world.log.append(history(20, 1)).await;
        }
        head
    };
    let switch = async { node.read_side.switch("topics", |_| {}).await.unwrap() };
    let (head, switched) = tokio::join!(writer, switch);
    assert_eq!((switched.version, switched.began), (1, rebuilt.position));
    assert!(switched.position > rebuilt.position);
    assert_eq!(world.count("select 'read.topics'::regclass::oid::bigint").await, replaced);
    node.wait_for(head).await;
    node.assert_equals_rebuild().await;
    let previous = node.read_side.status().await.unwrap()[0].previous.unwrap();
    assert_eq!(previous.version, 1);
    // What was live stands where it was when it was replaced, and returns from there.
    let returned = node.read_side.switch("topics", |_| {}).await.unwrap();
    assert_eq!(returned.began, previous.position);
    assert_ne!(world.count("select 'read.topics'::regclass::oid::bigint").await, replaced);
    node.wait_for(head).await;
    node.assert_equals_rebuild().await;
    node.stop().await;
}

#[tokio::test]
async fn the_program_of_the_older_version_goes_back_and_no_other() {
    let world = World::new().await;
    let old = world.start("old");
    let head = world.log.append(history(30, 4)).await;
    old.wait_for(head).await;
    old.stop().await;
    let new = world.attach_version("new", 2);
    new.read_side.rebuild("topics", |_| {}).await.unwrap();
    assert_eq!(world.count(VERSION).await, 2);
    let refused = new.read_side.switch("topics", |_| {}).await.unwrap_err();
    assert!(matches!(refused, ReadSideError::ReplacedVersion { stored: 1, known: 2, .. }), "{refused}");
    world.log.append(history(30, 1)).await;
    let old = world.attach("old again");
    old.read_side.switch("topics", |_| {}).await.unwrap();
    assert_eq!(world.count(VERSION).await, 1);
    old.read_side.spawn();
    let head = world.log.append(history(30, 1)).await;
    old.wait_for(head).await;
    old.assert_equals_rebuild().await;
    old.stop().await;
}

#[tokio::test]
async fn what_is_parked_changes_places_with_its_table() {
    let world = World::new().await;
    let node = world.start("a");
    let head = world.log.append(vec![opened(1, "sick"), tagged(1, "panic"), tagged(1, "held")]).await;
    node.wait_for(head).await;
    // Both builds park the same events.
    assert_eq!(node.read_side.rebuild("topics", |_| {}).await.unwrap().parked, 2);
    world.mended.store(true, std::sync::atomic::Ordering::Relaxed);
    let replayed = node.read_side.replay("topics").await.unwrap();
    assert_eq!((replayed.applied, replayed.still_parked), (2, 0));
    let head = world.log.append(vec![tagged(1, "later")]).await;
    node.wait_for(head).await;
    assert_eq!(node.read_side.switch("topics", |_| {}).await.unwrap().parked, 3, "and what came since");
    assert_eq!(node.read_side.replay("topics").await.unwrap().still_parked, 0);
    assert_eq!(node.read_side.switch("topics", |_| {}).await.unwrap().parked, 0);
    node.wait_for(head).await;
    node.assert_equals_rebuild().await;
    node.stop().await;
}

/// How many rows of a build still have a topic.
async fn named(world: &World, schema: &str) -> i64 {
    let sql = format!("select count(*) from {schema}.topics where topic is not null");
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&world.pool).await.unwrap()
}

/// The key of a person as the log destroys it.
async fn destroy_key(world: &World, person: u128) {
    sqlx::query(
        "insert into ledgerdesk.person_keys (person_id, workspace_id, wrapped, created_at, destroyed_at)
         select $1, workspace_id, null, clock_timestamp(), clock_timestamp() from read.topics where id = $1",
    )
    .bind(id(person))
    .execute(&world.pool)
    .await
    .unwrap();
}

#[tokio::test]
async fn an_erasure_reaches_what_was_replaced_and_what_an_interrupted_rebuild_has_built() {
    let world = World::new().await;
    let node = world.start("a");
    let head = world.log.append((1..=30).map(|number| opened(number, "secret")).collect()).await;
    node.wait_for(head).await;
    node.read_side.rebuild("topics", |_| {}).await.unwrap();
    interrupt_a_rebuild(&world).await;
    assert_eq!((named(&world, "previous").await, named(&world, "rebuild").await), (30, 30));
    let head = world.log.erase(id(7)).await;
    node.wait_for(head).await;
    for schema in ["read", "previous", "rebuild"] {
        assert_eq!(named(&world, schema).await, 29, "{schema}");
    }
    // Continued and switched back to, they are what a rebuild makes of the log.
    let head = world.log.append(vec![tagged(7, "later"), tagged(8, "later")]).await;
    node.wait_for(head).await;
    node.read_side.switch("topics", |_| {}).await.unwrap();
    let continued = node.read_side.rebuild("topics", |_| {}).await.unwrap();
    assert_eq!(continued.began, Position(30));
    node.wait_for(head).await;
    node.assert_equals_rebuild().await;
    node.stop().await;
}

/// Leaves a rebuild as a shutdown right before its swap does.
async fn interrupt_a_rebuild(world: &World) {
    let mut query = world.pool.begin().await.unwrap();
    sqlx::query("select count(*) from read.topics").execute(&mut *query).await.unwrap();
    let node = world.attach("interrupted");
    let shutdown = node.shutdown.clone();
    let rebuild = tokio::spawn(async move { node.read_side.rebuild("topics", |_| {}).await });
    // Of this database: other tests have locks of their own.
    world
        .eventually(
            "select count(*) from pg_locks where not granted and mode = 'AccessExclusiveLock'
                and database = (select oid from pg_database where datname = current_database())",
            1,
        )
        .await;
    shutdown.cancel();
    let interrupted = rebuild.await.unwrap();
    assert!(matches!(interrupted, Err(ReadSideError::Interrupted { .. })), "{interrupted:?}");
    query.rollback().await.unwrap();
}

#[tokio::test]
async fn an_interrupted_rebuild_goes_on_where_it_stopped_or_from_zero() {
    let world = World::new().await;
    let node = world.start("a");
    let mut events = history(40, 4);
    events.extend([opened(50, "sick"), tagged(50, "panic")]);
    let first = world.log.append(events).await;
    node.wait_for(first).await;
    interrupt_a_rebuild(&world).await;
    let status = &node.read_side.status().await.unwrap()[0];
    assert_eq!((status.rebuild, status.kept_rebuild), (None, Some(Position(first))));
    // What it parked stays parked, with what comes after it.
    let mut events = vec![tagged(50, "held")];
    events.extend(history(40, 3));
    let head = world.log.append(events).await;
    node.wait_for(head).await;
    let mut seen = Vec::new();
    let rebuilt = node.read_side.rebuild("topics", |progress| seen.push(progress.position.0)).await.unwrap();
    assert_eq!((rebuilt.began, rebuilt.parked), (Position(first), 2));
    assert!(seen.iter().all(|position| *position > first), "{seen:?}");
    node.wait_for(head).await;
    node.assert_equals_rebuild().await;

    interrupt_a_rebuild(&world).await;
    let rebuilt = node.read_side.rebuild_from_zero("topics", |_| {}).await.unwrap();
    assert_eq!(rebuilt.began, Position::START);
    node.wait_for(head).await;
    node.assert_equals_rebuild().await;
    node.stop().await;
}

#[tokio::test]
async fn a_build_whose_node_vanished_forgets_who_was_erased_meanwhile() {
    let world = World::new().await;
    let node = world.start("a");
    let head = world.log.append((1..=30).map(|number| opened(number, "secret")).collect()).await;
    node.wait_for(head).await;
    interrupt_a_rebuild(&world).await;
    // A node claims it and is killed; meanwhile the live table passes an erasure.
    sqlx::query(
        "update ledgerdesk.projections
            set holder = 'killed', expires_at = clock_timestamp() + interval '1 hour' where build = 'rebuild'",
    )
    .execute(&world.pool)
    .await
    .unwrap();
    destroy_key(&world, 7).await;
    let head = world.log.erase(id(7)).await;
    node.wait_for(head).await;
    assert_eq!((named(&world, "read").await, named(&world, "rebuild").await), (29, 30));
    sqlx::query("update ledgerdesk.projections set expires_at = clock_timestamp() where build = 'rebuild'")
        .execute(&world.pool)
        .await
        .unwrap();
    world.eventually("select count(*) from rebuild.topics where topic is not null", 29).await;
    let continued = node.read_side.rebuild("topics", |_| {}).await.unwrap();
    assert_eq!(continued.began, Position(30));
    node.wait_for(head).await;
    node.assert_equals_rebuild().await;
    node.stop().await;
}
