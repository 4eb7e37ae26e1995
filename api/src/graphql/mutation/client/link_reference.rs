//! `linkClientReference`: links the same client in another system.

use async_graphql::InputObject;
use ledgerdesk_domain::client::{Client, ClientCommand, LinkClientReference};

use crate::graphql::{
    mutation::{
        input::ExternalReferenceInput,
        reader::Reader,
        verb::{Aim, OnClient, Verb},
    },
    user_error::UserError,
};

/// Where.
#[derive(Debug, InputObject)]
pub(crate) struct LinkClientReferenceInput {
    #[graphql(flatten)]
    on: OnClient,
    /// Where.
    reference: ExternalReferenceInput,
}

impl Verb for LinkClientReferenceInput {
    type Of = Client;

    fn aim(&self) -> Aim<'_> {
        self.on.aim()
    }

    fn command(self, _: &mut Reader<'_>) -> Result<ClientCommand, UserError> {
        Ok(ClientCommand::LinkClientReference(LinkClientReference { reference: self.reference.into() }))
    }
}
