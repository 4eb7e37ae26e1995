//! `addNote`: adds an internal note, unseen by the client.

use async_graphql::InputObject;
use ledgerdesk_domain::consultation::{AddNote, Consultation, ConsultationCommand};

use crate::graphql::{
    mutation::{
        input::{self, PartyInput},
        reader::Reader,
        verb::{Aim, OnConsultation, Verb},
    },
    user_error::UserError,
};

/// The note.
#[derive(Debug, InputObject)]
pub(crate) struct AddNoteInput {
    #[graphql(flatten)]
    on: OnConsultation,
    /// Who notes; the caller if not said.
    author: Option<PartyInput>,
    /// The text, at most 50,000 characters.
    text: String,
}

impl Verb for AddNoteInput {
    type Of = Consultation;

    fn aim(&self) -> Aim<'_> {
        self.on.aim()
    }

    fn command(self, reader: &mut Reader<'_>) -> Result<ConsultationCommand, UserError> {
        Ok(ConsultationCommand::AddNote(AddNote {
            note_id: reader.new_id(),
            author: input::party(reader, "author", self.author.as_ref())?,
            text: self.text,
        }))
    }
}
