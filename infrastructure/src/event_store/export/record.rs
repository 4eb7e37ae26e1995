//! The lines of an export.

use std::borrow::Cow;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::event_store::{
    canonical::{push_hex, push_number},
    stored::RawEvent,
};

/// What the header says it is.
pub const EXPORT_FORMAT: &str = "ledgerdesk-export";

/// The version of the format that is written and read.
pub const EXPORT_VERSION: u32 = 1;

/// The last event of a log, in text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeadRecord {
    /// Its position; 0 for an empty log.
    pub position: i64,
    /// Its hash in hexadecimal.
    pub hash: String,
}

/// The first line: what this is an export of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// `header`.
    pub record: String,
    /// [`EXPORT_FORMAT`].
    pub format: String,
    /// [`EXPORT_VERSION`].
    pub version: u32,
    /// The version of the program that wrote it.
    pub program: String,
    /// When it was written, RFC 3339.
    pub exported_at: DateTime<Utc>,
    /// The epoch of the history.
    pub epoch: i32,
    /// The end of the log at that moment.
    pub head: HeadRecord,
    /// The first position that was asked for.
    pub from: i64,
    /// The last position that was asked for, at most the head's.
    pub to: i64,
    /// The only workspace, if one was asked for.
    pub workspace: Option<Uuid>,
    /// Whether the wrapped keys of persons are in it.
    pub with_keys: bool,
}

impl Header {
    /// Whether it holds the whole log.
    pub fn is_whole(&self) -> bool {
        self.from == 1 && self.to == self.head.position && self.workspace.is_none()
    }
}

/// Tells lines apart.
#[derive(Deserialize)]
pub(super) struct Tag<'a> {
    #[serde(borrow)]
    pub record: Cow<'a, str>,
}

/// An event. Times are microseconds since 1970.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EventLine<'a> {
    #[serde(borrow)]
    #[expect(dead_code, reason = "it is known by now; the field lets unknown ones be refused")]
    record: Cow<'a, str>,
    position: i64,
    workspace_id: Uuid,
    workspace_sequence: i64,
    event_id: Uuid,
    #[serde(borrow)]
    stream_type: Cow<'a, str>,
    stream_id: Uuid,
    stream_version: i32,
    #[serde(borrow)]
    event_type: Cow<'a, str>,
    schema_version: i16,
    occurred_at: i64,
    recorded_at: i64,
    #[serde(borrow)]
    payload: &'a RawValue,
    #[serde(borrow)]
    metadata: &'a RawValue,
    #[serde(borrow)]
    sealed: Option<Cow<'a, str>>,
    #[serde(borrow)]
    hash: Cow<'a, str>,
}

/// The decoded bytes of a line, which its event borrows.
#[derive(Default)]
pub(super) struct Decoded {
    sealed: Vec<u8>,
    hash: [u8; 32],
}

impl EventLine<'_> {
    /// The event, if all of it can be decoded.
    pub(super) fn event<'b>(&'b self, decoded: &'b mut Decoded) -> Option<RawEvent<'b>> {
        decoded.hash = crate::event_store::canonical::parse_hex(&self.hash)?;
        decoded.sealed.clear();
        if let Some(sealed) = &self.sealed {
            STANDARD.decode_vec(sealed.as_bytes(), &mut decoded.sealed).ok()?;
        }
        Some(RawEvent {
            position: self.position,
            workspace_sequence: self.workspace_sequence,
            workspace_id: self.workspace_id,
            event_id: self.event_id,
            stream_id: self.stream_id,
            occurred_at: DateTime::from_timestamp_micros(self.occurred_at)?,
            recorded_at: DateTime::from_timestamp_micros(self.recorded_at)?,
            stream_version: self.stream_version,
            schema_version: self.schema_version,
            stream_type: &self.stream_type,
            event_type: &self.event_type,
            payload: self.payload.get(),
            metadata: self.metadata.get(),
            sealed: self.sealed.is_some().then_some(&decoded.sealed),
            hash: &decoded.hash,
        })
    }
}

/// Writes the line of an event; payload and metadata are canonical JSON.
pub(super) fn push_event(line: &mut String, event: &RawEvent<'_>, payload: &str, metadata: &str) {
    let id = |line: &mut String, name: &str, id: Uuid| {
        line.push_str(name);
        line.push('"');
        line.push_str(id.hyphenated().encode_lower(&mut Uuid::encode_buffer()));
        line.push('"');
    };
    let number = |line: &mut String, name: &str, number: i64| {
        line.push_str(name);
        push_number(line, number);
    };
    number(line, r#"{"record":"event","position":"#, event.position);
    id(line, r#","workspace_id":"#, event.workspace_id);
    number(line, r#","workspace_sequence":"#, event.workspace_sequence);
    id(line, r#","event_id":"#, event.event_id);
    push_text(line, r#","stream_type":"#, event.stream_type);
    id(line, r#","stream_id":"#, event.stream_id);
    number(line, r#","stream_version":"#, event.stream_version.into());
    push_text(line, r#","event_type":"#, event.event_type);
    number(line, r#","schema_version":"#, event.schema_version.into());
    number(line, r#","occurred_at":"#, event.occurred_at.timestamp_micros());
    number(line, r#","recorded_at":"#, event.recorded_at.timestamp_micros());
    for piece in [r#","payload":"#, payload, r#","metadata":"#, metadata, r#","sealed":"#] {
        line.push_str(piece);
    }
    match event.sealed {
        None => line.push_str("null"),
        Some(sealed) => {
            line.push('"');
            STANDARD.encode_string(sealed, line);
            line.push('"');
        }
    }
    line.push_str(r#","hash":""#);
    push_hex(line, event.hash);
    line.push_str("\"}\n");
}

fn push_text(line: &mut String, name: &str, text: &str) {
    line.push_str(name);
    line.push_str(&serde_json::Value::from(text).to_string());
}

/// Where a workspace stood before its first event in this export. Taken on trust: what is before is not here.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Anchor {
    pub record: String,
    pub workspace_id: Uuid,
    pub workspace_sequence: i64,
    pub hash: String,
}

/// What a command with an idempotency key did.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CommandLine {
    pub record: String,
    pub workspace_id: Uuid,
    pub actor: String,
    pub idempotency_key: String,
    pub digest: String,
    pub stream_type: String,
    pub stream_id: Uuid,
    pub version: i32,
    pub position: i64,
    pub appended: i32,
    /// Microseconds since 1970.
    pub recorded_at: i64,
}

/// The key of a person: wrapped by the master key in base64, or destroyed.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PersonKeyLine {
    pub record: String,
    pub person_id: Uuid,
    pub workspace_id: Uuid,
    pub wrapped: Option<String>,
    /// Microseconds since 1970.
    pub created_at: i64,
    /// Microseconds since 1970.
    pub destroyed_at: Option<i64>,
}

/// The last line: what must have come before it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Trailer {
    pub record: String,
    pub events: u64,
    pub commands: u64,
    pub person_keys: u64,
    /// The last event of the export.
    pub last: HeadRecord,
    /// SHA-256 in hexadecimal over every byte before this line.
    pub sha256: String,
}
