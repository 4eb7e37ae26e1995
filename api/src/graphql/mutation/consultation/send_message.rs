//! `sendMessage`: records a message to the client.

use async_graphql::{ID, InputObject};
use ledgerdesk_domain::consultation::{Consultation, ConsultationCommand, SendMessage};

use crate::graphql::{
    model::enums,
    mutation::{
        input::{self, AttachmentInput, PartyInput},
        reader::Reader,
        verb::{Aim, OnConsultation, Verb},
    },
    user_error::UserError,
};

/// The message.
#[derive(Debug, InputObject)]
pub(crate) struct SendMessageInput {
    #[graphql(flatten)]
    on: OnConsultation,
    /// Where it goes out.
    channel: enums::Channel,
    /// Who writes: a manager, a bot or the system; the caller if not said.
    author: Option<PartyInput>,
    /// The text, at most 50,000 characters.
    text: String,
    /// Files.
    attachments: Option<Vec<AttachmentInput>>,
    /// The message that it answers.
    in_reply_to: Option<ID>,
}

impl Verb for SendMessageInput {
    type Of = Consultation;

    fn aim(&self) -> Aim<'_> {
        self.on.aim()
    }

    fn command(self, reader: &mut Reader<'_>) -> Result<ConsultationCommand, UserError> {
        Ok(ConsultationCommand::SendMessage(SendMessage {
            message_id: reader.new_id(),
            channel: self.channel.into(),
            author: input::party(reader, "author", self.author.as_ref())?,
            text: self.text,
            attachments: input::all(self.attachments),
            in_reply_to: reader.optional("inReplyTo", self.in_reply_to.as_ref())?,
        }))
    }
}
