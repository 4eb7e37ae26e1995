//! A database of one's own, a log in memory, and two small projections.

use std::{
    sync::{
        Arc, RwLock,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::BoxFuture;
use ledgerdesk_domain::{
    client::{ClientEvent, PersonErased},
    consultation::{
        Cancelled, Channel, ConsultationEvent, ConsultationOpened, Priority, Status, TagsChanged,
    },
    context::Actor,
    event::{Event, Metadata, Recorded, Source},
    id::{EventId, PersonId, WorkspaceId},
    personal::Personal,
    stream::{Position, StreamId, StreamType, StreamVersion},
};
use ledgerdesk_infrastructure::event_store::{Cursor, Head, LogPage, ReadError};
use serde::{Deserialize, Serialize};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, PgPool};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::runtime::{
    Definition, Projection, ReadSide, Registry, Settings,
    log::{Log, Pages},
};

pub(super) const TIMEOUT: Duration = Duration::from_secs(20);
const WORKSPACE: Uuid = Uuid::from_u128(0xA);

/// A database of the test's own, and the log beside it.
pub(super) struct World {
    pub(super) pool: PgPool,
    pub(super) log: MemoryLog,
    pub(super) mended: Arc<AtomicBool>,
}

/// The part of the schema that the log brings.
const LOG_SCHEMA: &str = "create schema ledgerdesk;
    create table ledgerdesk.log_head (epoch integer not null);
    insert into ledgerdesk.log_head values (1);
    create table ledgerdesk.events (position bigint primary key, recorded_at timestamptz not null);";
const MIGRATION: &str = include_str!("../../../../migrations/20260101000300_create_projections.sql");

impl World {
    pub(super) async fn new() -> Self {
        let url = std::env::var("LEDGERDESK_TEST_DATABASE_URL").expect(
            "LEDGERDESK_TEST_DATABASE_URL names a PostgreSQL where databases may be created, such as \
             postgres://postgres@127.0.0.1:5432/postgres",
        );
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let name = format!("runtime_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let mut admin = PgConnection::connect(&url).await.unwrap();
        for sql in [format!("drop database if exists {name} with (force)"), format!("create database {name}")]
        {
            sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut admin).await.unwrap();
        }
        let options: sqlx::postgres::PgConnectOptions = url.parse().unwrap();
        let pool = sqlx::postgres::PgPoolOptions::new()
            .max_connections(12)
            .connect_with(options.database(&name))
            .await
            .unwrap();
        sqlx::raw_sql(LOG_SCHEMA).execute(&pool).await.unwrap();
        sqlx::raw_sql(MIGRATION).execute(&pool).await.unwrap();
        let log = MemoryLog::new(pool.clone());
        Self { pool, log, mended: Arc::default() }
    }

    /// A node with both projections, not started.
    pub(super) fn attach(&self, node: &str) -> Node {
        self.attach_version(node, 1)
    }

    /// A node that knows another version of the topics.
    pub(super) fn attach_version(&self, node: &str, version: i32) -> Node {
        let registry = Registry::default().with(self.topics(version)).with(Trail);
        let settings = Settings {
            lease: Duration::from_secs(3),
            page: 7,
            max_page: 50,
            rebuild_rows: 20,
            ..Settings::for_node(node)
        };
        self.attach_with(registry, settings)
    }

    pub(super) fn attach_with(&self, registry: Registry, settings: Settings) -> Node {
        let shutdown = CancellationToken::new();
        let log: Arc<dyn Log> = Arc::new(self.log.clone());
        let read_side = ReadSide::over(self.pool.clone(), log, registry, settings, shutdown.clone());
        Node { read_side, shutdown }
    }

    pub(super) fn topics(&self, version: i32) -> Topics {
        let definition = if version == 1 { &TOPICS } else { &TOPICS_2 };
        Topics { definition, mended: Arc::clone(&self.mended) }
    }

    /// A node that keeps both projections up to date.
    pub(super) fn start(&self, node: &str) -> Node {
        let node = self.attach(node);
        node.read_side.spawn();
        node
    }

    pub(super) async fn count(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&self.pool).await.unwrap()
    }

    /// Waits until a query that counts gives `expected`.
    pub(super) async fn eventually(&self, sql: &'static str, expected: i64) {
        let reached = async {
            let mut looks = tokio::time::interval(Duration::from_millis(10));
            while self.count(sql).await != expected {
                looks.tick().await;
            }
        };
        let outcome = tokio::time::timeout(TIMEOUT, reached).await;
        assert!(outcome.is_ok(), "{sql} gives {}, not {expected}", self.count(sql).await);
    }
}

