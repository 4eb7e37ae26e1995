use std::sync::atomic::Ordering;

use super::{
    memory_log::{history, opened, tagged},
    world::World,
};

#[tokio::test]
async fn a_poisoned_event_is_parked_with_what_follows_it_and_the_rest_goes_on() {
    for (poison, reason) in [("panic", "poisoned on purpose"), ("overflow", "SQLSTATE 23514")] {
        let world = World::new().await;
        let node = world.start("a");
        let mut events = history(10, 3);
        events.extend([opened(50, "sick"), opened(51, "well"), tagged(50, poison), tagged(51, "fine")]);
        events.extend([tagged(50, "held"), opened(50, "held, too")]);
        events.extend(history(10, 3));
        let head = world.log.append(events).await;
        node.wait_for(head).await;

        let parked = node.read_side.parked("topics", 10).await.unwrap();
        let seen: Vec<_> = parked.iter().map(|event| (event.position, event.attempts)).collect();
        assert_eq!(seen, [(33, 3), (35, 0), (36, 0)]);
        assert!(parked[0].error.as_ref().unwrap().contains(reason), "{parked:?}");
        assert_eq!(node.read_side.status().await.unwrap()[0].parked, 3);
        assert_eq!(world.count("select changes::bigint from read.topics where topic = 'sick'").await, 1);
        assert_eq!(world.count("select changes::bigint from read.topics where topic = 'well'").await, 2);
        assert_eq!(world.count("select count(*) from read.trail").await, head);
        // The rebuild parks the same.
        node.assert_equals_rebuild().await;

        // A replay does not help while the fault is there.
        let replayed = node.read_side.replay("topics").await.unwrap();
        assert_eq!((replayed.applied, replayed.still_parked), (0, 3));
        world.mended.store(true, Ordering::Relaxed);
        let replayed = node.read_side.replay("topics").await.unwrap();
        assert_eq!((replayed.applied, replayed.still_parked), (3, 0));
        let head = world.log.append(vec![tagged(50, "free")]).await;
        node.wait_for(head).await;
        assert_eq!(world.count("select changes::bigint from read.topics where topic = 'held, too'").await, 5);
        node.assert_equals_rebuild().await;
        node.stop().await;
    }
}

/// The tables of the database that cannot grow any more, as PostgreSQL says it; counts how often it did.
const FULL: &str = "create sequence public.refusals;
    create function public.full_disk() returns trigger language plpgsql security definer as $$ begin
        perform nextval('public.refusals');
        raise exception 'could not extend file' using errcode = 'disk_full';
    end $$;
    create trigger full_disk before insert or update on read.topics execute function public.full_disk()";

#[tokio::test]
async fn a_database_that_is_full_after_a_leader_vanished_counts_against_no_event() {
    let world = World::new().await;
    let node = world.start("a");
    let head = world.log.append(vec![opened(1, "innocent")]).await;
    node.wait_for(head).await;
    node.stop().await;
    // As a kill leaves it: whoever comes next suspects the next event.
    let vanished = "update ledgerdesk.projections set holder = 'a' where name = 'topics'";
    sqlx::raw_sql(vanished).execute(&world.pool).await.unwrap();
    sqlx::raw_sql(FULL).execute(&world.pool).await.unwrap();
    let head = world.log.append(vec![tagged(1, "fine")]).await;

    let node = world.start("b");
    // More often than an event is tried before it is parked.
    world.eventually("select (last_value >= 5)::int::bigint from public.refusals", 1).await;
    sqlx::raw_sql("drop trigger full_disk on read.topics").execute(&world.pool).await.unwrap();
    node.wait_for(head).await;
    assert_eq!(node.read_side.parked("topics", 10).await.unwrap().len(), 0);
    node.assert_equals_rebuild().await;
    node.stop().await;
}

#[tokio::test]
async fn a_rebuild_with_mended_code_parks_nothing_and_clears_what_was_parked() {
    let world = World::new().await;
    let node = world.start("a");
    let mut events = vec![opened(1, "sick"), tagged(1, "panic"), tagged(1, "held")];
    events.extend(history(40, 3));
    let head = world.log.append(events).await;
    node.wait_for(head).await;
    let rebuilt = node.read_side.rebuild("topics", |_| {}).await.unwrap();
    assert!(rebuilt.parked >= 2, "{rebuilt:?}");
    assert_eq!(node.read_side.status().await.unwrap()[0].parked, rebuilt.parked);
    world.mended.store(true, Ordering::Relaxed);
    let rebuilt = node.read_side.rebuild("topics", |_| {}).await.unwrap();
    assert_eq!(rebuilt.parked, 0);
    let head = world.log.append(vec![tagged(1, "free")]).await;
    node.wait_for(head).await;
    assert_eq!(node.read_side.status().await.unwrap()[0].parked, 0);
    node.assert_equals_rebuild().await;
    node.stop().await;
}

#[tokio::test]
async fn what_is_parked_quotes_no_value() {
    let world = World::new().await;
    let node = world.start("a");
    let head = world.log.append(vec![opened(1, "Anna\0Petrova"), opened(2, "well")]).await;
    node.wait_for(head).await;
    let parked = node.read_side.parked("topics", 10).await.unwrap();
    assert_eq!(parked.len(), 1);
    let error = parked[0].error.as_ref().unwrap();
    assert!(error.contains("SQLSTATE 22") && !error.contains("Anna"), "{error}");
    node.stop().await;
}
