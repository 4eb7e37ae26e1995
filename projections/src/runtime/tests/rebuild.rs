use std::sync::atomic::Ordering;

use ledgerdesk_domain::stream::Position;

use super::{
    memory_log::{history, id, opened},
    world::World,
};
use crate::runtime::{ProjectionState, ReadSideError, Settings};

#[tokio::test]
async fn a_rebuild_swaps_while_the_log_grows_and_loses_nothing() {
    let world = World::new().await;
    let node = world.start("a");
    let head = world.log.append(history(60, 6)).await;
    node.wait_for(head).await;
    let writer = async {
        let mut head = 0;
        for _ in 0..40 {
            head = world.log.append(history(20, 1)).await;
        }
        head
    };
    let rebuilds = async {
        for name in ["topics", "trail", "topics"] {
            node.read_side.rebuild(name, |_| {}).await.unwrap();
        }
    };
    let (head, ()) = tokio::join!(writer, rebuilds);
    node.wait_for(head).await;
    assert_eq!(world.count("select count(*) from read.trail").await, head);
    // Every row is completed, whichever pages touched it.
    let incomplete = "select count(*) from read.topics
        where flag is distinct from case when changes % 3 <> 0 then changes % 2 = 0 end";
    assert_eq!(world.count(incomplete).await, 0);
    node.assert_equals_rebuild().await;
    assert_eq!(world.count("select count(*) from pg_tables where schemaname = 'rebuild'").await, 0);
    // What was replaced is kept.
    assert_eq!(world.count("select count(*) from pg_tables where schemaname = 'previous'").await, 2);
    node.stop().await;
}

#[tokio::test]
async fn a_new_version_is_rebuilt_beside_the_old_one_and_then_leads() {
    let world = World::new().await;
    let old = world.start("old");
    let head = world.log.append(history(30, 4)).await;
    old.wait_for(head).await;
    let new = world.attach_version("new", 2);
    assert_eq!(new.read_side.status().await.unwrap()[0].state, ProjectionState::Outdated);
    new.read_side.spawn();
    world
        .eventually(
            "select version::bigint from ledgerdesk.projections where name = 'topics' and build = 'live'",
            2,
        )
        .await;
    let head = world.log.append(history(30, 1)).await;
    new.wait_for(head).await;
    let labelled = "select count(*) from read.topics where labels <> '{}' and labels[1] not like '%, 2'";
    assert_eq!(world.count(labelled).await, 0);
    // The old program stands aside, and says so when it is asked for more.
    let refused = old.read_side.rebuild("topics", |_| {}).await;
    assert!(refused.is_err(), "an old program rebuilt a newer table");
    let comparison = new.read_side.equals_rebuild("topics", |_| {}).await.unwrap();
    assert!(comparison.is_equal(), "{comparison:?}");
    old.stop().await;
    new.stop().await;
}

#[tokio::test]
async fn an_empty_table_far_behind_is_rebuilt_by_one_of_the_nodes_and_then_followed() {
    let world = World::new().await;
    let head = world.log.append(history(60, 6)).await;
    let start = |name| {
        let settings = Settings { rebuild_from: 100, ..World::settings(name) };
        let node = world.attach_with(world.registry(1), settings);
        node.read_side.spawn();
        node
    };
    let (a, b) = (start("a"), start("b"));
    a.wait_for(head).await;
    let replaced = "select count(*) from ledgerdesk.projections where build = 'previous' and position = 0";
    world.eventually(replaced, 2).await;
    let head = world.log.append(history(5, 2)).await;
    b.wait_for(head).await;
    a.assert_equals_rebuild().await;
    a.stop().await;
    b.stop().await;
}

#[tokio::test]
async fn a_table_that_the_log_has_outrun_is_rebuilt_and_one_that_is_behind_is_followed() {
    let world = World::new().await;
    let mut behind = 0;
    // What is in the table, what lies ahead of it, and what the table that a rebuild replaced had.
    for (events, replaced) in [(history(30, 2), None), (history(60, 4), Some(60)), (history(40, 4), Some(60))]
    {
        let head = world.log.append(events).await;
        let settings = Settings { rebuild_from: 100, ..World::settings("a") };
        let node = world.attach_with(world.registry(1), settings);
        node.read_side.spawn();
        node.wait_for(head).await;
        let kept: Vec<(i64,)> =
            sqlx::query_as("select position from ledgerdesk.projections where build = 'previous'")
                .fetch_all(&world.pool)
                .await
                .unwrap();
        let expected: Vec<(i64,)> = replaced.into_iter().flat_map(|position| [(position,); 2]).collect();
        assert_eq!(kept, expected, "{behind} events were in the table, {} ahead", head - behind);
        node.assert_equals_rebuild().await;
        node.stop().await;
        behind = head;
    }
}

