//! `changeConsultationDetails`: changes topic, description, client, language or catalog references.

use async_graphql::{ID, InputObject};
use ledgerdesk_domain::consultation::{ChangeDetails, Consultation, ConsultationCommand};

use crate::graphql::{
    mutation::{
        input::{self, CatalogReferenceInput},
        reader::Reader,
        verb::{Aim, OnConsultation, Verb},
    },
    user_error::UserError,
};

/// What changes; a field that is left out stays as it is.
#[derive(Debug, InputObject)]
pub(crate) struct ChangeConsultationDetailsInput {
    #[graphql(flatten)]
    on: OnConsultation,
    /// The new topic.
    topic: Option<String>,
    /// The new description.
    description: Option<String>,
    /// The client, now known.
    client_id: Option<ID>,
    /// The client's language, ISO 639-1.
    language: Option<String>,
    /// All catalog references, as they shall be.
    catalog: Option<Vec<CatalogReferenceInput>>,
}

impl Verb for ChangeConsultationDetailsInput {
    type Of = Consultation;

    fn aim(&self) -> Aim<'_> {
        self.on.aim()
    }

    fn command(self, reader: &mut Reader<'_>) -> Result<ConsultationCommand, UserError> {
        Ok(ConsultationCommand::ChangeDetails(ChangeDetails {
            topic: self.topic,
            description: self.description,
            client_id: reader.optional("clientId", self.client_id.as_ref())?,
            language: self.language,
            catalog: self.catalog.map(|catalog| input::all(Some(catalog))),
        }))
    }
}
