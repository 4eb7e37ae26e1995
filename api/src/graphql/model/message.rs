//! A message as the API shows it.

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, Enum, ID, SimpleObject};
use chrono::{DateTime, Utc};
use ledgerdesk_projections::{as_of::Snapshot, messages::Row};

use super::{
    actor::Actor, consultation::Consultation, enums::Channel, handover::Handover, id, optional_id,
    position::Position,
};
use crate::graphql::{error::Fault, global_id::NodeKind};

/// Which way a message went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "ledgerdesk_projections::messages::Direction")]
pub enum MessageDirection {
    /// The client wrote.
    Inbound,
    /// We wrote.
    Outbound,
}

/// A message from or to the client.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct Message {
    #[graphql(skip)]
    row: Arc<Row>,
    /// The consultation as it was, if this is shown as it was.
    #[graphql(skip)]
    then: Option<Arc<Snapshot>>,
    /// Its id.
    pub(super) id: ID,
    /// Which way it went.
    direction: MessageDirection,
    /// Where.
    channel: Channel,
    /// Who wrote it.
    author: Actor,
    /// The text; null once the client was erased.
    text: Option<String>,
    /// Files.
    attachments: Vec<Attachment>,
    /// The message it answers.
    in_reply_to_id: Option<ID>,
    /// Whether it was the first message of a person to the client.
    is_first_response: bool,
    /// When it was sent.
    sent_at: DateTime<Utc>,
    /// The position of its event.
    position: Position,
}

/// A file sent with a message.
#[derive(SimpleObject)]
pub struct Attachment {
    /// The file's name as sent; null once the client was erased.
    name: Option<String>,
    /// Its media type.
    content_type: String,
    /// Its size in bytes.
    size: i64,
    /// Where it lies.
    url: String,
}

fn attachments(row: &Row) -> Vec<Attachment> {
    let mut names = row.attachment_names.iter().flatten();
    let attachment = |file: &ledgerdesk_projections::messages::AttachmentRow| Attachment {
        name: names.next().cloned(),
        content_type: file.content_type.clone(),
        size: file.size,
        url: file.url.clone(),
    };
    row.attachments.iter().map(attachment).collect()
}

impl From<Arc<Row>> for Message {
    fn from(row: Arc<Row>) -> Self {
        Self {
            id: id(NodeKind::Message, row.id),
            direction: row.direction.into(),
            channel: row.channel.into(),
            author: Actor::new(row.author_kind, row.author_id),
            text: row.body.clone(),
            attachments: attachments(&row),
            in_reply_to_id: optional_id(NodeKind::Message, row.in_reply_to),
            is_first_response: row.is_first_response,
            sent_at: row.sent_at,
            position: row.last_position.into(),
            then: None,
            row,
        }
    }
}

impl Message {
    /// As it was, together with its consultation.
    pub(super) fn at(row: Arc<Row>, then: &Arc<Snapshot>) -> Self {
        Self { then: Some(Arc::clone(then)), ..Self::from(row) }
    }
}

#[ComplexObject]
impl Message {
    /// The consultation.
    async fn consultation(&self, ctx: &Context<'_>) -> Result<Option<Consultation>, Fault> {
        Consultation::of_part(ctx, self.row.consultation_id, self.then.as_ref()).await
    }

    /// The handover that it serves.
    async fn handover(&self, ctx: &Context<'_>) -> Result<Option<Handover>, Fault> {
        let Some(handover) = self.row.handover_id else { return Ok(None) };
        Handover::load(ctx, handover.uuid(), self.then.as_ref()).await
    }
}
