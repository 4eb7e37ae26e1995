//! Ends at every point of a stretch, and what comes after: compared with a rebuild row for row.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use ledgerdesk_domain::stream::Position;
use sqlx::postgres::PgPoolOptions;
use tokio_util::sync::CancellationToken;

use super::{
    memory_log::{history, id, opened, tagged},
    projections::{Topics, Trail},
    world::{Node, World},
};
use crate::runtime::{ProjectionState, ReadSide, Registry, Settings, log::Log};

const LANES: usize = 3;
const COMMITTED: &str = "select count(*) from ledgerdesk.projection_lanes where name = 'topics'";

/// Lanes whose commit the database refuses, or keeps waiting for an advisory lock; -1 stands for the transaction that
/// moves the checkpoint. Counts the refusals. A wait has no end of its own.
const BREAKABLE: &str = "
    create table public.broken (lane integer primary key, waits boolean not null default false);
    create sequence public.refusals minvalue 0 start 0;
    select nextval('public.refusals');
    create function public.break_lane() returns trigger language plpgsql security definer
    set lock_timeout = 0 as $$
    declare
        at integer := case tg_op when 'DELETE' then -1 else new.lane end;
    begin
        if coalesce(new.name, old.name) <> 'topics' then
            return null;
        end if;
        if exists (select from public.broken where lane = at and waits) then
            perform pg_advisory_xact_lock_shared(1);
        elsif exists (select from public.broken where lane = at) then
            perform nextval('public.refusals');
            raise exception 'could not extend file' using errcode = 'disk_full';
        end if;
        return null;
    end $$;
    create constraint trigger break_lane after insert or delete on ledgerdesk.projection_lanes
        deferrable initially deferred for each row execute function public.break_lane()";

/// A node that is never near enough to the log to go page by page, if it may use several lanes.
fn settings(node: &str, lanes: usize) -> Settings {
    Settings {
        lease: Duration::from_secs(3),
        page: 60,
        max_page: 60,
        rebuild_rows: 200,
        writers: 2 * LANES,
        lanes,
        lanes_from: 1,
        ..Settings::for_node(node)
    }
}

fn registry(world: &World) -> Registry {
    Registry::default().with(Topics::new(1, &world.mended)).with(Trail)
}

fn start(world: &World, node: &str, lanes: usize) -> Node {
    let node = world.attach_with(registry(world), settings(node, lanes));
    node.read_side.spawn();
    node
}

fn stretches(node: &Node) -> u64 {
    let mut registry = prometheus_client::registry::Registry::default();
    node.read_side.register_metrics(&mut registry);
    let mut text = String::new();
    prometheus_client::encoding::text::encode(&mut text, &registry).unwrap();
    let line =
        text.lines().find_map(|line| line.strip_prefix("projection_stretches_total{projection=\"topics\"} "));
    line.map_or(0, |count| count.parse().unwrap())
}

async fn run(world: &World, sql: &'static str) {
    sqlx::raw_sql(sql).execute(&world.pool).await.unwrap();
}

async fn break_lane(world: &World, lane: i32) {
    sqlx::query("insert into public.broken (lane) values ($1)")
        .bind(lane)
        .execute(&world.pool)
        .await
        .unwrap();
}

/// The first stretch of the topics is left with lane 1 missing; its leader is gone. Answers the head.
async fn leave_half_way(world: &World) -> i64 {
    run(world, BREAKABLE).await;
    break_lane(world, 1).await;
    let head = world.log.append(history(30, 5)).await;
    let node = start(world, "gone", LANES);
    world.eventually(COMMITTED, 2).await;
    node.stop().await;
    run(world, "delete from public.broken").await;
    assert_eq!(world.count(COMMITTED).await, 2);
    head
}

#[tokio::test]
async fn a_projection_that_is_far_behind_catches_up_in_lanes() {
    let world = World::new().await;
    world.log.append(history(60, 20)).await;
    let node = start(&world, "a", LANES);
    let head = world.log.append(history(60, 3)).await;
    node.wait_for(head).await;
    assert!(stretches(&node) >= 4, "{}", stretches(&node));
    assert_eq!(world.count("select count(*) from read.trail").await, head);
    assert_eq!(world.count("select count(*) from ledgerdesk.projection_lanes").await, 0);
    node.assert_equals_rebuild().await;
    node.stop().await;
}

