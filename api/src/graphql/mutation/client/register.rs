//! `registerClient`: registers a client.

use async_graphql::InputObject;
use ledgerdesk_domain::client::{Client, ClientCommand, RegisterClient};

use crate::graphql::{
    model::enums,
    mutation::{
        input::{self, ContactInput, ExternalReferenceInput},
        reader::Reader,
        verb::{Aim, Options, Verb},
    },
    user_error::UserError,
};

/// A new client.
#[derive(Debug, InputObject)]
pub(crate) struct RegisterClientInput {
    #[graphql(flatten)]
    options: Options,
    /// Person or organisation.
    kind: enums::ClientKind,
    /// The name.
    name: String,
    /// The company, for a person who asks on its behalf.
    company: Option<String>,
    /// Ways to reach the client.
    contacts: Option<Vec<ContactInput>>,
    /// ISO 639-1.
    language: Option<String>,
    /// The same client in other systems.
    references: Option<Vec<ExternalReferenceInput>>,
}

impl Verb for RegisterClientInput {
    type Of = Client;

    fn aim(&self) -> Aim<'_> {
        self.options.new_one()
    }

    fn command(self, _: &mut Reader<'_>) -> Result<ClientCommand, UserError> {
        Ok(ClientCommand::RegisterClient(RegisterClient {
            kind: self.kind.into(),
            name: self.name,
            company: self.company,
            contacts: input::all(self.contacts),
            language: self.language,
            references: input::all(self.references),
        }))
    }
}
