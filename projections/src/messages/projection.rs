//! Events → rows of `messages`.

use chrono::{DateTime, Utc};
use ledgerdesk_domain::{
    consultation::{Attachment, Channel, ConsultationEvent, MessageReceived, MessageSent},
    context::ActorKind,
    event::{Event, Recorded},
    id::{ConsultationId, HandoverId, MessageId, PersonId, WorkspaceId},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    party,
    personal::known,
    runtime::{Definition, Projection},
};

/// One row per message.
pub struct Messages;

static DEFINITION: Definition = Definition {
    name: "messages",
    version: 1,
    table_sql: include_str!("table.sql"),
    columns: &[
        "id",
        "workspace_id",
        "person_id",
        "consultation_id",
        "direction",
        "channel",
        "author_kind",
        "author_id",
        "body",
        "attachments",
        "attachment_names",
        "in_reply_to",
        "handover_id",
        "is_first_response",
        "sent_at",
        "last_position",
    ],
    key_column: "id",
    personal: &["body", "attachment_names"],
    insert_only: false,
};

/// Which way a message went. The stored text is permanent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Direction {
    /// The client wrote.
    Inbound,
    /// We wrote.
    Outbound,
}

/// A file, without its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttachmentRow {
    /// Its media type.
    pub content_type: String,
    /// Its size in bytes.
    pub size: i64,
    /// Where it lies.
    pub url: String,
}

/// A message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Which message.
    pub id: MessageId,
    /// Whose.
    pub workspace_id: WorkspaceId,
    /// Whose erasure empties the text.
    pub person_id: PersonId,
    /// Of which conversation.
    pub consultation_id: ConsultationId,
    /// Which way it went.
    pub direction: Direction,
    /// Where.
    pub channel: Channel,
    /// What kind of party wrote it.
    pub author_kind: ActorKind,
    /// Which one.
    pub author_id: Option<Uuid>,
    /// The text, unless erased.
    pub body: Option<String>,
    /// The files.
    pub attachments: Vec<AttachmentRow>,
    /// Their names, in the same order; none without files and none once erased.
    pub attachment_names: Option<Vec<String>>,
    /// The message it answers.
    pub in_reply_to: Option<MessageId>,
    /// The handover that it serves.
    pub handover_id: Option<HandoverId>,
    /// Whether it was the first message of a person to the client.
    pub is_first_response: bool,
    /// When it was sent.
    pub sent_at: DateTime<Utc>,
    /// Its number in the log.
    pub last_position: i64,
}

impl Projection for Messages {
    type Row = Row;

    fn definition(&self) -> &'static Definition {
        &DEFINITION
    }

    fn keys(&self, recorded: &Recorded, keys: &mut Vec<Uuid>) {
        match &recorded.event {
            Event::Consultation(ConsultationEvent::MessageReceived(received)) => {
                keys.push(received.message_id.uuid());
            }
            Event::Consultation(ConsultationEvent::MessageSent(sent)) => keys.push(sent.message_id.uuid()),
            _ => {}
        }
    }

    fn apply(&self, row: Option<Row>, _key: Uuid, recorded: &Recorded) -> Option<Row> {
        match &recorded.event {
            Event::Consultation(ConsultationEvent::MessageReceived(message)) => {
                Some(received(message, recorded))
            }
            Event::Consultation(ConsultationEvent::MessageSent(message)) => Some(sent(message, recorded)),
            _ => row,
        }
    }
}

fn received(message: &MessageReceived, recorded: &Recorded) -> Row {
    // The person is the client, or the consultation itself while nobody knows who writes.
    let person = recorded.metadata.person_id.uuid();
    let (attachments, attachment_names) = files(&message.attachments);
    Row {
        id: message.message_id,
        workspace_id: recorded.workspace_id,
        person_id: recorded.metadata.person_id,
        consultation_id: ConsultationId(recorded.stream.id),
        direction: Direction::Inbound,
        channel: message.channel,
        author_kind: ActorKind::Client,
        author_id: (person != recorded.stream.id).then_some(person),
        body: known(&message.text),
        attachments,
        attachment_names,
        in_reply_to: message.in_reply_to,
        handover_id: None,
        is_first_response: false,
        sent_at: recorded.occurred_at,
        last_position: recorded.position.0,
    }
}

fn sent(message: &MessageSent, recorded: &Recorded) -> Row {
    let (author_kind, author_id) = party::columns(message.author);
    let (attachments, attachment_names) = files(&message.attachments);
    Row {
        id: message.message_id,
        workspace_id: recorded.workspace_id,
        person_id: recorded.metadata.person_id,
        consultation_id: ConsultationId(recorded.stream.id),
        direction: Direction::Outbound,
        channel: message.channel,
        author_kind,
        author_id,
        body: known(&message.text),
        attachments,
        attachment_names,
        in_reply_to: message.in_reply_to,
        handover_id: message.handover_id,
        is_first_response: message.is_first_response,
        sent_at: recorded.occurred_at,
        last_position: recorded.position.0,
    }
}

/// What stays of the files, and what belongs to the person.
fn files(attachments: &[Attachment]) -> (Vec<AttachmentRow>, Option<Vec<String>>) {
    let kept = attachments
        .iter()
        .map(|file| AttachmentRow {
            content_type: file.content_type.clone(),
            size: file.size,
            url: file.url.clone(),
        })
        .collect();
    // One key seals all names of an event: all are known, or none is.
    let names: Vec<_> = attachments.iter().filter_map(|file| known(&file.name)).collect();
    (kept, (!names.is_empty()).then_some(names))
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
