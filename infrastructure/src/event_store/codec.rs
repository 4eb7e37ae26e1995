//! Events to stored bytes and back: sealing, canonical JSON, upcasting, opening.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    sync::Arc,
};

use chrono::{DateTime, Utc};
use ledgerdesk_domain::{
    event::{Event, Metadata, Recorded},
    id::{EventId, PersonId, WorkspaceId},
    personal::{PERSONAL_MARK, SEALED_MARK},
    stream::{Position, StreamId, StreamType, StreamVersion},
    upcast::Upcasting,
};
use serde_json::{Value, json, value::RawValue};
use sqlx::postgres::PgRow;
use uuid::Uuid;

use super::{
    StoreError, UnknownEvent,
    append::NewEvent,
    canonical::{Hash, NotCanonical, canonical_json, sha256},
    stored::RawEvent,
};
use crate::crypto::{KeyRing, NewKey, PersonKey};

/// An event as it is stored, except for what the appender gives it: position, sequence, version, hash.
#[derive(Debug, Clone)]
pub(super) struct Encoded {
    pub event_id: Uuid,
    pub event_type: &'static str,
    pub schema_version: u16,
    pub occurred_at: DateTime<Utc>,
    pub payload: String,
    pub metadata: String,
    pub sealed: Option<Vec<u8>>,
    pub sealed_hash: Option<Hash>,
}

impl Encoded {
    /// The size that counts against the limits of a batch, in bytes.
    pub(super) fn size(&self) -> usize {
        self.payload.len() + self.metadata.len() + self.sealed.as_ref().map_or(0, Vec::len) + 256
    }
}

/// The columns of a [`RawEvent`].
pub(super) const COLUMNS: &str = "position, workspace_sequence, workspace_id, event_id, stream_id, \
     occurred_at, recorded_at, stream_version, schema_version, stream_type, event_type, \
     payload::text as payload, metadata::text as metadata, sealed, hash";