/// A node, stopped when dropped.
pub(super) struct Node {
    pub(super) read_side: ReadSide,
    pub(super) shutdown: CancellationToken,
}

impl Node {
    pub(super) async fn wait_for(&self, position: i64) {
        let names = ["topics", "trail"];
        self.read_side.wait_for(&names, Position(position), TIMEOUT).await.unwrap();
    }

    pub(super) async fn stop(&self) {
        self.shutdown.cancel();
        tokio::time::timeout(TIMEOUT, self.read_side.stopped()).await.unwrap();
    }

    pub(super) async fn assert_equals_rebuild(&self) {
        for name in ["topics", "trail"] {
            let comparison = self.read_side.equals_rebuild(name, |_| {}).await.unwrap();
            assert!(comparison.is_equal(), "{name}: {comparison:?}");
        }
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.shutdown.cancel();
    }
}

/// Events in memory, appended under the same lock as in the database.
#[derive(Clone)]
pub(super) struct MemoryLog {
    pool: PgPool,
    events: Arc<RwLock<Vec<Arc<Recorded>>>>,
    head: watch::Sender<i64>,
    /// A type that this program does not know stands behind this position.
    pub(super) unknown_after: Arc<RwLock<Option<i64>>>,
}

impl MemoryLog {
    fn new(pool: PgPool) -> Self {
        Self { pool, events: Arc::default(), head: watch::Sender::new(0), unknown_after: Arc::default() }
    }

    /// Appends events, each with its stream; answers the head.
    pub(super) async fn append(&self, events: Vec<(Uuid, Event)>) -> i64 {
        let mut transaction = self.pool.begin().await.unwrap();
        sqlx::query("select from ledgerdesk.log_head for update").fetch_all(&mut *transaction).await.unwrap();
        let first = i64::try_from(self.events.read().unwrap().len()).unwrap() + 1;
        let recorded: Vec<_> = (first..)
            .zip(events)
            .map(|(position, (stream, event))| record(position, stream, event))
            .collect();
        let head = first + i64::try_from(recorded.len()).unwrap() - 1;
        sqlx::query("insert into ledgerdesk.events select g, now() from generate_series($1, $2) g")
            .bind(first)
            .bind(head)
            .execute(&mut *transaction)
            .await
            .unwrap();
        self.events.write().unwrap().extend(recorded.into_iter().map(Arc::new));
        transaction.commit().await.unwrap();
        self.head.send_replace(head);
        head
    }

    /// Erases a person: what was sealed for it reads as erased from here on.
    pub(super) async fn erase(&self, person: Uuid) -> i64 {
        for event in self.events.write().unwrap().iter_mut() {
            let mut erased = Recorded::clone(event);
            if let Event::Consultation(ConsultationEvent::ConsultationOpened(opened)) = &mut erased.event
                && erased.metadata.person_id.uuid() == person
            {
                opened.topic = Personal::Erased;
                *event = Arc::new(erased);
            }
        }
        let persons = vec![PersonId(person)];
        self.append(vec![(person, ClientEvent::PersonErased(PersonErased { persons }).into())]).await
    }

    fn slice(&self, after: Position, limit: usize) -> Vec<Arc<Recorded>> {
        let after = usize::try_from(after.0).unwrap();
        let events = self.events.read().unwrap();
        events.iter().skip(after).take(limit).cloned().collect()
    }

    fn cursor(&self, position: Position) -> Cursor {
        let event = self.slice(Position((position.0 - 1).max(0)), 1).into_iter().next();
        let hash_prefix = event.map_or([0; 8], |event| event.hash[..8].try_into().unwrap());
        Cursor { epoch: 1, position, hash_prefix: if position.0 == 0 { [0; 8] } else { hash_prefix } }
    }

