//! An event as it lies in the table or in an export: nothing decoded, nothing copied.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::{Row as _, postgres::PgRow};
use uuid::Uuid;

use super::canonical::{Canonical, Hash, canonical_json, sha256};

/// An event as it is stored.
#[derive(Debug, Clone, Copy)]
pub(super) struct RawEvent<'a> {
    pub position: i64,
    pub workspace_sequence: i64,
    pub workspace_id: Uuid,
    pub event_id: Uuid,
    pub stream_id: Uuid,
    pub occurred_at: DateTime<Utc>,
    pub recorded_at: DateTime<Utc>,
    pub stream_version: i32,
    pub schema_version: i16,
    pub stream_type: &'a str,
    pub event_type: &'a str,
    /// JSON, usually in its canonical form.
    pub payload: &'a str,
    /// JSON, usually in its canonical form.
    pub metadata: &'a str,
    pub sealed: Option<&'a [u8]>,
    pub hash: &'a [u8],
}

/// Where an event stands in its log and in its workspace.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub position: i64,
    pub sequence: i64,
    /// The hash of the workspace's previous event.
    pub previous: Hash,
}

/// An event on its own; see [`RawEvent`].
#[derive(Debug, Clone)]
pub(super) struct OwnedEvent {
    numbers: (i64, i64, i32, i16),
    ids: (Uuid, Uuid, Uuid),
    times: (DateTime<Utc>, DateTime<Utc>),
    texts: [String; 4],
    sealed: Option<Vec<u8>>,
    hash: Vec<u8>,
}

/// Space that is used again and again.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    line: String,
}

impl<'r> RawEvent<'r> {
    /// Reads a row of [`COLUMNS`](super::codec::COLUMNS): by place, and without asking for the type of each value, which the statement
    /// has fixed. Both checks would cost more than the reading itself.
    pub(super) fn of(row: &'r PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            position: row.try_get_unchecked(0)?,
            workspace_sequence: row.try_get_unchecked(1)?,
            workspace_id: row.try_get_unchecked(2)?,
            event_id: row.try_get_unchecked(3)?,
            stream_id: row.try_get_unchecked(4)?,
            occurred_at: row.try_get_unchecked(5)?,
            recorded_at: row.try_get_unchecked(6)?,
            stream_version: row.try_get_unchecked(7)?,
            schema_version: row.try_get_unchecked(8)?,
            stream_type: row.try_get_unchecked(9)?,
            event_type: row.try_get_unchecked(10)?,
            payload: row.try_get_unchecked(11)?,
            metadata: row.try_get_unchecked(12)?,
            sealed: row.try_get_unchecked(13)?,
            hash: row.try_get_unchecked(14)?,
        })
    }
}

impl RawEvent<'_> {
    /// Whether its stored hash is the one that it has at this place: whether it was appended there as it is.
    ///
    /// The stored text is hashed as it stands. Only where that does not fit it is brought into the canonical
    /// form and hashed again: `jsonb` and other programs order and space JSON in ways of their own.
    pub(super) fn belongs_at(&self, place: &Place, scratch: &mut Scratch) -> bool {
        let sealed = self.sealed.map(sha256);
        if self.hash_at(place, (self.payload, self.metadata), sealed.as_ref(), scratch) {
            return true;
        }
        match (canonical(self.payload), canonical(self.metadata)) {
            (Some(payload), Some(metadata)) if payload != self.payload || metadata != self.metadata => {
                self.hash_at(place, (&payload, &metadata), sealed.as_ref(), scratch)
            }
            _ => false,
        }
    }

    fn hash_at(
        &self,
        place: &Place,
        (payload, metadata): (&str, &str),
        sealed: Option<&Hash>,
        scratch: &mut Scratch,
    ) -> bool {
        let Ok(schema_version) = u16::try_from(self.schema_version) else { return false };
        let canonical = Canonical {
            position: place.position,
            workspace_id: self.workspace_id,
            workspace_sequence: place.sequence,
            event_id: self.event_id,
            stream_type: self.stream_type,
            stream_id: self.stream_id,
            stream_version: self.stream_version,
            event_type: self.event_type,
            schema_version,
            occurred_at: self.occurred_at,
            recorded_at: self.recorded_at,
            payload,
            metadata,
            sealed,
        };
        canonical.hash(&place.previous, &mut scratch.line) == self.hash
    }

    /// The canonical line, whose hash behind the one before it is the event's.
    pub(super) fn canonical_line(&self) -> String {
        let sealed = self.sealed.map(sha256);
        let parts =
            [self.payload, self.metadata].map(|text| canonical(text).unwrap_or_else(|| text.to_owned()));
        let mut line = String::new();
        let canonical = Canonical {
            position: self.position,
            workspace_id: self.workspace_id,
            workspace_sequence: self.workspace_sequence,
            event_id: self.event_id,
            stream_type: self.stream_type,
            stream_id: self.stream_id,
            stream_version: self.stream_version,
            event_type: self.event_type,
            schema_version: u16::try_from(self.schema_version).unwrap_or_default(),
            occurred_at: self.occurred_at,
            recorded_at: self.recorded_at,
            payload: &parts[0],
            metadata: &parts[1],
            sealed: sealed.as_ref(),
        };
        canonical.write(&mut line);
        line
    }

    /// A copy that outlives the row.
    pub(super) fn copied(&self) -> OwnedEvent {
        OwnedEvent {
            numbers: (self.position, self.workspace_sequence, self.stream_version, self.schema_version),
            ids: (self.workspace_id, self.event_id, self.stream_id),
            times: (self.occurred_at, self.recorded_at),
            texts: [self.stream_type, self.event_type, self.payload, self.metadata].map(str::to_owned),
            sealed: self.sealed.map(<[u8]>::to_vec),
            hash: self.hash.to_vec(),
        }
    }
}

impl OwnedEvent {
    pub(super) fn as_raw(&self) -> RawEvent<'_> {
        let [stream_type, event_type, payload, metadata] = &self.texts;
        RawEvent {
            position: self.numbers.0,
            workspace_sequence: self.numbers.1,
            workspace_id: self.ids.0,
            event_id: self.ids.1,
            stream_id: self.ids.2,
            occurred_at: self.times.0,
            recorded_at: self.times.1,
            stream_version: self.numbers.2,
            schema_version: self.numbers.3,
            stream_type,
            event_type,
            payload,
            metadata,
            sealed: self.sealed.as_deref(),
            hash: &self.hash,
        }
    }
}

/// The canonical form of a JSON text, if it has one.
pub(super) fn canonical(text: &str) -> Option<String> {
    let value: Value = serde_json::from_str(text).ok()?;
    canonical_json(&value).ok()
}
