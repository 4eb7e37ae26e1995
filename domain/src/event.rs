//! What a stored event is.

use chrono::{DateTime, Utc};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{
        DeserializeOwned, DeserializeSeed, MapAccess,
        value::{BorrowedStrDeserializer, MapAccessDeserializer},
    },
};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    catalog::CatalogEvent,
    client::ClientEvent,
    consultation::ConsultationEvent,
    context::Actor,
    id::{EventId, ManagerId, PersonId, WorkspaceId},
    manager::ManagerEvent,
    stream::{Position, StreamId, StreamType, StreamVersion},
    workspace::WorkspaceEvent,
};

/// An event type of one aggregate. Serialised adjacently tagged: `{"type": wire name, "data": payload}`.
pub trait DomainEvent:
    Serialize + DeserializeOwned + Clone + PartialEq + std::fmt::Debug + Send + Sync + Into<Event> + 'static
{
    /// The kind of stream that holds such events.
    const STREAM_TYPE: StreamType;

    /// Every wire name with its newest schema version; the upcaster chain is checked against it at start.
    const SCHEMAS: &'static [(&'static str, u16)];

    /// The permanent wire name.
    fn event_type(&self) -> &'static str;

    /// The event, if it is one of this aggregate.
    fn of(event: &Event) -> Option<&Self>;
}

/// Any event of any aggregate, as projections and subscribers meet it: always in its newest shape.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// Of a consultation.
    Consultation(ConsultationEvent),
    /// Of a client.
    Client(ClientEvent),
    /// Of a manager.
    Manager(ManagerEvent),
    /// Of a workspace.
    Workspace(WorkspaceEvent),
    /// Of an entry of a catalog.
    CatalogEntry(CatalogEvent),
}

impl Event {
    /// The permanent wire name.
    pub fn event_type(&self) -> &'static str {
        match self {
            Self::Consultation(event) => event.event_type(),
            Self::Client(event) => event.event_type(),
            Self::Manager(event) => event.event_type(),
            Self::Workspace(event) => event.event_type(),
            Self::CatalogEntry(event) => event.event_type(),
        }
    }

    /// The kind of stream that holds it.
    pub const fn stream_type(&self) -> StreamType {
        match self {
            Self::Consultation(_) => ConsultationEvent::STREAM_TYPE,
            Self::Client(_) => ClientEvent::STREAM_TYPE,
            Self::Manager(_) => ManagerEvent::STREAM_TYPE,
            Self::Workspace(_) => WorkspaceEvent::STREAM_TYPE,
            Self::CatalogEntry(_) => CatalogEvent::STREAM_TYPE,
        }
    }

    /// Reads a payload in the newest shape. An error names an unknown event type or the field that does not fit.
    pub fn decode(stream_type: StreamType, event_type: &str, data: Value) -> Result<Self, serde_json::Error> {
        Self::read(stream_type, Value::from_iter([("type", Value::from(event_type)), ("data", data)]))
    }

    /// Reads the text of a payload in the newest shape, as [`Event::decode`] does but straight into its struct, without
    /// building a [`Value`] first.
    pub fn decode_str(
        stream_type: StreamType,
        event_type: &str,
        raw_json: &str,
    ) -> Result<Self, serde_json::Error> {
        let tagged = Tagged { event_type, data: raw_json, next: Part::Type };
        Self::read(stream_type, MapAccessDeserializer::new(tagged))
    }

    fn read<'de, D: Deserializer<'de>>(stream_type: StreamType, tagged: D) -> Result<Self, D::Error> {
        match stream_type {
            StreamType::Consultation => ConsultationEvent::deserialize(tagged).map(Self::from),
            StreamType::Client => ClientEvent::deserialize(tagged).map(Self::from),
            StreamType::Manager => ManagerEvent::deserialize(tagged).map(Self::from),
            StreamType::Workspace => WorkspaceEvent::deserialize(tagged).map(Self::from),
            StreamType::CatalogEntry => CatalogEvent::deserialize(tagged).map(Self::from),
        }
    }

    /// The payload alone, in the newest shape, personal values in clear under their mark.
    pub fn encode_data(&self) -> Value {
        let tagged = match self {
            Self::Consultation(event) => serde_json::to_value(event),
            Self::Client(event) => serde_json::to_value(event),
            Self::Manager(event) => serde_json::to_value(event),
            Self::Workspace(event) => serde_json::to_value(event),
            Self::CatalogEntry(event) => serde_json::to_value(event),
        };
        match tagged {
            Ok(Value::Object(mut tagged)) => tagged.remove("data").unwrap_or_default(),
            // Events hold integers, texts, lists and maps with text keys: JSON has a form for all of them. Were
            // an event ever added that has none, to stop is right: a hole in the log is not.
            other => unreachable!("an event without a JSON form: {other:?}"),
        }
    }
}

/// `{"type": event_type, "data": data}`, read without being written down first: that would copy every payload once
/// more. The type comes first, so that the payload is read when it is known what it is.
struct Tagged<'a> {
    event_type: &'a str,
    /// JSON.
    data: &'a str,
    next: Part,
}

