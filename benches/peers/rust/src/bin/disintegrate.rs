//! `disintegrate-postgres`: commands through its `DecisionMaker`, catch-up through `EventStore::stream`, and
//! rebuild and tail through its `PgEventListener`.

use std::{
    collections::HashSet,
    error::Error as _,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, anyhow};
use async_trait::async_trait;
use disintegrate::{
    Decision, Event, EventListener, EventStore as _, NoSnapshot, PersistedEvent, StateMutate, StateQuery,
    StreamItem, StreamQuery, query, serde::json::Json,
};
use disintegrate_postgres::{
    Error as PgError, PgDecisionMaker, PgEventId, PgEventListener, PgEventListenerConfig, PgEventStore,
    decision_maker,
};
use futures::StreamExt as _;
use ledgerdesk_bench_peers::{
    Attempt, EVENTS_PER_STREAM, Facts, Task, connect, fill, measure_appends, tell, tell_events, write,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::PgPool;
use tokio::sync::{Notify, oneshot};
use uuid::Uuid;

/// How long a reader may take for an event that nothing is written beside.
const PATIENCE: Duration = Duration::from_mins(1);
/// How often the listener looks by itself, besides being notified.
const POLL: Duration = Duration::from_millis(50);

/// How many events a log has before appends are measured, and how many of them are written at once.
const PAST: usize = 50_000;
const BATCH: usize = 1_000;

#[derive(Debug, Clone, PartialEq, Event, Serialize, Deserialize)]
enum ConsultationEvent {
    Opened {
        #[id]
        consultation_id: Uuid,
        facts: Facts,
    },
    NoteAdded {
        #[id]
        consultation_id: Uuid,
        facts: Facts,
    },
}

#[expect(clippy::struct_field_names, reason = "a query names the field of the event")]
#[derive(Debug, Default, Clone, StateQuery, Serialize, Deserialize)]
#[state_query(ConsultationEvent)]
struct Consultation {
    #[id]
    consultation_id: Uuid,
    open: bool,
    notes: u64,
}

impl StateMutate for Consultation {
    fn mutate(&mut self, event: Self::Event) {
        match event {
            ConsultationEvent::Opened { .. } => self.open = true,
            ConsultationEvent::NoteAdded { .. } => self.notes += 1,
        }
    }
}

#[derive(Debug, thiserror::Error)]
enum Refused {
    #[error("the consultation is open already")]
    Open,
    #[error("there is no such consultation")]
    Missing,
}

struct Open(Uuid);

impl Decision for Open {
    type Error = Refused;
    type Event = ConsultationEvent;
    type StateQuery = Consultation;

    fn state_query(&self) -> Consultation {
        Consultation { consultation_id: self.0, ..Consultation::default() }
    }

    fn process(&self, state: &Consultation) -> Result<Vec<ConsultationEvent>, Refused> {
        if state.open {
            return Err(Refused::Open);
        }
        Ok(vec![ConsultationEvent::Opened { consultation_id: self.0, facts: Facts::new() }])
    }
}

struct AddNote(Uuid);

impl Decision for AddNote {
    type Error = Refused;
    type Event = ConsultationEvent;
    type StateQuery = Consultation;

    fn state_query(&self) -> Consultation {
        Consultation { consultation_id: self.0, ..Consultation::default() }
    }

    fn process(&self, state: &Consultation) -> Result<Vec<ConsultationEvent>, Refused> {
        if !state.open {
            return Err(Refused::Missing);
        }
        Ok(vec![ConsultationEvent::NoteAdded { consultation_id: self.0, facts: Facts::new() }])
    }
}

type Serde = Json<ConsultationEvent>;
type Store = PgEventStore<ConsultationEvent, Serde>;
type Maker = PgDecisionMaker<ConsultationEvent, Serde, NoSnapshot>;

#[tokio::main]
async fn main() -> Result<()> {
    let pool = connect().await?;
    let store = prepare(&pool).await?;
    let maker = decision_maker(store.clone(), NoSnapshot);
    match Task::from_args()? {
        Task::Append(duration) => {
            let note = maker.clone();
            grow(&store, &pool).await?;
            measure_appends(duration, move |id| open(maker.clone(), id), move |id| add_note(note.clone(), id))
                .await
        }
        Task::Read(events, limit) => {
            fill(events / EVENTS_PER_STREAM, |id| tell_story(&store, id)).await?;
            catch_up(&store).await?;
            rebuild(&store, &pool, limit).await
        }
        Task::Tail(duration) => tail(&store, &pool, maker, duration).await,
    }
}

/// Its tables, made by itself where the server reads what it says.
async fn prepare(pool: &PgPool) -> Result<Store> {
    let version: i32 =
        sqlx::query_scalar("select current_setting('server_version_num')::int").fetch_one(pool).await?;
    if version >= 160_000 {
        return Ok(PgEventStore::try_new(pool.clone(), Serde::default()).await?);
    }
    sqlx::raw_sql(include_str!(concat!(env!("OUT_DIR"), "/event_store.sql"))).execute(pool).await?;
    sqlx::raw_sql(
        "alter table event add column consultation_id uuid;
        create index idx_event_consultation_id on event (consultation_id) where consultation_id is not null;",
    )
    .execute(pool)
    .await?;
    Ok(PgEventStore::new_uninitialized(pool.clone(), Serde::default()))
}

async fn open(maker: Maker, id: Uuid) -> Result<Attempt> {
    attempt(maker.make(Open(id)).await)
}

async fn add_note(maker: Maker, id: Uuid) -> Result<Attempt> {
    attempt(maker.make(AddNote(id)).await)
}

fn attempt<T>(made: Result<T, disintegrate::DecisionError<Refused>>) -> Result<Attempt> {
    let Err(error) = made else { return Ok(Attempt::Done) };
    let conflict =
        error.source().and_then(|source| source.downcast_ref::<PgError>()).is_some_and(is_conflict);
    if conflict { Ok(Attempt::Conflict) } else { Err(error.into()) }
}

/// The decision came second, or PostgreSQL found that the transaction could not be serialised.
fn is_conflict(error: &PgError) -> bool {
    match error {
        PgError::Concurrency => true,
        PgError::Database(sqlx::Error::Database(error)) => error.code().as_deref() == Some("40001"),
        _ => false,
    }
}

/// Fills a log: all the events of a stream at once, unvalidated, because nobody writes beside it.
async fn tell_story(store: &Store, consultation_id: Uuid) -> Result<Attempt> {
    let notes =
        (1..EVENTS_PER_STREAM).map(|_| ConsultationEvent::NoteAdded { consultation_id, facts: Facts::new() });
    let opened = ConsultationEvent::Opened { consultation_id, facts: Facts::new() };
    store.append_without_validation(std::iter::once(opened).chain(notes).collect()).await?;
    Ok(Attempt::Done)
}

/// Gives the log a past. PostgreSQL notices by pages of an index what two serialisable transactions read and
/// write; in the few pages of an empty log, nearly everybody would get in everybody else's way.
async fn grow(store: &Store, pool: &PgPool) -> Result<()> {
    for _ in 0..PAST / BATCH {
        let batch = (0..BATCH)
            .map(|_| ConsultationEvent::Opened { consultation_id: Uuid::new_v4(), facts: Facts::new() });
        store.append_without_validation(batch.collect()).await?;
    }
    sqlx::query("analyze event").execute(pool).await?;
    Ok(())
}

async fn catch_up(store: &Store) -> Result<()> {
    let everything: StreamQuery<PgEventId, ConsultationEvent> = query!(ConsultationEvent);
    let started = Instant::now();
    let mut events = 0;
    let mut stream = store.stream(&everything);
    while let Some(item) = stream.next().await {
        if let StreamItem::Event(_) = item? {
            events += 1;
        }
    }
    tell_events("catch_up", events, started.elapsed());
    Ok(())
}

/// One row per consultation, written event by event as in the read models of its examples.
struct ReadModel {
    query: StreamQuery<PgEventId, ConsultationEvent>,
    pool: PgPool,
    folded: Arc<AtomicU64>,
    all: u64,
    whole: Arc<Notify>,
}

#[async_trait]
impl EventListener<PgEventId, ConsultationEvent> for ReadModel {
    type Error = sqlx::Error;

    fn id(&self) -> &'static str {
        "read_model"
    }

    fn query(&self) -> &StreamQuery<PgEventId, ConsultationEvent> {
        &self.query
    }

    async fn handle(&self, event: PersistedEvent<PgEventId, ConsultationEvent>) -> sqlx::Result<()> {
        let id = event.id();
        match event.into_inner() {
            ConsultationEvent::Opened { consultation_id, facts } => {
                sqlx::query("insert into read_model values ($1, $2, 0, $3) on conflict do nothing")
                    .bind(consultation_id)
                    .bind(sqlx::types::Json(facts))
                    .bind(id)
                    .execute(&self.pool)
                    .await?;
            }
            ConsultationEvent::NoteAdded { consultation_id, .. } => {
                sqlx::query(
                    "update read_model set notes = notes + 1, event_id = $2 where id = $1 and event_id < $2",
                )
                .bind(consultation_id)
                .bind(id)
                .execute(&self.pool)
                .await?;
            }
        }
        if self.folded.fetch_add(1, Ordering::Relaxed) + 1 == self.all {
            self.whole.notify_one();
        }
        Ok(())
    }
}

