//! Events and folds for unit tests.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use ledgerdesk_domain::{
    client::ClientEvent,
    consultation::ConsultationEvent,
    context::Actor,
    event::{Event, Metadata, Recorded, Source},
    id::{ClientId, ConsultationId, EventId, ManagerId, PersonId, WorkspaceId},
    manager::ManagerEvent,
    stream::{Position, StreamId, StreamType, StreamVersion},
};
use uuid::Uuid;

use crate::runtime::Projection;

pub(crate) fn uuid(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

/// `minutes` after the beginning of the tests' time.
pub(crate) fn at(minutes: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes)
}

/// A stream's id with its type.
pub(crate) trait Stream {
    fn stream(self) -> StreamId;
}

impl Stream for ConsultationId {
    fn stream(self) -> StreamId {
        StreamId::new(StreamType::Consultation, self.uuid())
    }
}

impl Stream for ClientId {
    fn stream(self) -> StreamId {
        StreamId::new(StreamType::Client, self.uuid())
    }
}

impl Stream for ManagerId {
    fn stream(self) -> StreamId {
        StreamId::new(StreamType::Manager, self.uuid())
    }
}

/// The event at position `number`, which is also its version and its minute; the stream itself is the person.
pub(crate) fn recorded(number: i32, stream: impl Stream, event: impl Into<Event>) -> Recorded {
    let stream = stream.stream();
    Recorded {
        position: Position(number.into()),
        workspace_id: WorkspaceId(uuid(0xA)),
        workspace_sequence: number.into(),
        event_id: EventId(uuid(0xE000 + u128::from(number.unsigned_abs()))),
        stream,
        version: StreamVersion(number),
        event: event.into(),
        metadata: Metadata {
            actor: Actor::manager(ManagerId(uuid(0x77))),
            correlation_id: uuid(0xC),
            causation_id: None,
            source: Source { system: "test".to_owned(), reference: None },
            person_id: PersonId(stream.id),
        },
        occurred_at: at(number.into()),
        recorded_at: at(number.into()),
        hash: [0; 32],
    }
}

/// The events of one consultation, numbered from 1.
pub(crate) fn consultation(id: u128, events: impl IntoIterator<Item = ConsultationEvent>) -> Vec<Recorded> {
    (1..).zip(events).map(|(number, event)| recorded(number, ConsultationId(uuid(id)), event)).collect()
}

/// The events of one client, numbered from 1.
pub(crate) fn client(id: u128, events: impl IntoIterator<Item = ClientEvent>) -> Vec<Recorded> {
    (1..).zip(events).map(|(number, event)| recorded(number, ClientId(uuid(id)), event)).collect()
}

/// The events of one manager, numbered from 1.
pub(crate) fn manager(id: u128, events: impl IntoIterator<Item = ManagerEvent>) -> Vec<Recorded> {
    (1..).zip(events).map(|(number, event)| recorded(number, ManagerId(uuid(id)), event)).collect()
}

/// The rows after the events, folded as the runtime does.
pub(crate) fn fold<P: Projection>(
    projection: &P,
    events: impl IntoIterator<Item = Recorded>,
) -> BTreeMap<Uuid, P::Row> {
    let mut rows = BTreeMap::new();
    let mut keys = Vec::new();
    for event in events {
        projection.keys(&event, &mut keys);
        for key in keys.drain(..) {
            if let Some(row) = projection.apply(rows.remove(&key), key, &event) {
                rows.insert(key, row);
            }
        }
    }
    rows
}
