//! A log in memory, and events for it.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, RwLock,
        atomic::{AtomicBool, Ordering},
    },
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
use ledgerdesk_infrastructure::event_store::{Cursor, Head, LogPage, ReadError, StoreError, UnknownEvent};
use sqlx::PgPool;
use tokio::sync::watch;
use uuid::Uuid;

use crate::runtime::log::{Log, Pages};

const WORKSPACE: Uuid = Uuid::from_u128(0xA);

/// Events in memory, appended under the same lock as in the database.
#[derive(Clone)]
pub(super) struct MemoryLog {
    pool: PgPool,
    events: Arc<RwLock<Vec<Arc<Recorded>>>>,
    head: watch::Sender<i64>,
    /// A type that this program does not know stands behind this position.
    pub(super) unknown_after: Arc<RwLock<Option<i64>>>,
    /// A load is going on.
    pub(super) loading: Arc<AtomicBool>,
}

impl MemoryLog {
    pub(super) fn new(pool: PgPool) -> Self {
        Self {
            pool,
            events: Arc::default(),
            head: watch::Sender::new(0),
            unknown_after: Arc::default(),
            loading: Arc::default(),
        }
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
        sqlx::query(
            "insert into ledgerdesk.events (position, workspace_sequence, workspace_id, event_id, stream_id,
                    occurred_at, recorded_at, stream_version, schema_version, stream_type, event_type, payload,
                    metadata, hash)
             select g, g, gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), now(), now(), 1, 1,
                    'consultation', 'InMemory', '{}', '{}', ''
               from generate_series($1, $2) g",
        )
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
                Err(ReadError::Store(StoreError::UnknownEvent(UnknownEvent {
                    position: Position(unknown + 1),
                    event_type: "FromTheFuture".to_owned(),
                    schema_version: 1,
                })))
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

    fn is_loading(&self) -> BoxFuture<'_, Result<bool, ReadError>> {
        Box::pin(async { Ok(self.loading.load(Ordering::SeqCst)) })
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
            source: Source::system("test"),
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
        attributes: BTreeMap::default(),
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