#[tokio::test]
async fn one_that_is_near_or_has_one_lane_goes_page_by_page() {
    let world = World::new().await;
    let head = world.log.append(history(60, 20)).await;
    let near = Settings { lanes_from: head + 1, ..settings("near", LANES) };
    let near = world.attach_with(registry(&world), near);
    near.read_side.spawn();
    near.wait_for(head).await;
    assert_eq!(stretches(&near), 0);
    near.stop().await;
    let head = world.log.append(history(60, 10)).await;
    let single = start(&world, "single", 1);
    single.wait_for(head).await;
    assert_eq!(stretches(&single), 0);
    single.assert_equals_rebuild().await;
    single.stop().await;
}

/// Every set of lanes that may be missing, and the checkpoint alone.
#[tokio::test]
async fn a_stretch_that_was_left_at_any_point_is_completed_and_nothing_is_applied_twice() {
    let subsets = (1..1_i32 << LANES).map(|set| (0..3).filter(|lane| set >> lane & 1 == 1).collect());
    for broken in subsets.chain([vec![-1]]) {
        let broken: Vec<i32> = broken;
        let world = World::new().await;
        run(&world, BREAKABLE).await;
        for &lane in &broken {
            break_lane(&world, lane).await;
        }
        let head = world.log.append(history(30, 10)).await;
        let node = start(&world, "a", LANES);
        // Met by the first leader, and by itself when it leads again.
        world.eventually("select (last_value >= 2)::int::bigint from public.refusals", 1).await;
        let missing = broken.iter().filter(|lane| **lane >= 0).count();
        // While all of them are refused, there is nothing to complete: it goes on trying the whole.
        world.eventually(COMMITTED, i64::try_from(LANES - missing).unwrap()).await;
        // The other projection passes through stretches of its own meanwhile.
        let ahead =
            "select coalesce(max(lanes), 0)::bigint from ledgerdesk.projection_lanes where name = 'topics'";
        let ahead = world.count(ahead).await;
        assert_eq!(ahead, if missing == LANES { 0 } else { 3 }, "{broken:?}");

        // Nothing is promised, nothing can move the checkpoint, and a comparison knows what is ahead.
        let shown = node.read_side.wait_for(&["topics"], Position(1), Duration::from_millis(20)).await;
        assert_eq!(shown.unwrap_err().at, Position(0), "{broken:?}");
        let comparison = node.read_side.equals_rebuild("topics", |_| {}).await.unwrap();
        assert!(comparison.is_equal(), "{broken:?}: {comparison:?}");
        assert_eq!(comparison.live_rows > 0, missing < LANES, "{broken:?}");
        node.stop().await;

        // Another node, with another number of lanes.
        run(&world, "delete from public.broken").await;
        let next = start(&world, "b", 2);
        next.wait_for(head).await;
        assert_eq!(world.count(COMMITTED).await, 0);
        next.assert_equals_rebuild().await;
        let head = world.log.append(history(30, 2)).await;
        next.wait_for(head).await;
        next.assert_equals_rebuild().await;
        next.stop().await;
    }
}

#[tokio::test]
async fn no_program_moves_a_checkpoint_that_lanes_are_ahead_of() {
    let world = World::new().await;
    leave_half_way(&world).await;
    let moving = sqlx::query(
        "update ledgerdesk.projections set position = position + 1 where name = 'topics' and build = 'live'",
    );
    let refused = moving.execute(&world.pool).await.unwrap_err();
    assert_eq!(refused.as_database_error().unwrap().code().as_deref(), Some("55000"), "{refused}");
}

#[tokio::test]
async fn an_erasure_is_not_split_and_reaches_a_stretch_that_was_left() {
    let world = World::new().await;
    leave_half_way(&world).await;
    world.log.erase(id(7)).await;
    world.log.append(history(30, 10)).await;
    world.log.erase(id(8)).await;
    let head = world.log.append(history(10, 10)).await;
    let node = start(&world, "b", LANES);
    node.wait_for(head).await;
    assert!(stretches(&node) >= 2);
    node.assert_equals_rebuild().await;
    node.stop().await;
}

