//! An event of the log as the API shows it.

use std::fmt::Write as _;

use async_graphql::{Enum, ID, Json, SimpleObject};
use chrono::{DateTime, Utc};
use ledgerdesk_domain::{
    event::Recorded,
    id::{ClientId, ConsultationId, ManagerId},
    personal::{PERSONAL_MARK, SEALED_MARK},
    stream::StreamType as DomainStreamType,
};
use ledgerdesk_infrastructure::event_store::Cursor;
use ledgerdesk_projections::read::Concerned;
use serde_json::Value;
use uuid::Uuid;

use super::{actor::Actor, id, position::Position, reference::Source};
use crate::graphql::global_id::NodeKind;

/// What a stream is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "ledgerdesk_domain::stream::StreamType")]
pub enum StreamType {
    /// A consultation.
    Consultation,
    /// A client.
    Client,
    /// A manager.
    Manager,
    /// The workspace and its settings.
    Workspace,
    /// An entry of a catalog.
    CatalogEntry,
}

/// A fact in the log. Never changes; only personal values in it can be erased.
#[derive(SimpleObject)]
pub struct Event {
    #[graphql(skip)]
    shows: Concerned,
    /// Its id.
    id: ID,
    /// Its number in the log, over all workspaces.
    position: Position,
    /// Its number in the workspace's hash chain, from 1 without gaps.
    sequence: Position,
    /// Resumes after this event: pass it as `after` to the query or the subscription `events`.
    cursor: String,
    /// The permanent wire name, such as `ConsultationOpened`.
    r#type: String,
    /// What its stream is about.
    stream_type: StreamType,
    /// The consultation, client, manager or catalog entry; null for events of the workspace itself.
    stream_id: Option<ID>,
    /// Its number in the stream, from 1 without gaps.
    version: i32,
    /// When it happened.
    occurred_at: DateTime<Utc>,
    /// When it was recorded; never runs back along the log.
    recorded_at: DateTime<Utc>,
    /// Who acted.
    actor: Actor,
    /// Where the fact came from.
    source: Source,
    /// The request or conversation that it belongs to.
    correlation_id: Uuid,
    /// The command or event that caused it.
    causation_id: Option<Uuid>,
    /// The payload in its newest shape; personal values are in clear; null once erased, and
    /// without the permission `personal:read`. Ids in it are plain
    /// UUIDs.
    data: Json<Value>,
    /// SHA-256 over the workspace's previous hash and this event, in hexadecimal.
    hash: String,
}

impl Event {
    /// The event as the API shows it; the epoch is that of the history it was read from. `personal` says whether
    /// personal values are shown.
    pub fn new(recorded: &Recorded, epoch: i32, personal: bool) -> Self {
        let stream = recorded.stream;
        let stream_id = match stream.stream_type {
            DomainStreamType::Consultation => Some(NodeKind::Consultation),
            DomainStreamType::Client => Some(NodeKind::Client),
            DomainStreamType::Manager => Some(NodeKind::Manager),
            DomainStreamType::CatalogEntry => Some(NodeKind::CatalogEntry),
            DomainStreamType::Workspace => None,
        };
        let mut data = recorded.event.encode_data();
        let shows = if show_personal(&mut data, personal) { concerned(recorded) } else { Concerned::NOBODY };
        Self {
            shows,
            id: id(NodeKind::Event, recorded.event_id),
            position: recorded.position.into(),
            sequence: recorded.workspace_sequence.into(),
            cursor: Cursor::after_event(epoch, recorded).encode(),
            r#type: recorded.event.event_type().to_owned(),
            stream_type: stream.stream_type.into(),
            stream_id: stream_id.map(|kind| id(kind, stream.id)),
            version: recorded.version.0,
            occurred_at: recorded.occurred_at,
            recorded_at: recorded.recorded_at,
            actor: (&recorded.metadata.actor).into(),
            source: (&recorded.metadata.source).into(),
            correlation_id: recorded.metadata.correlation_id,
            causation_id: recorded.metadata.causation_id,
            data: Json(data),
            hash: hex(&recorded.hash),
        }
    }

    /// Whose personal values it shows.
    pub(in crate::graphql) const fn shows(&self) -> Concerned {
        self.shows
    }
}

/// Whose personal data an event may hold. Its person is the stream itself as long as nobody else is known.
fn concerned(recorded: &Recorded) -> Concerned {
    let (stream, person) = (recorded.stream, recorded.metadata.person_id);
    match stream.stream_type {
        DomainStreamType::Consultation => Concerned::in_consultation(ConsultationId(stream.id), person),
        DomainStreamType::Client => Concerned::client(ClientId(stream.id)),
        DomainStreamType::Manager => Concerned::manager(ManagerId(stream.id)),
        DomainStreamType::Workspace | DomainStreamType::CatalogEntry => Concerned::NOBODY,
    }
}

/// Takes the marks off: a personal value stands for itself, if it is shown; an erased one is null. Answers whether one
/// is shown.
fn show_personal(value: &mut Value, shown: bool) -> bool {
    match value {
        Value::Object(fields) => {
            if fields.contains_key(SEALED_MARK) {
                *value = Value::Null;
                false
            } else if let Some(personal) = fields.remove(PERSONAL_MARK) {
                *value = if shown { personal } else { Value::Null };
                shown
            } else {
                fields.values_mut().fold(false, |any, field| show_personal(field, shown) | any)
            }
        }
        Value::Array(items) => items.iter_mut().fold(false, |any, item| show_personal(item, shown) | any),
        _ => false,
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a string does not fail.
        _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn personal_values_stand_for_themselves_and_erased_ones_are_null() {
        let mut data = json!({
            "topic": { "$personal": "Printer" },
            "attachments": [{ "name": { "$sealed": 1 }, "size": 3 }],
        });
        let mut hidden = data.clone();
        assert!(!show_personal(&mut hidden, false));
        assert_eq!(hidden, json!({ "topic": null, "attachments": [{ "name": null, "size": 3 }] }));
        assert!(show_personal(&mut data, true));
        assert_eq!(data, json!({ "topic": "Printer", "attachments": [{ "name": null, "size": 3 }] }));
    }

    #[test]
    fn a_hash_is_written_in_hexadecimal() {
        assert_eq!(hex(&[0, 0x0f, 0xff]), "000fff");
    }
}
