//! Messages between the client and us.

use serde::{Deserialize, Serialize};

use super::{
    Attachment, Channel, ConsultationEvent, ConsultationRejection, ConsultationState, Party, Resumed, Status,
    decide::Decision, lifecycle,
};
use crate::{
    id::{HandoverId, MessageId},
    personal::Personal,
    text::{self, InvalidInput, LONG_TEXT, SHORT_TEXT, URL_TEXT},
};

/// Most files of a message.
const MAX_ATTACHMENTS: usize = 50;

/// Records a message of the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiveMessage {
    /// Which message; a repeat changes nothing.
    pub message_id: MessageId,
    /// Where.
    pub channel: Channel,
    /// The text.
    pub text: String,
    /// Files.
    pub attachments: Vec<Attachment>,
    /// The message it answers.
    pub in_reply_to: Option<MessageId>,
}

/// Records a message to the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendMessage {
    /// Which message; a repeat changes nothing.
    pub message_id: MessageId,
    /// Where.
    pub channel: Channel,
    /// Who writes: a manager, a bot or the system.
    pub author: Party,
    /// The text.
    pub text: String,
    /// Files.
    pub attachments: Vec<Attachment>,
    /// The message it answers.
    pub in_reply_to: Option<MessageId>,
}

/// The client wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageReceived {
    /// Which message.
    pub message_id: MessageId,
    /// Where.
    pub channel: Channel,
    /// The text.
    pub text: Personal<String>,
    /// Files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// The message it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_reply_to: Option<MessageId>,
}

/// We wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageSent {
    /// Which message.
    pub message_id: MessageId,
    /// Where.
    pub channel: Channel,
    /// Who wrote: a manager, a bot or the system.
    pub author: Party,
    /// The text.
    pub text: Personal<String>,
    /// Files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// The message it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_reply_to: Option<MessageId>,
    /// The accepted handover that it serves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handover_id: Option<HandoverId>,
    /// The first message of a person (no bot) to the client.
    pub is_first_response: bool,
    /// The first message of a person within `handover_id`.
    pub is_handover_first_response: bool,
}

pub(super) fn receive(state: &ConsultationState, command: ReceiveMessage) -> Decision {
    state.opened()?;
    if state.messages.contains(&command.message_id) {
        return Ok(vec![]);
    }
    let status = state.workable()?;
    check_content(&command.text, &command.attachments)?;
    let mut events = vec![ConsultationEvent::MessageReceived(MessageReceived {
        message_id: command.message_id,
        channel: command.channel,
        text: command.text.into(),
        attachments: command.attachments,
        in_reply_to: command.in_reply_to,
    })];
    // The answer that we waited for, or a client who is not content with ours, brings the work back.
    match status {
        Status::WaitingForClient => events.push(ConsultationEvent::Resumed(Resumed { from: status })),
        Status::Resolved => events.push(lifecycle::reopened(state, status, None, None)),
        _ => {}
    }
    Ok(events)
}

pub(super) fn send(state: &ConsultationState, command: SendMessage) -> Decision {
    state.opened()?;
    if state.messages.contains(&command.message_id) {
        return Ok(vec![]);
    }
    state.workable()?;
    check_content(&command.text, &command.attachments)?;
    if let Party::Client(_) = command.author {
        return Err(ConsultationRejection::ClientCannotSend);
    }
    let by_person = command.author.is_manager();
    let accepted = state.handovers.accepted();
    Ok(vec![ConsultationEvent::MessageSent(MessageSent {
        message_id: command.message_id,
        channel: command.channel,
        author: command.author,
        text: command.text.into(),
        attachments: command.attachments,
        in_reply_to: command.in_reply_to,
        handover_id: accepted.map(|accepted| accepted.handover_id),
        is_first_response: by_person && !state.responded,
        is_handover_first_response: by_person && accepted.is_some_and(|accepted| !accepted.responded),
    })])
}

/// Accepts a message that says something, in words or in files, within its limits.
fn check_content(text: &str, attachments: &[Attachment]) -> Result<(), InvalidInput> {
    if attachments.is_empty() {
        text::check_required("text", text, LONG_TEXT)?;
    } else {
        text::check_optional("text", text, LONG_TEXT)?;
    }
    text::check_count("attachments", attachments.len(), MAX_ATTACHMENTS)?;
    for attachment in attachments {
        // A name that was erased elsewhere cannot be sent; it reads as no name.
        text::check_required("attachments", attachment.name.known().map_or("", String::as_str), SHORT_TEXT)?;
        text::check_required("attachments", &attachment.content_type, SHORT_TEXT)?;
        text::check_required("attachments", &attachment.url, URL_TEXT)?;
        if attachment.size < 0 {
            return Err(InvalidInput::out_of_range("attachments", "files of 0 bytes or more"));
        }
    }
    Ok(())
}
