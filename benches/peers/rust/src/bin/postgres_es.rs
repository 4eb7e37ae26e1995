//! `postgres-es`: commands through its `CqrsFramework`, a rebuild through its `QueryReplay`. It has no global
//! order, so there is nothing to catch up with and nothing to tail.

use std::{sync::Arc, time::Instant};

use anyhow::{Result, anyhow};
use cqrs_es::{
    Aggregate, AggregateError, CqrsFramework, DomainEvent, EventEnvelope, View,
    event_sink::EventSink,
    persist::{GenericQuery, PersistedEventStore, QueryReplay},
};
use ledgerdesk_bench_peers::{
    Attempt, EVENTS_PER_STREAM, Facts, Task, connect, fill, measure_appends, tell_events,
};
use postgres_es::{PostgresEventRepository, PostgresViewRepository, postgres_cqrs};
use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use uuid::Uuid;

/// Its tables, as `db/init.sql` of the crate has them; one view.
const TABLES: &str = "
create table events (
    aggregate_type text not null, aggregate_id text not null, sequence bigint check (sequence >= 0) not null,
    event_type text not null, event_version text not null, payload json not null, metadata json not null,
    primary key (aggregate_type, aggregate_id, sequence));
create table consultation_view (
    view_id text not null, version bigint check (version >= 0) not null, payload json not null,
    primary key (view_id));";

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Event {
    Opened(Facts),
    NoteAdded(Facts),
}

impl DomainEvent for Event {
    fn event_type(&self) -> String {
        match self {
            Self::Opened(_) => "Opened".to_owned(),
            Self::NoteAdded(_) => "NoteAdded".to_owned(),
        }
    }

    fn event_version(&self) -> String {
        "1.0".to_owned()
    }
}

enum Command {
    Open,
    AddNote,
    /// Opens and adds so many notes, to fill a log.
    Tell(usize),
}

#[derive(Debug, thiserror::Error)]
enum Refused {
    #[error("the consultation is open already")]
    Open,
    #[error("there is no such consultation")]
    Missing,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Consultation {
    open: bool,
    notes: u64,
}

impl Aggregate for Consultation {
    type Command = Command;
    type Error = Refused;
    type Event = Event;
    type Services = ();

    const TYPE: &'static str = "consultation";

    async fn handle(
        &mut self,
        command: Command,
        (): &(),
        sink: &EventSink<Self>,
    ) -> std::result::Result<(), Refused> {
        match command {
            Command::Open | Command::Tell(_) if self.open => return Err(Refused::Open),
            Command::AddNote if !self.open => return Err(Refused::Missing),
            Command::Open => sink.write(Event::Opened(Facts::new()), self).await,
            Command::AddNote => sink.write(Event::NoteAdded(Facts::new()), self).await,
            Command::Tell(notes) => {
                sink.write(Event::Opened(Facts::new()), self).await;
                for _ in 0..notes {
                    sink.write(Event::NoteAdded(Facts::new()), self).await;
                }
            }
        }
        Ok(())
    }

    fn apply(&mut self, event: Event) {
        match event {
            Event::Opened(_) => self.open = true,
            Event::NoteAdded(_) => self.notes += 1,
        }
    }
}

/// One row per consultation.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Row {
    opened: Option<Facts>,
    notes: u64,
}

impl View<Consultation> for Row {
    fn update(&mut self, event: &EventEnvelope<Consultation>) {
        match &event.payload {
            Event::Opened(facts) => self.opened = Some(facts.clone()),
            Event::NoteAdded(_) => self.notes += 1,
        }
    }
}

type Store = PersistedEventStore<PostgresEventRepository, Consultation>;
type Framework = Arc<CqrsFramework<Consultation, Store>>;

#[tokio::main]
async fn main() -> Result<()> {
    let pool = connect().await?;
    let framework = Arc::new(postgres_cqrs(pool.clone(), Vec::new(), ()));
    match Task::from_args()? {
        Task::Append(duration) => {
            sqlx::raw_sql(TABLES).execute(&pool).await?;
            let (open, note) = (framework.clone(), framework);
            measure_appends(
                duration,
                move |id| execute(open.clone(), id, Command::Open),
                move |id| execute(note.clone(), id, Command::AddNote),
            )
            .await
        }
        Task::Read(events, limit) => {
            sqlx::raw_sql(TABLES).execute(&pool).await?;
            fill(events / EVENTS_PER_STREAM, |id| {
                execute(framework.clone(), id, Command::Tell(EVENTS_PER_STREAM - 1))
            })
            .await?;
            rebuild(&pool, limit).await
        }
        Task::Tail(_) => Ok(()),
    }
}

async fn execute(framework: Framework, id: Uuid, command: Command) -> Result<Attempt> {
    match framework.execute(&id.to_string(), command).await {
        Ok(()) => Ok(Attempt::Done),
        Err(AggregateError::AggregateConflict) => Ok(Attempt::Conflict),
        Err(error) => Err(anyhow!("{error}")),
    }
}

/// Replays every event to the view: as far as it comes in this time.
async fn rebuild(pool: &PgPool, limit: std::time::Duration) -> Result<()> {
    let views = Arc::new(PostgresViewRepository::<Row, Consultation>::new("consultation_view", pool.clone()));
    let mut query = GenericQuery::new(views);
    #[expect(clippy::panic, reason = "the only way out that it offers")]
    query.use_error_handler(Box::new(|error| panic!("the view cannot be written: {error}")));
    let replay = QueryReplay::new(PostgresEventRepository::new(pool.clone()), query);
    let started = Instant::now();
    let outcome = tokio::time::timeout(limit, replay.replay_all()).await;
    let took = started.elapsed();
    if let Ok(outcome) = outcome {
        outcome.map_err(|error| anyhow!("{error}"))?;
    }
    // A version is counted for every event that a view has taken in.
    let folded: i64 = sqlx::query_scalar("select coalesce(sum(version), 0)::bigint from consultation_view")
        .fetch_one(pool)
        .await?;
    tell_events("rebuild", folded.unsigned_abs(), took);
    Ok(())
}