    fn check_known(&self, after: Position) -> Result<(), ReadError> {
        match *self.unknown_after.read().unwrap() {
            Some(unknown) if after.0 >= unknown => {
                Err(ReadError::Store(ledgerdesk_infrastructure::event_store::StoreError::UnknownEvent {
                    position: Position(unknown + 1),
                    event_type: "FromTheFuture".to_owned(),
                    schema_version: 1,
                }))
            }
            _ => Ok(()),
        }
    }
}

impl Log for MemoryLog {
    fn fetch_head(&self) -> BoxFuture<'_, Result<Head, ReadError>> {
        let position = Position(i64::try_from(self.events.read().unwrap().len()).unwrap());
        Box::pin(async move { Ok(Head { epoch: 1, position, hash: [0; 32] }) })
    }

    fn read(&self, after: Position, limit: usize) -> BoxFuture<'_, Result<Vec<Arc<Recorded>>, ReadError>> {
        Box::pin(async move {
            self.check_known(after)?;
            Ok(self.slice(after, limit))
        })
    }

    fn follow(&self, after: Cursor) -> BoxFuture<'_, Result<Box<dyn Pages>, ReadError>> {
        Box::pin(async move {
            if after != Cursor::START && after != self.cursor(after.position) {
                return Err(ReadError::ForeignCursor { cursor: after });
            }
            self.check_known(after.position)?;
            let head = self.head.subscribe();
            Ok(Box::new(MemoryPages { log: self.clone(), head, position: after.position }) as Box<dyn Pages>)
        })
    }
}

struct MemoryPages {
    log: MemoryLog,
    head: watch::Receiver<i64>,
    position: Position,
}

impl Pages for MemoryPages {
    fn next_page(&mut self, limit: usize) -> BoxFuture<'_, Result<LogPage, ReadError>> {
        Box::pin(async move {
            let position = self.position.0;
            _ = self.head.wait_for(|head| *head > position).await;
            self.log.check_known(self.position)?;
            let events = self.log.slice(self.position, limit);
            self.position = events.last().unwrap().position;
            Ok(LogPage { events, cursor: self.log.cursor(self.position) })
        })
    }
}

fn record(position: i64, stream: Uuid, event: Event) -> Recorded {
    let at = DateTime::<Utc>::UNIX_EPOCH + TimeDelta::microseconds(position);
    let stream_type = match &event {
        Event::Client(_) => StreamType::Client,
        _ => StreamType::Consultation,
    };
    let mut hash = [7; 32];
    hash[..8].copy_from_slice(&position.to_be_bytes());
    Recorded {
        position: Position(position),
        workspace_id: WorkspaceId(WORKSPACE),
        workspace_sequence: position,
        event_id: EventId(Uuid::from_u128(u128::from(position.unsigned_abs()) << 64)),
        stream: StreamId::new(stream_type, stream),
        version: StreamVersion(1),
        event,
        metadata: Metadata {
            actor: Actor::SYSTEM,
            correlation_id: Uuid::nil(),
            causation_id: None,
            source: Source { system: "test".to_owned(), reference: None },
            person_id: PersonId(stream),
        },
        occurred_at: at,
        recorded_at: at,
        hash,
    }
}

pub(super) fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

pub(super) fn opened(number: u128, topic: &str) -> (Uuid, Event) {
    let opened = ConsultationOpened {
        client_id: None,
        topic: topic.into(),
        description: None,
        channel: Channel::Site,
        priority: Priority::Normal,
        language: None,
        team: None,
        tags: Vec::new(),
        catalog: Vec::new(),
        attributes: Default::default(),
    };
    (id(number), ConsultationEvent::ConsultationOpened(opened).into())
}

pub(super) fn tagged(number: u128, tag: &str) -> (Uuid, Event) {
    let tags = TagsChanged { added: vec![tag.to_owned()], removed: Vec::new() };
    (id(number), ConsultationEvent::TagsChanged(tags).into())
}

pub(super) fn cancelled(number: u128) -> (Uuid, Event) {
    let cancelled = Cancelled { from: Status::Queued, reason: None, assignee: None };
    (id(number), ConsultationEvent::Cancelled(cancelled).into())
}

/// Some of everything, over `rows` consultations: openings, tags, removals.
pub(super) fn history(rows: u128, rounds: u128) -> Vec<(Uuid, Event)> {
    let mut events = Vec::new();
    for round in 0..rounds {
        for number in 1..=rows {
            events.push(match (round + number) % 7 {
                0 => cancelled(number),
                1 | 2 => opened(number, &format!("tab\t, line\n, \\N and \"quote\" {round}")),
                _ => tagged(number, &format!("round {round}, \"it's\" \\")),
            });
        }
    }
    events
}