#[tokio::test]
async fn what_a_load_outruns_waits_for_its_end() {
    let world = World::new().await;
    world.log.loading.store(true, Ordering::SeqCst);
    let head = world.log.append(history(60, 4)).await;
    let settings = Settings { rebuild_from: 100, ..World::settings("a") };
    let node = world.attach_with(world.registry(1), settings);
    node.read_side.spawn();
    // Both were asked for the lead, and gave it back.
    let waiting = "select count(*) from ledgerdesk.projections where token > 0 and holder is null";
    world.eventually(waiting, 2).await;
    let folded = "select count(*) from ledgerdesk.projections where build = 'rebuild' or position > 0";
    world.eventually(folded, 0).await;
    world.log.loading.store(false, Ordering::SeqCst);
    node.wait_for(head).await;
    node.assert_equals_rebuild().await;
    node.stop().await;
}

#[tokio::test]
async fn who_is_behind_a_load_waits_for_its_end_however_much_is_in_its_table() {
    let world = World::new().await;
    let start = || {
        let settings = Settings { rebuild_from: 100, ..World::settings("a") };
        let node = world.attach_with(world.registry(1), settings);
        node.read_side.spawn();
        node
    };
    let filled = world.log.append(history(60, 4)).await;
    let node = start();
    node.wait_for(filled).await;
    node.stop().await;
    sqlx::raw_sql("update ledgerdesk.projections set token = 0").execute(&world.pool).await.unwrap();

    world.log.loading.store(true, Ordering::SeqCst);
    let head = world.log.append(history(40, 4)).await;
    assert_eq!((filled, head), (240, 400), "without a load it would be followed");
    let node = start();
    let waiting = "select count(*) from ledgerdesk.projections
                    where build = 'live' and token > 0 and holder is null and position = 240";
    world.eventually(waiting, 2).await;
    world.log.loading.store(false, Ordering::SeqCst);
    node.wait_for(head).await;
    let replaced = "select count(*) from ledgerdesk.projections where build = 'previous' and position = 240";
    world.eventually(replaced, 2).await;
    node.assert_equals_rebuild().await;
    node.stop().await;
}

#[tokio::test]
async fn after_a_leader_vanished_the_rest_is_rebuilt_once_its_page_is_passed() {
    let world = World::new().await;
    let head = world.log.append(history(30, 2)).await;
    let settings = || Settings { rebuild_from: 100, lanes: 1, max_page: 20, ..World::settings("a") };
    let node = world.attach_with(world.registry(1), settings());
    node.read_side.spawn();
    node.wait_for(head).await;
    node.stop().await;
    sqlx::raw_sql("update ledgerdesk.projections set holder = 'gone', expires_at = clock_timestamp()")
        .execute(&world.pool)
        .await
        .unwrap();

    let head = world.log.append(history(60, 20)).await;
    let node = world.attach_with(world.registry(1), settings());
    node.read_side.spawn();
    node.wait_for(head).await;
    let replaced: Vec<(i64,)> =
        sqlx::query_as("select position from ledgerdesk.projections where build = 'previous'")
            .fetch_all(&world.pool)
            .await
            .unwrap();
    assert_eq!(replaced.len(), 2);
    assert!(replaced.iter().all(|(position,)| (80..200).contains(position)), "{replaced:?}");
    node.assert_equals_rebuild().await;
    node.stop().await;
}

#[tokio::test]
async fn two_rebuilds_of_one_projection_and_unknown_names_are_refused() {
    let world = World::new().await;
    let node = world.attach("a");
    world.log.append(history(60, 6)).await;
    sqlx::query(
        "insert into ledgerdesk.projections (name, build, version, holder, expires_at)
         values ('topics', 'rebuild', 1, 'b', clock_timestamp() + interval '1 minute')",
    )
    .execute(&world.pool)
    .await
    .unwrap();
    let second = node.read_side.rebuild("topics", |_| {}).await;
    assert!(matches!(second, Err(ReadSideError::Running { .. })), "{second:?}");
    node.read_side.rebuild("trail", |_| {}).await.unwrap();
    let unknown = node.read_side.rebuild("topic", |_| {}).await.unwrap_err();
    assert_eq!(unknown.to_string(), "there is no projection topic; known are topics, trail");
}