/// Why an event could not be encoded.
#[derive(Debug, thiserror::Error)]
pub(super) enum EncodeError {
    #[error("the person was erased")]
    PersonErased,
    #[error(transparent)]
    NotCanonical(#[from] NotCanonical),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Turns events into stored bytes and back.
#[derive(Clone)]
pub(super) struct Codec {
    keys: KeyRing,
    upcasting: Arc<Upcasting>,
}

impl Codec {
    pub(super) fn new(keys: KeyRing, upcasting: Upcasting) -> Self {
        Self { keys, upcasting: Arc::new(upcasting) }
    }

    pub(super) fn keys(&self) -> &KeyRing {
        &self.keys
    }

    /// Encodes the events of one command; also the keys that must be stored with them. `unknown` is a person
    /// who can have no key yet, because the stream that is about this person is just beginning.
    pub(super) async fn encode(
        &self,
        workspace: WorkspaceId,
        unknown: Option<PersonId>,
        events: &[NewEvent],
    ) -> Result<(Vec<Encoded>, Vec<NewKey>), EncodeError> {
        let mut parts = Vec::with_capacity(events.len());
        let mut persons = Vec::new();
        for new in events {
            let mut payload = new.event.encode_data();
            let mut personal = Vec::new();
            extract(&mut payload, &mut personal);
            if !personal.is_empty() && !persons.contains(&new.metadata.person_id) {
                persons.push(new.metadata.person_id);
            }
            parts.push((new, payload, personal));
        }
        let keys = if persons.is_empty() {
            HashMap::new()
        } else {
            self.keys.sealing_keys(&persons, unknown, workspace).await?
        };
        let mut new_keys = Vec::new();
        for (&person_id, key) in &keys {
            if let PersonKey::Pending(_, wrapped) = key {
                new_keys.push(NewKey { person_id, workspace_id: workspace, wrapped: wrapped.clone() });
            }
        }
        let encoded = parts
            .into_iter()
            .map(|(new, payload, personal)| {
                let sealed = seal(&keys, new, personal)?;
                let metadata = serde_json::to_value(&new.metadata).map_err(|source| StoreError::Corrupt {
                    position: Position::START,
                    event_type: new.event.event_type().to_owned(),
                    source,
                })?;
                Ok(Encoded {
                    event_id: new.event_id.0,
                    event_type: new.event.event_type(),
                    schema_version: self.upcasting.newest(new.event.event_type()).unwrap_or(1),
                    occurred_at: new.occurred_at,
                    payload: canonical_json(&payload)?,
                    metadata: canonical_json(&metadata)?,
                    sealed_hash: sealed.as_deref().map(sha256),
                    sealed,
                })
            })
            .collect::<Result<_, EncodeError>>()?;
        Ok((encoded, new_keys))
    }

    /// Decodes a page: opens what can be opened, upcasts, and marks as erased what nobody can open.
    pub(super) async fn decode(&self, rows: &[PgRow]) -> Result<Vec<Arc<Recorded>>, StoreError> {
        let read = read(rows)?;
        let personal = read.iter().filter(|(row, _)| row.sealed.is_some() || self.is_old(row));
        let personal: HashSet<PersonId> = personal.map(|(_, metadata)| metadata.person_id).collect();
        let keys = self.keys.find(personal).await?;
        self.decoded(read, Some(&keys))
    }

    /// Decodes a page for whoever needs no personal values: they read as if they were erased.
    pub(super) fn decode_sealed(&self, rows: &[PgRow]) -> Result<Vec<Arc<Recorded>>, StoreError> {
        self.decoded(read(rows)?, None)
    }

    /// Whether an upcaster may find something personal in it that was not sealed.
    fn is_old(&self, row: &RawEvent<'_>) -> bool {
        self.upcasting
            .newest(row.event_type)
            .is_some_and(|newest| row.schema_version < i16::try_from(newest).unwrap_or(i16::MAX))
    }

    fn decoded(
        &self,
        read: Vec<(RawEvent<'_>, Metadata)>,
        keys: Option<&HashMap<PersonId, PersonKey>>,
    ) -> Result<Vec<Arc<Recorded>>, StoreError> {
        let mut events = Vec::with_capacity(read.len());
        for (row, metadata) in read {
            let stream_type = StreamType::parse(row.stream_type).ok_or_else(|| unknown(&row))?;
            let event = self.event(&row, stream_type, metadata.person_id, keys)?;
            events.push(Arc::new(Recorded {
                position: Position(row.position),
                workspace_id: WorkspaceId(row.workspace_id),
                workspace_sequence: row.workspace_sequence,
                event_id: EventId(row.event_id),
                stream: StreamId::new(stream_type, row.stream_id),
                version: StreamVersion(row.stream_version),
                event,
                metadata,
                occurred_at: row.occurred_at,
                recorded_at: row.recorded_at,
                hash: row.hash.try_into().unwrap_or_default(),
            }));
        }
        Ok(events)
    }

    fn event(
        &self,
        row: &RawEvent<'_>,
        stream_type: StreamType,
        person: PersonId,
        keys: Option<&HashMap<PersonId, PersonKey>>,
    ) -> Result<Event, StoreError> {
        let version = u16::try_from(row.schema_version).map_err(|_| unknown(row))?;
        let newest = self.upcasting.newest(row.event_type).ok_or_else(|| unknown(row))?;
        if version > newest {
            return Err(unknown(row));
        }
        let known = keys.and_then(|keys| keys.get(&person));
        let key = known.and_then(PersonKey::key);
        let payload = match (row.sealed, key) {
            (Some(sealed), Some(key)) => {
                let plain = key.open(sealed, row.event_id, person)?;
                let values: Vec<&RawValue> =
                    serde_json::from_slice(&plain).map_err(|source| corrupt(row, source))?;
                Cow::Owned(restore(row.payload, &values))
            }
            _ => Cow::Borrowed(row.payload),
        };
        if version == newest {
            return Event::decode_str(stream_type, row.event_type, &payload)
                .map_err(|source| corrupt(row, source));
        }
        let payload: Value = serde_json::from_str(&payload).map_err(|source| corrupt(row, source))?;
        let mut payload = self.upcasting.apply(row.event_type, version, payload).map_err(|_| unknown(row))?;
        if keys.is_none() || matches!(known, Some(PersonKey::Destroyed)) {
            // What was not known to be personal when it was written stands in clear; it reads as erased with the rest.
            extract(&mut payload, &mut Vec::new());
        }
        Event::decode(stream_type, row.event_type, payload).map_err(|source| corrupt(row, source))
    }
}

fn read(rows: &[PgRow]) -> Result<Vec<(RawEvent<'_>, Metadata)>, StoreError> {
    // With room for all from the beginning: a page of these is large, and would be copied again and again.
    let mut read = Vec::with_capacity(rows.len());
    for row in rows {
        let row = RawEvent::of(row)?;
        let metadata = serde_json::from_str(row.metadata).map_err(|source| corrupt(&row, source))?;
        read.push((row, metadata));
    }
    Ok(read)
}

fn seal(
    keys: &HashMap<PersonId, PersonKey>,
    new: &NewEvent,
    personal: Vec<Value>,
) -> Result<Option<Vec<u8>>, EncodeError> {
    if personal.is_empty() {
        return Ok(None);
    }
    let person = new.metadata.person_id;
    let key = keys.get(&person).and_then(PersonKey::key).ok_or(EncodeError::PersonErased)?;
    Ok(Some(key.seal(Value::Array(personal).to_string().as_bytes(), new.event_id.0, person)))
}

/// Moves every `{"$personal": value}` out of a payload and leaves `{"$sealed": n}` for the n-th.
fn extract(payload: &mut Value, personal: &mut Vec<Value>) {
    match payload {
        Value::Object(entries) => {
            if entries.len() == 1
                && let Some(value) = entries.get_mut(PERSONAL_MARK)
            {
                let place = personal.len();
                personal.push(value.take());
                *payload = json!({ SEALED_MARK: place });
            } else {
                entries.values_mut().for_each(|value| extract(value, personal));
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| extract(item, personal)),
        _ => {}
    }
}

/// The reverse of [`extract`], on the text: `{"$sealed":n}` becomes `{"$personal":value}`. Within a JSON string the
/// mark cannot occur, as its quotes would be escaped.
fn restore(payload: &str, values: &[&RawValue]) -> String {
    let mark = format!(r#"{{"{SEALED_MARK}":"#);
    let room = values.iter().map(|value| value.get().len() + PERSONAL_MARK.len() + 5).sum::<usize>();
    let mut text = String::with_capacity(payload.len() + room);
    let mut rest = payload;
    while let Some(at) = rest.find(&mark) {
        let (before, after) = (&rest[..at], &rest[at + mark.len()..]);
        text.push_str(before);
        let place = after.find('}').and_then(|end| Some((end, after[..end].trim().parse::<usize>().ok()?)));
        if let Some((end, value)) = place.and_then(|(end, place)| Some((end, values.get(place)?))) {
            text.extend([r#"{""#, PERSONAL_MARK, r#"":"#, value.get(), "}"]);
            rest = &after[end + 1..];
        } else {
            text.push_str(&mark);
            rest = after;
        }
    }
    text.push_str(rest);
    text
}

fn corrupt(row: &RawEvent<'_>, source: serde_json::Error) -> StoreError {
    StoreError::Corrupt { position: Position(row.position), event_type: row.event_type.to_owned(), source }
}

fn unknown(row: &RawEvent<'_>) -> StoreError {
    StoreError::UnknownEvent(UnknownEvent {
        position: Position(row.position),
        event_type: row.event_type.to_owned(),
        schema_version: row.schema_version.unsigned_abs(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(values: &[Value]) -> Vec<Box<RawValue>> {
        values.iter().map(|value| serde_json::value::to_raw_value(value).unwrap()).collect()
    }

    fn restored(payload: &str, values: &[Value]) -> Value {
        let values = raw(values);
        let values: Vec<&RawValue> = values.iter().map(|value| &**value).collect();
        serde_json::from_str(&restore(payload, &values)).unwrap()
    }

    #[test]
    fn personal_values_leave_the_payload_and_come_back() {
        let whole = json!({
            "topic": {"$personal": "Anna's {\"$sealed\":1} phone"},
            "answers": [{"score": 5, "comment": {"$personal": "good"}}, {"score": 1}],
        });
        let mut payload = whole.clone();
        let mut personal = Vec::new();
        extract(&mut payload, &mut personal);
        assert_eq!(personal.len(), 2);
        let text = payload.to_string();
        assert!(!text.contains("Anna") && !text.contains("good"));
        assert_eq!(restored(&text, &personal), whole);
        // As `jsonb` spells it.
        assert_eq!(restored(&text.replace("\"$sealed\":", "\"$sealed\": "), &personal), whole);
    }

    #[test]
    fn a_mark_within_a_text_or_one_that_points_nowhere_stays_as_it_is() {
        let payload = json!({"a": {"$sealed": 7}, "b": {"$sealed": "x"}, "c": "{\"$sealed\":0}"});
        assert_eq!(restored(&payload.to_string(), &[json!("only one")]), payload);
    }
}