#[tokio::test]
async fn poison_is_parked_as_it_is_without_lanes_and_nothing_is_split_before_a_replay() {
    for poison in ["panic", "overflow"] {
        let mut seen = Vec::new();
        for lanes in [1, LANES] {
            let world = World::new().await;
            let mut events = history(30, 10);
            events.extend([opened(50, "sick"), tagged(50, poison), tagged(51, poison), tagged(50, "held")]);
            events.extend(history(30, 10));
            world.log.append(events).await;
            let head = world.log.append(history(60, 1)).await;
            let node = start(&world, "a", lanes);
            node.wait_for(head).await;
            let parked = node.read_side.parked("topics", 100).await.unwrap();
            seen.push(
                parked.into_iter().map(|event| (event.key, event.position, event.attempts, event.error)),
            );
            node.assert_equals_rebuild().await;
            if lanes > 1 {
                let before = stretches(&node);
                let head = world.log.append(history(60, 10)).await;
                node.wait_for(head).await;
                assert_eq!(stretches(&node), before, "keys are parked");
                world.mended.store(true, Ordering::Relaxed);
                assert_eq!(node.read_side.replay("topics").await.unwrap().still_parked, 0);
                let head = world.log.append(history(60, 10)).await;
                node.wait_for(head).await;
                assert!(stretches(&node) > before);
                node.assert_equals_rebuild().await;
            }
            node.stop().await;
        }
        let [without, with] = seen.try_into().unwrap_or_else(|_| unreachable!());
        let (without, with): (Vec<_>, Vec<_>) = (without.collect(), with.collect());
        assert!(without.len() > 3);
        assert_eq!(with, without);
    }
}

#[tokio::test]
async fn poison_that_is_met_only_when_a_stretch_is_completed_is_parked() {
    let world = World::new().await;
    run(&world, BREAKABLE).await;
    for lane in 1..3 {
        break_lane(&world, lane).await;
    }
    // Of the many, some are in lanes that are missing.
    world.mended.store(true, Ordering::Relaxed);
    let mut events: Vec<_> = (1..=40).map(|number| opened(number, "sick")).collect();
    events.extend((1..=40).map(|number| tagged(number, if number % 2 == 0 { "panic" } else { "overflow" })));
    events.extend((1..=40).map(|number| tagged(number, "held")));
    world.log.append(events).await;
    let node = start(&world, "a", LANES);
    world.eventually(COMMITTED, 1).await;
    node.stop().await;
    let applied = world.count("select count(*) from read.topics").await;
    assert!((1..40).contains(&applied), "{applied}");

    world.mended.store(false, Ordering::Relaxed);
    run(&world, "delete from public.broken").await;
    let head = world.log.append(vec![tagged(1, "later")]).await;
    let node = start(&world, "b", LANES);
    node.wait_for(head).await;
    let parked = node.read_side.parked("topics", 1_000).await.unwrap();
    let missing = usize::try_from(40 - applied).unwrap();
    assert_eq!(parked.iter().filter(|event| event.attempts == 3).count(), missing);
    assert_eq!(parked.iter().filter(|event| event.attempts == 0 && event.position <= 120).count(), missing);
    assert_eq!(world.count("select count(*) from read.topics where changes = 1").await, 40 - applied);
    world.mended.store(true, Ordering::Relaxed);
    assert_eq!(node.read_side.replay("topics").await.unwrap().still_parked, 0);
    node.assert_equals_rebuild().await;
    node.stop().await;
}

#[tokio::test]
async fn a_table_that_was_replaced_within_a_stretch_is_completed_when_it_returns() {
    let world = World::new().await;
    let head = leave_half_way(&world).await;
    let node = world.attach_with(registry(&world), settings("b", LANES));
    let rebuilt = node.read_side.rebuild("topics", |_| {}).await.unwrap();
    assert_eq!(rebuilt.position, Position(head));
    let kept =
        "select count(*) from ledgerdesk.projection_lanes where name = 'topics' and build = 'previous'";
    assert_eq!((world.count(COMMITTED).await, world.count(kept).await), (2, 2));
    node.read_side.spawn();
    let head = world.log.append(history(30, 1)).await;
    node.wait_for(head).await;
    let switched = node.read_side.switch("topics", |_| {}).await.unwrap();
    assert!(switched.began > Position::START, "it begins behind the stretch");
    node.wait_for(head).await;
    assert_eq!(world.count(COMMITTED).await, 0);
    node.assert_equals_rebuild().await;
    node.stop().await;
}