async fn rebuild(store: &Store, pool: &PgPool, limit: Duration) -> Result<()> {
    sqlx::raw_sql(
        "create table read_model (
            id uuid primary key, facts jsonb not null, notes bigint not null, event_id bigint not null)",
    )
    .execute(pool)
    .await?;
    let all: i64 = sqlx::query_scalar("select count(*) from event").fetch_one(pool).await?;
    let (folded, whole) = (Arc::new(AtomicU64::new(0)), Arc::new(Notify::new()));
    let model = ReadModel {
        query: query!(ConsultationEvent),
        pool: pool.clone(),
        folded: folded.clone(),
        all: all.unsigned_abs(),
        whole: whole.clone(),
    };
    let listener =
        PgEventListener::builder(store.clone()).register_listener(model, PgEventListenerConfig::poller(POLL));
    let (stop, stopped) = oneshot::channel::<()>();
    let started = Instant::now();
    let running = tokio::spawn(listener.start_with_shutdown(async {
        let _ = stopped.await;
    }));
    // As far as it comes in this time.
    let _ = tokio::time::timeout(limit, whole.notified()).await;
    tell_events("rebuild", folded.load(Ordering::Relaxed), started.elapsed());
    let _ = stop.send(());
    running.await??;
    Ok(())
}

/// What a listener was handed.
#[derive(Default)]
struct Delivered {
    ids: Mutex<HashSet<PgEventId>>,
    more: Notify,
}

