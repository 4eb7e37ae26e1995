//! `receiveMessage`: records a message of the client. It takes a waiting consultation back to work and a resolved one up again.

use async_graphql::{ID, InputObject};
use ledgerdesk_domain::consultation::{Consultation, ConsultationCommand, ReceiveMessage};

use crate::graphql::{
    model::enums,
    mutation::{
        input::{self, AttachmentInput},
        reader::Reader,
        verb::{Aim, OnConsultation, Verb},
    },
    user_error::UserError,
};

/// The message.
#[derive(Debug, InputObject)]
pub(crate) struct ReceiveMessageInput {
    #[graphql(flatten)]
    on: OnConsultation,
    /// Where it came in.
    channel: enums::Channel,
    /// The text, at most 50,000 characters.
    text: String,
    /// Files.
    attachments: Option<Vec<AttachmentInput>>,
    /// The message that it answers.
    in_reply_to: Option<ID>,
}

impl Verb for ReceiveMessageInput {
    type Of = Consultation;

    fn aim(&self) -> Aim<'_> {
        self.on.aim()
    }

    fn command(self, reader: &mut Reader<'_>) -> Result<ConsultationCommand, UserError> {
        Ok(ConsultationCommand::ReceiveMessage(ReceiveMessage {
            message_id: reader.new_id(),
            channel: self.channel.into(),
            text: self.text,
            attachments: input::all(self.attachments),
            in_reply_to: reader.optional("inReplyTo", self.in_reply_to.as_ref())?,
        }))
    }
}