#[tokio::test]
async fn a_comparison_finds_rows_that_were_changed_behind_the_log() {
    let world = World::new().await;
    let node = world.start("a");
    let head = world.log.append((1..=40).map(|number| opened(number, "x")).collect()).await;
    node.wait_for(head).await;
    for sql in [
        "update read.topics set topic = 'y' where id = '00000000-0000-0000-0000-000000000003'",
        "delete from read.topics where id = '00000000-0000-0000-0000-000000000004'",
    ] {
        sqlx::query(sql).execute(&world.pool).await.unwrap();
    }
    let mut comparison = node.read_side.equals_rebuild("topics", |_| {}).await.unwrap();
    comparison.examples.sort_unstable();
    assert_eq!((comparison.only_live, comparison.only_rebuilt), (1, 2));
    assert_eq!((comparison.live_rows, comparison.rebuilt_rows), (39, 40));
    assert_eq!(comparison.examples, [id(3), id(4)]);
    assert_eq!(comparison.position, Position(head));
    assert_eq!(world.count("select count(*) from pg_tables where schemaname = 'rebuild'").await, 0);
    node.read_side.rebuild("topics", |_| {}).await.unwrap();
    node.assert_equals_rebuild().await;
    node.stop().await;
}

#[tokio::test]
async fn a_rebuild_waits_for_a_long_query_without_stopping_the_log() {
    let world = World::new().await;
    let node = world.start("a");
    let head = world.log.append(history(20, 3)).await;
    node.wait_for(head).await;
    let mut query = world.pool.begin().await.unwrap();
    sqlx::query("select count(*) from read.topics").execute(&mut *query).await.unwrap();
    let waiting = {
        let node = world.attach("b");
        tokio::spawn(async move { node.read_side.rebuild("topics", |_| {}).await })
    };
    // Of this database: other tests have locks of their own.
    world
        .eventually(
            "select count(*) from pg_locks where not granted and mode = 'AccessExclusiveLock'
                and database = (select oid from pg_database where datname = current_database())",
            1,
        )
        .await;
    // The log is not kept waiting.
    world.log.append(history(20, 1)).await;
    query.rollback().await.unwrap();
    let rebuilt = waiting.await.unwrap().unwrap();
    assert!(rebuilt.position > Position(head));
    node.stop().await;
}

#[tokio::test]
async fn an_abandoned_rebuild_is_cleared_away() {
    let world = World::new().await;
    let node = world.attach("a");
    let head = world.log.append(history(20, 3)).await;
    node.read_side.rebuild("topics", |_| {}).await.unwrap();
    for sql in [
        "create table rebuild.topics (name text)",
        "alter table rebuild.topics owner to ledgerdesk_app",
        "update ledgerdesk.projections set holder = 'gone', expires_at = clock_timestamp() - interval '1 second' \
          where build = 'rebuild'",
    ] {
        sqlx::query(sql).execute(&world.pool).await.unwrap();
    }
    node.read_side.spawn();
    node.wait_for(head).await;
    world.eventually("select count(*) from pg_tables where schemaname = 'rebuild'", 0).await;
    node.stop().await;
}

#[tokio::test]
async fn what_could_not_be_written_is_folded_again_by_who_continues() {
    let world = World::new().await;
    let node = world.attach("a");
    let head = world.log.append(history(60, 6)).await;
    // The first time that a rebuild has written rows and moves its checkpoint, the connection is ended by an
    // administrator; the second time, all is well.
    for sql in [
        "create sequence moves",
        "create function end_the_first() returns trigger language plpgsql security definer as $$
         begin
             if nextval('moves') = 1 then
                 raise exception 'terminating connection' using errcode = '57P01';
             end if;
             return new;
         end $$",
        "create trigger end_the_first before update of position on ledgerdesk.projections for each row
           when (new.build = 'rebuild' and new.position > old.position) execute function end_the_first()",
    ] {
        sqlx::query(sql).execute(&world.pool).await.unwrap();
    }
    for name in ["topics", "trail"] {
        sqlx::query("select setval('moves', 1, false)").execute(&world.pool).await.unwrap();
        node.read_side.rebuild(name, |_| {}).await.unwrap_err();
        let rebuilt = node.read_side.rebuild(name, |_| {}).await.unwrap();
        assert_eq!(rebuilt.position, Position(head));
    }
    node.read_side.spawn();
    node.wait_for(head).await;
    assert_eq!(world.count("select count(*) from read.trail").await, head);
    node.assert_equals_rebuild().await;
    node.stop().await;
}
