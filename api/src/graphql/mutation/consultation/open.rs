//! `openConsultation`: opens a consultation.

use async_graphql::{ID, InputObject};
use ledgerdesk_domain::consultation::{Consultation, ConsultationCommand, OpenConsultation, Priority};

use crate::graphql::{
    model::enums,
    mutation::{
        input::{self, AttributeInput, CatalogReferenceInput},
        reader::Reader,
        verb::{Aim, Options, Verb},
    },
    user_error::UserError,
};

/// A new consultation.
#[derive(Debug, InputObject)]
pub(crate) struct OpenConsultationInput {
    #[graphql(flatten)]
    options: Options,
    /// Who asks, if known.
    client_id: Option<ID>,
    /// What it is about, in a line of at most 500 characters.
    topic: String,
    /// What was asked, at length: at most 50,000 characters.
    description: Option<String>,
    /// Where it came in.
    channel: enums::Channel,
    /// How urgent; `NORMAL` if not said.
    priority: Option<enums::Priority>,
    /// The client's language, ISO 639-1.
    language: Option<String>,
    /// The team it is queued for.
    team: Option<String>,
    /// Tags; repeats are dropped.
    tags: Option<Vec<String>>,
    /// What the catalogs say it is about.
    catalog: Option<Vec<CatalogReferenceInput>>,
    /// Custom attributes.
    attributes: Option<Vec<AttributeInput>>,
}

impl Verb for OpenConsultationInput {
    type Of = Consultation;

    fn aim(&self) -> Aim<'_> {
        self.options.new_one()
    }

    fn command(self, reader: &mut Reader<'_>) -> Result<ConsultationCommand, UserError> {
        Ok(ConsultationCommand::OpenConsultation(OpenConsultation {
            client_id: reader.optional("clientId", self.client_id.as_ref())?,
            topic: self.topic,
            description: self.description,
            channel: self.channel.into(),
            priority: self.priority.map(Priority::from).unwrap_or_default(),
            language: self.language,
            team: self.team,
            tags: self.tags.unwrap_or_default(),
            catalog: input::all(self.catalog),
            attributes: input::attributes(self.attributes),
        }))
    }
}
