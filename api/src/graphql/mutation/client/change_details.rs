//! `changeClientDetails`: changes name, company or language.

use async_graphql::InputObject;
use ledgerdesk_domain::client::{ChangeClientDetails, Client, ClientCommand};

use crate::graphql::{
    mutation::{
        reader::Reader,
        verb::{Aim, OnClient, Verb},
    },
    user_error::UserError,
};

/// What changes; a field that is left out stays as it is.
#[derive(Debug, InputObject)]
pub(crate) struct ChangeClientDetailsInput {
    #[graphql(flatten)]
    on: OnClient,
    /// The new name.
    name: Option<String>,
    /// The new company; an empty text takes it away.
    company: Option<String>,
    /// ISO 639-1.
    language: Option<String>,
}

impl Verb for ChangeClientDetailsInput {
    type Of = Client;

    fn aim(&self) -> Aim<'_> {
        self.on.aim()
    }

    fn command(self, _: &mut Reader<'_>) -> Result<ClientCommand, UserError> {
        Ok(ClientCommand::ChangeClientDetails(ChangeClientDetails {
            name: self.name,
            company: self.company,
            language: self.language,
        }))
    }
}
