//! Events → rows of `search`.

use chrono::{DateTime, Utc};
use ledgerdesk_domain::{
    consultation::ConsultationEvent,
    event::{Event, Recorded},
    id::{ConsultationId, PersonId, WorkspaceId},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    personal::{change_person, known, known_if_any},
    runtime::{Definition, Projection},
};

/// One row per text that can be found.
pub struct Search;

static DEFINITION: Definition = Definition {
    name: "search",
    version: 1,
    table_sql: include_str!("table.sql"),
    columns: &[
        "id",
        "workspace_id",
        "person_id",
        "consultation_id",
        "source",
        "topic",
        "body",
        "written_at",
        "last_position",
    ],
    key_column: "id",
    personal: &["topic", "body"],
    insert_only: false,
};

/// What a text is. The stored text is permanent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TextSource {
    /// A consultation's topic and description.
    Consultation,
    /// A message.
    Message,
}

/// A text that can be found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The consultation's or the message's id.
    pub id: Uuid,
    /// Whose.
    pub workspace_id: WorkspaceId,
    /// Whose erasure empties the texts.
    pub person_id: PersonId,
    /// Where it belongs.
    pub consultation_id: ConsultationId,
    /// What it is.
    pub source: TextSource,
    /// The topic, unless erased.
    pub topic: Option<String>,
    /// The description or the message, unless erased.
    pub body: Option<String>,
    /// When it was written.
    pub written_at: DateTime<Utc>,
    /// The position of the last event in the row.
    pub last_position: i64,
}

impl Projection for Search {
    type Row = Row;

    fn definition(&self) -> &'static Definition {
        &DEFINITION
    }

    fn keys(&self, recorded: &Recorded, keys: &mut Vec<Uuid>) {
        match &recorded.event {
            Event::Consultation(
                ConsultationEvent::ConsultationOpened(_) | ConsultationEvent::DetailsChanged(_),
            ) => keys.push(recorded.stream.id),
            Event::Consultation(ConsultationEvent::MessageReceived(received)) => {
                keys.push(received.message_id.uuid());
            }
            Event::Consultation(ConsultationEvent::MessageSent(sent)) => keys.push(sent.message_id.uuid()),
            _ => {}
        }
    }

    fn apply(&self, row: Option<Row>, key: Uuid, recorded: &Recorded) -> Option<Row> {
        let Event::Consultation(event) = &recorded.event else { return row };
        match event {
            ConsultationEvent::ConsultationOpened(opened) => {
                let description = known_if_any(opened.description.as_ref());
                Some(Row {
                    topic: known(&opened.topic),
                    ..written(key, TextSource::Consultation, description, recorded)
                })
            }
            ConsultationEvent::DetailsChanged(changed) => {
                let mut row = row?;
                if change_person(&mut row.person_id, recorded.stream.id, recorded) {
                    row.topic = None;
                    row.body = None;
                }
                if changed.topic.is_some() {
                    row.topic = known_if_any(changed.topic.as_ref());
                }
                if changed.description.is_some() {
                    row.body = known_if_any(changed.description.as_ref());
                }
                row.last_position = recorded.position.0;
                Some(row)
            }
            ConsultationEvent::MessageReceived(received) => {
                Some(written(key, TextSource::Message, known(&received.text), recorded))
            }
            ConsultationEvent::MessageSent(sent) => {
                Some(written(key, TextSource::Message, known(&sent.text), recorded))
            }
            _ => row,
        }
    }
}

fn written(id: Uuid, source: TextSource, body: Option<String>, recorded: &Recorded) -> Row {
    Row {
        id,
        workspace_id: recorded.workspace_id,
        person_id: recorded.metadata.person_id,
        consultation_id: ConsultationId(recorded.stream.id),
        source,
        topic: None,
        body,
        written_at: recorded.occurred_at,
        last_position: recorded.position.0,
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
