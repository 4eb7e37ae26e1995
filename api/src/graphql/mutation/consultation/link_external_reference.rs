//! `linkExternalReference`: links the same thing in another system.

use async_graphql::InputObject;
use ledgerdesk_domain::consultation::{Consultation, ConsultationCommand, LinkExternalReference};

use crate::graphql::{
    mutation::{
        input::ExternalReferenceInput,
        reader::Reader,
        verb::{Aim, OnConsultation, Verb},
    },
    user_error::UserError,
};

/// Where.
#[derive(Debug, InputObject)]
pub(crate) struct LinkExternalReferenceInput {
    #[graphql(flatten)]
    on: OnConsultation,
    /// Where.
    reference: ExternalReferenceInput,
}

impl Verb for LinkExternalReferenceInput {
    type Of = Consultation;

    fn aim(&self) -> Aim<'_> {
        self.on.aim()
    }

    fn command(self, _: &mut Reader<'_>) -> Result<ConsultationCommand, UserError> {
        Ok(ConsultationCommand::LinkExternalReference(LinkExternalReference {
            reference: self.reference.into(),
        }))
    }
}
