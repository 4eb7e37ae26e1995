//! Rows that a fold leaves behind, on every way that rows are written.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use ledgerdesk_domain::{
    consultation::ConsultationEvent,
    event::{Event, Recorded},
    stream::Position,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    memory_log::{history, tagged},
    world::{Node, TIMEOUT, World},
};
use crate::runtime::{Definition, Left, Projection, Registry, Settings};

/// A row per consultation with the number of its events, and one for every number before. Each fourth event writes the
/// first one anew. The tag `panic` panics until the projection is mended.
struct Editions(Arc<AtomicBool>);

const EDITIONS: Definition = Definition {
    name: "editions",
    version: 1,
    table_sql: "create table {schema}.editions (id uuid primary key, workspace_id uuid not null,
        number bigint not null, position bigint not null, amended bigint)",
    columns: &["id", "workspace_id", "number", "position", "amended"],
    key_column: "id",
    personal: &[],
    insert_only: false,
};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Edition {
    id: Uuid,
    workspace_id: Uuid,
    number: i64,
    position: i64,
    /// By which event.
    amended: Option<i64>,
}

fn key_of(consultation: Uuid, number: i64) -> Uuid {
    Uuid::new_v5(&consultation, &number.to_be_bytes())
}

impl Projection for Editions {
    type Row = Edition;

    fn definition(&self) -> &'static Definition {
        &EDITIONS
    }

    fn keys(&self, event: &Recorded, keys: &mut Vec<Uuid>) {
        if let Event::Consultation(_) = event.event {
            keys.push(event.stream.id);
        }
    }

    fn apply(&self, row: Option<Edition>, key: Uuid, event: &Recorded) -> Option<Edition> {
        self.apply_leaving(row, key, event, &mut Left::default())
    }

    fn apply_leaving(
        &self,
        row: Option<Edition>,
        key: Uuid,
        event: &Recorded,
        left: &mut Left<Edition>,
    ) -> Option<Edition> {
        if let Event::Consultation(ConsultationEvent::TagsChanged(tags)) = &event.event {
            let mended = self.0.load(Ordering::Relaxed);
            assert!(mended || tags.added != ["panic"], "poisoned on purpose");
        }
        let (workspace_id, position) = (event.workspace_id.uuid(), event.position.0);
        let number = row.as_ref().map_or(1, |row| row.number + 1);
        if let Some(before) = row {
            let id = key_of(key, before.number);
            left.add(id, Edition { id, ..before });
        }
        if number % 4 == 0 {
            let id = key_of(key, 1);
            left.amend(id, Edition { id, workspace_id, number: 1, position: 0, amended: Some(position) });
        }
        Some(Edition { id: key, workspace_id, number, position, amended: None })
    }
}

fn start(world: &World, settings: Settings) -> Node {
    let registry = Registry::default().with(Editions(Arc::clone(&world.mended)));
    let node = world.attach_with(registry, settings);
    node.read_side.spawn();
    node
}

async fn arrived(node: &Node, head: i64) {
    node.read_side.wait_for(&["editions"], Position(head), TIMEOUT).await.unwrap();
}

async fn check(world: &World, node: &Node, events: i64) {
    assert_eq!(world.count("select count(*) from read.editions").await, events);
    let comparison = node.read_side.equals_rebuild("editions", |_| {}).await.unwrap();
    assert!(comparison.is_equal() && comparison.live_rows == events, "{comparison:?}");
}

#[tokio::test]
async fn every_row_that_was_left_is_there_once_live_and_rebuilt() {
    let world = World::new().await;
    let node = start(&world, World::settings("a"));
    let head = world.log.append(history(9, 3)).await;
    arrived(&node, head).await;
    check(&world, &node, head).await;
    // Amended are rows of earlier pages, and by the rebuild rows that it still has in memory.
    let head = world.log.append(history(9, 12)).await;
    arrived(&node, head).await;
    assert_eq!(world.count("select count(*) from read.editions where amended is not null").await, 9);
    check(&world, &node, head).await;
    node.read_side.rebuild("editions", |_| {}).await.unwrap();
    let head = world.log.append(history(9, 5)).await;
    arrived(&node, head).await;
    check(&world, &node, head).await;
    node.stop().await;
}

#[tokio::test]
async fn lanes_write_what_their_rows_leave_whatever_its_key() {
    let world = World::new().await;
    let head = world.log.append(history(40, 12)).await;
    let lanes = Settings {
        page: 60,
        max_page: 60,
        rebuild_rows: 200,
        writers: 6,
        lanes: 3,
        lanes_from: 1,
        ..World::settings("a")
    };
    let node = start(&world, lanes);
    arrived(&node, head).await;
    check(&world, &node, head).await;
    node.stop().await;
}

#[tokio::test]
async fn what_is_parked_leaves_its_rows_when_it_is_replayed() {
    let world = World::new().await;
    let node = start(&world, World::settings("a"));
    let mut events = history(5, 3);
    events.extend([tagged(3, "panic"), tagged(3, "held"), tagged(4, "fine")]);
    let head = world.log.append(events).await;
    arrived(&node, head).await;
    assert_eq!(node.read_side.parked("editions", 10).await.unwrap().len(), 2);
    check(&world, &node, head - 2).await;
    world.mended.store(true, Ordering::Relaxed);
    assert_eq!(node.read_side.replay("editions").await.unwrap().applied, 2);
    check(&world, &node, head).await;
    node.stop().await;
}