/// Consultations with their topics and tags. The tag `panic` panics and the tag `overflow` makes a row that
/// the table refuses, until the projection is mended.
pub(super) struct Topics {
    definition: &'static Definition,
    mended: Arc<AtomicBool>,
}

const TOPICS: Definition = Definition {
    name: "topics",
    version: 1,
    table_sql: "create table {schema}.topics (
        id uuid primary key, workspace_id uuid not null, person_id uuid, topic text, tags jsonb not null,
        labels text[] not null, changes integer not null check (changes < 1000000), flag boolean,
        changed_at timestamptz not null,
        search tsvector generated always as (to_tsvector('simple', coalesce(topic, ''))) stored);
        create index topics_by_change on {schema}.topics (workspace_id, changed_at, id);",
    columns: &["id", "workspace_id", "person_id", "topic", "tags", "labels", "changes", "flag", "changed_at"],
    key_column: "id",
    personal: &["topic"],
    insert_only: false,
};
const TOPICS_2: Definition = Definition { version: 2, ..TOPICS };

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Topic {
    id: Uuid,
    workspace_id: Uuid,
    person_id: Option<Uuid>,
    topic: Option<String>,
    tags: Vec<String>,
    labels: Vec<String>,
    changes: i64,
    flag: Option<bool>,
    changed_at: DateTime<Utc>,
}

impl Projection for Topics {
    type Row = Topic;

    fn definition(&self) -> &'static Definition {
        self.definition
    }

    fn keys(&self, event: &Recorded, keys: &mut Vec<Uuid>) {
        if let Event::Consultation(_) = event.event {
            keys.push(event.stream.id);
        }
    }

    fn apply(&self, row: Option<Topic>, key: Uuid, event: &Recorded) -> Option<Topic> {
        let mut row = row.unwrap_or(Topic {
            id: key,
            workspace_id: event.workspace_id.uuid(),
            person_id: Some(event.metadata.person_id.uuid()),
            topic: None,
            tags: Vec::new(),
            labels: Vec::new(),
            changes: 0,
            flag: None,
            changed_at: event.occurred_at,
        });
        row.changes += 1;
        row.changed_at = event.occurred_at;
        row.flag = (row.changes % 3 != 0).then_some(row.changes % 2 == 0);
        let mended = self.mended.load(Ordering::Relaxed);
        match &event.event {
            Event::Consultation(ConsultationEvent::ConsultationOpened(opened)) => {
                row.topic = opened.topic.known().cloned();
            }
            Event::Consultation(ConsultationEvent::TagsChanged(tags)) => {
                match tags.added.first().map(String::as_str) {
                    Some("panic") if !mended => panic!("poisoned on purpose"),
                    Some("overflow") if !mended => row.changes = 1_000_000,
                    _ => {}
                }
                row.tags.extend(tags.added.iter().cloned());
                row.labels.extend(tags.added.iter().map(|tag| format!("{tag}, {}", self.definition.version)));
            }
            _ => return None,
        }
        Some(row)
    }
}

/// One row for every event of a consultation.
pub(super) struct Trail;

const TRAIL: Definition = Definition {
    name: "trail",
    version: 1,
    table_sql: "create table {schema}.trail (
        event_id uuid primary key, workspace_id uuid not null, position bigint not null);",
    columns: &["event_id", "workspace_id", "position"],
    key_column: "event_id",
    personal: &[],
    insert_only: true,
};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Step {
    event_id: Uuid,
    workspace_id: Uuid,
    position: i64,
}

impl Projection for Trail {
    type Row = Step;

    fn definition(&self) -> &'static Definition {
        &TRAIL
    }

    fn keys(&self, event: &Recorded, keys: &mut Vec<Uuid>) {
        if let Event::Consultation(_) = event.event {
            keys.push(event.event_id.uuid());
        }
    }

    fn apply(&self, _: Option<Step>, key: Uuid, event: &Recorded) -> Option<Step> {
        Some(Step { event_id: key, workspace_id: event.workspace_id.uuid(), position: event.position.0 })
    }
}