#[tokio::test]
async fn a_replaced_table_that_is_dropped_takes_its_stretch_with_it() {
    let world = World::new().await;
    let head = leave_half_way(&world).await;
    let node = world.attach_with(registry(&world), settings("b", LANES));
    for kept in [2, 0] {
        node.read_side.rebuild("topics", |_| {}).await.unwrap();
        assert_eq!(world.count(COMMITTED).await, kept);
    }
    node.read_side.spawn();
    node.wait_for(head).await;
    node.read_side.switch("topics", |_| {}).await.unwrap();
    node.assert_equals_rebuild().await;
    node.stop().await;
}

#[tokio::test]
async fn a_stretch_whose_end_is_of_another_history_pauses() {
    let world = World::new().await;
    leave_half_way(&world).await;
    run(&world, "update ledgerdesk.projection_lanes set end_hash = '\\x0102030405060708'").await;
    let node = start(&world, "b", LANES);
    world
        .eventually("select count(*) from ledgerdesk.projections where code = 'cursor_of_another_history'", 1)
        .await;
    let status = &node.read_side.status().await.unwrap()[0];
    assert!(matches!(status.state, ProjectionState::Paused(_)), "{status:?}");
    // A rebuild is the way out.
    node.read_side.rebuild("topics", |_| {}).await.unwrap();
    let head = world.log.append(vec![opened(9, "later")]).await;
    node.wait_for(head).await;
    node.assert_equals_rebuild().await;
    node.stop().await;
}

#[tokio::test]
async fn what_a_vanished_leader_may_have_had_in_hand_is_not_split() {
    let world = World::new().await;
    let head = world.log.append(history(10, 3)).await;
    let node = start(&world, "a", LANES);
    node.wait_for(head).await;
    node.stop().await;
    run(&world, "update ledgerdesk.projections set holder = 'gone', expires_at = clock_timestamp()").await;
    // No more than a stretch could have been.
    let head = world.log.append(history(30, 5)).await;
    let node = start(&world, "b", LANES);
    node.wait_for(head).await;
    assert_eq!(stretches(&node), 0);
    let head = world.log.append(history(30, 20)).await;
    node.wait_for(head).await;
    assert!(stretches(&node) > 0);
    node.assert_equals_rebuild().await;
    node.stop().await;
}

#[tokio::test]
async fn lanes_of_a_leader_that_was_away_too_long_write_nothing() {
    let world = World::new().await;
    let head = world.log.append(history(10, 3)).await;
    let node = start(&world, "a", LANES);
    node.wait_for(head).await;
    // Somebody takes the lead over at the very moment at which the lanes begin.
    let mut takeover = world.pool.begin().await.unwrap();
    sqlx::query(
        "update ledgerdesk.projections set token = token + 1, holder = 'b',
                expires_at = clock_timestamp() + interval '1 minute'",
    )
    .execute(&mut *takeover)
    .await
    .unwrap();
    world.log.append(history(30, 10)).await;
    world
        .eventually(
            "select (count(*) >= 3)::int::bigint from pg_stat_activity
              where datname = current_database() and wait_event_type = 'Lock' and query like '%for share'",
            1,
        )
        .await;
    takeover.commit().await.unwrap();
    node.stop().await;
    assert_eq!(world.count("select count(*) from ledgerdesk.projection_lanes").await, 0);
    assert_eq!(world.count("select max(position) from ledgerdesk.projections").await, head);
    assert_eq!(world.count("select count(*) from read.trail").await, head);
    assert_eq!(world.count("select count(*) from ledgerdesk.projections where holder = 'b'").await, 2);
}

/// A node that can be killed: it has a runtime and connections of its own.
struct Doomed {
    runtime: tokio::runtime::Runtime,
}