impl Delivered {
    fn ids(&self) -> std::sync::MutexGuard<'_, HashSet<PgEventId>> {
        self.ids.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Recorder {
    query: StreamQuery<PgEventId, ConsultationEvent>,
    delivered: Arc<Delivered>,
}

#[async_trait]
impl EventListener<PgEventId, ConsultationEvent> for Recorder {
    type Error = std::convert::Infallible;

    fn id(&self) -> &'static str {
        "recorder"
    }

    fn query(&self) -> &StreamQuery<PgEventId, ConsultationEvent> {
        &self.query
    }

    async fn handle(&self, event: PersistedEvent<PgEventId, ConsultationEvent>) -> Result<(), Self::Error> {
        self.delivered.ids().insert(event.id());
        self.delivered.more.notify_one();
        Ok(())
    }
}

async fn tail(store: &Store, pool: &PgPool, maker: Maker, duration: Duration) -> Result<()> {
    let delivered = Arc::new(Delivered::default());
    let recorder = Recorder { query: query!(ConsultationEvent), delivered: delivered.clone() };
    let listener = PgEventListener::builder(store.clone())
        .register_listener(recorder, PgEventListenerConfig::poller(POLL).with_notifier());
    let (stop, stopped) = oneshot::channel::<()>();
    let running = tokio::spawn(listener.start_with_shutdown(async {
        let _ = stopped.await;
    }));
    // The reader works before anybody writes beside it, and has come to the end when it was handed what was
    // written after everybody had stopped. Twice: nothing that it still meant to hand over can lie between
    // the two.
    mark(&maker, pool, &delivered).await?;
    let opening = maker.clone();
    write(duration, move |id| open(opening.clone(), id)).await?;
    mark(&maker, pool, &delivered).await?;
    mark(&maker, pool, &delivered).await?;
    let _ = stop.send(());
    running.await??;
    let committed: Vec<PgEventId> = sqlx::query_scalar("select event_id from event").fetch_all(pool).await?;
    let delivered = delivered.ids();
    let missed = committed.iter().filter(|id| !delivered.contains(id)).count();
    tell(&json!({ "measurement": "tail", "committed": committed.len(), "missed": missed }));
    Ok(())
}

/// Writes an event alone, and waits until the reader was handed it.
async fn mark(maker: &Maker, pool: &PgPool, delivered: &Delivered) -> Result<()> {
    let id = Uuid::now_v7();
    if let Attempt::Conflict = open(maker.clone(), id).await? {
        return Err(anyhow!("nobody else writes"));
    }
    let position: PgEventId = sqlx::query_scalar("select event_id from event where consultation_id = $1")
        .bind(id)
        .fetch_one(pool)
        .await?;
    tokio::time::timeout(PATIENCE, async {
        while !delivered.ids().contains(&position) {
            delivered.more.notified().await;
        }
    })
    .await
    .context("the reader did not come to the end")
}