/// What of a [`Tagged`] is read next.
enum Part {
    Type,
    Data,
    End,
}

impl<'de> MapAccess<'de> for Tagged<'de> {
    type Error = serde_json::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Self::Error> {
        let key = match self.next {
            Part::Type => "type",
            Part::Data => "data",
            Part::End => return Ok(None),
        };
        seed.deserialize(BorrowedStrDeserializer::new(key)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Self::Error> {
        if matches!(self.next, Part::Type) {
            self.next = Part::Data;
            return seed.deserialize(BorrowedStrDeserializer::new(self.event_type));
        }
        self.next = Part::End;
        let mut json = serde_json::Deserializer::from_str(self.data);
        let data = seed.deserialize(&mut json)?;
        json.end()?;
        Ok(data)
    }
}

/// Every event type with its stream type and newest schema version.
pub fn schemas() -> impl Iterator<Item = (StreamType, &'static str, u16)> {
    fn of<E: DomainEvent>() -> impl Iterator<Item = (StreamType, &'static str, u16)> {
        E::SCHEMAS.iter().map(|&(event_type, version)| (E::STREAM_TYPE, event_type, version))
    }
    of::<ConsultationEvent>()
        .chain(of::<ClientEvent>())
        .chain(of::<ManagerEvent>())
        .chain(of::<WorkspaceEvent>())
        .chain(of::<CatalogEvent>())
}

/// The newest schema version of the event type: the one that new events are written with. `None` if there is no
/// such type.
pub fn schema_version(event_type: &str) -> Option<u16> {
    schemas().find(|&(_, name, _)| name == event_type).map(|(_, _, version)| version)
}

/// Where a fact came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The entrance: `graphql`, `import:helpdesk`, `demo`, …
    pub system: String,
    /// The place there, such as `row 17`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// What the source itself calls it, on the first of the events that one of its rows became. Absent where there
    /// is no row, and on events that were imported before this was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<SourceStep>,
}

impl Source {
    /// An entrance without places.
    pub fn system(system: impl Into<String>) -> Self {
        Self { system: system.into(), reference: None, step: None }
    }
}

/// A row of another system's log as that system tells it, so that whoever looks at the process finds what the source
/// had, whatever the rules here made of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceStep {
    /// What happened, in the source's words.
    pub activity: String,
    /// Who did it, if the source says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<ManagerId>,
    /// The team there, if the source says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// The time of the row, where it is not that of the event: an opening is told at its own time, what follows a
    /// call at its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub occurred_at: Option<DateTime<Utc>>,
}

/// Who, why and from where. Holds ids only, never a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metadata {
    /// Who acted.
    pub actor: Actor,
    /// The request or conversation that all of this belongs to.
    pub correlation_id: Uuid,
    /// The command or event that caused this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub causation_id: Option<Uuid>,
    /// Where the fact came from.
    pub source: Source,
    /// The person whom the stream was about when this happened: whose key seals the personal fields. While
    /// nobody is known it is the stream itself.
    pub person_id: PersonId,
}

/// An event in the log, decoded, upcast and unsealed.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded<E = Event> {
    /// Its number in the log.
    pub position: Position,
    /// The workspace it belongs to.
    pub workspace_id: WorkspaceId,
    /// Its number in the workspace's chain, from 1.
    pub workspace_sequence: i64,
    /// Its identity.
    pub event_id: EventId,
    /// The stream it belongs to.
    pub stream: StreamId,
    /// Its number in the stream, from 1.
    pub version: StreamVersion,
    /// What happened.
    pub event: E,
    /// Who, why, from where.
    pub metadata: Metadata,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
    /// When it was recorded; never runs back along the log.
    pub recorded_at: DateTime<Utc>,
    /// SHA-256 over the workspace's previous hash and this event's canonical bytes.
    pub hash: [u8; 32],
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTE: &str = r#"{"note_id":"00000000-0000-0000-0000-000000000001","author":{"kind":"SYSTEM"},"text":{"$personal":"x"}}"#;

    fn read(event_type: &str, data: &str) -> Result<Event, String> {
        Event::decode_str(StreamType::Consultation, event_type, data).map_err(|error| error.to_string())
    }

    #[test]
    fn a_payload_is_read_whole_and_as_what_its_type_says() {
        let note = read("NoteAdded", NOTE);
        let value = serde_json::from_str(NOTE).unwrap();
        assert_eq!(note.unwrap(), Event::decode(StreamType::Consultation, "NoteAdded", value).unwrap());
        for (event_type, data, why) in [
            ("NoteEaten", NOTE, "unknown variant `NoteEaten`"),
            (r#"a","data":{}}"#, NOTE, "unknown variant"),
            ("NoteAdded", &format!("{NOTE} {{}}"), "trailing characters"),
            ("NoteAdded", &NOTE[1..], "expected"),
            ("NoteAdded", "{}", "missing field"),
            ("NoteAdded", "", "EOF"),
        ] {
            let refused = read(event_type, data).unwrap_err();
            assert!(refused.contains(why), "{event_type} {data}: {refused}");
        }
    }
}