impl Doomed {
    async fn start(world: &World, settings: Settings) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let (options, log) = (world.options.clone(), world.log.clone());
        let registry = registry(world);
        let starting = async move {
            let pool = PgPoolOptions::new().max_connections(12).connect_with(options).await.unwrap();
            let log: Arc<dyn Log> = Arc::new(log);
            ReadSide::over(pool, log, registry, settings, CancellationToken::new()).spawn();
        };
        runtime.spawn(starting).await.unwrap();
        Self { runtime }
    }

    /// Everything ends where it is; the server finds closed connections.
    fn kill(self) {
        self.runtime.shutdown_background();
    }
}

const WAITING: &str = "select count(*) from pg_locks where locktype = 'advisory' and not granted
                          and database = (select oid from pg_database where datname = current_database())";

/// The leader is killed while the server still works on the commits of its lanes. They end in either way, and the
/// next leader cannot lead before.
#[tokio::test]
async fn commits_that_a_killed_leader_has_left_under_way_are_waited_for() {
    for comes_true in [true, false] {
        let world = World::new().await;
        run(&world, BREAKABLE).await;
        run(&world, "insert into public.broken values (0, true), (2, true)").await;
        let mut gate = world.pool.begin().await.unwrap();
        sqlx::query("select pg_advisory_xact_lock(1)").execute(&mut *gate).await.unwrap();
        let head = world.log.append(history(30, 10)).await;
        let short = |node| Settings { lease: Duration::from_millis(500), ..settings(node, LANES) };
        let doomed = Doomed::start(&world, short("doomed")).await;
        world.eventually(WAITING, 2).await;
        doomed.kill();
        let next = world.attach_with(registry(&world), short("b"));
        next.read_side.spawn();
        // The lease runs out; the other projection is taken over, this one is not.
        world
            .eventually(
                "select count(*) from ledgerdesk.projections where name = 'trail' and holder = 'b'",
                1,
            )
            .await;
        world
            .eventually(
                "select (expires_at < clock_timestamp() - interval '1 second')::int::bigint
               from ledgerdesk.projections where name = 'topics' and build = 'live'",
                1,
            )
            .await;
        assert_eq!(world.count(COMMITTED).await, 1);
        assert_eq!(
            world
                .count("select count(*) from ledgerdesk.projections where name = 'topics' and holder = 'b'")
                .await,
            0,
            "it leads while lanes of another leader are under way"
        );
        run(&world, "delete from public.broken").await;
        if !comes_true {
            run(
                &world,
                "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and not granted
                    and database = (select oid from pg_database where datname = current_database())",
            )
            .await;
        }
        gate.commit().await.unwrap();
        next.wait_for(head).await;
        next.assert_equals_rebuild().await;
        assert_eq!(world.count(COMMITTED).await, 0);
        next.stop().await;
    }
}

/// Whatever the moment.
#[tokio::test]
async fn leaders_that_are_killed_again_and_again_leave_what_a_rebuild_makes() {
    let world = World::new().await;
    let mut head = world.log.append(history(50, 40)).await;
    let quick = |node: String| Settings {
        lease: Duration::from_millis(300),
        page: 20,
        max_page: 20,
        lanes_from: 50,
        ..settings(&node, LANES)
    };
    let mut left = 0;
    for round in 0..8 {
        let begun = world.count("select coalesce(max(position), 0) from ledgerdesk.projections").await;
        let doomed = Doomed::start(&world, quick(format!("doomed {round}"))).await;
        // Some stretches and a little on: within another step each time.
        let goal = (begun + 300).min(head);
        let moved = async {
            while world.count("select coalesce(max(position), 0) from ledgerdesk.projections").await < goal {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(super::world::TIMEOUT, moved).await.unwrap();
        for _ in 0..round {
            world.count(COMMITTED).await;
        }
        doomed.kill();
        left += i64::from(world.count("select count(*) from ledgerdesk.projection_lanes").await > 0);
        head = world.log.append(history(50, 8)).await;
    }
    let node = world.attach_with(registry(&world), quick("last".to_owned()));
    node.read_side.spawn();
    node.wait_for(head).await;
    eprintln!("{left} of 8 were killed between the commits of a stretch");
    assert_eq!(world.count("select count(*) from ledgerdesk.projection_lanes").await, 0);
    assert_eq!(world.count("select count(*) from read.trail").await, head);
    node.assert_equals_rebuild().await;
    node.stop().await;
}
