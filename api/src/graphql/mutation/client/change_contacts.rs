//! `changeClientContacts`: replaces the ways to reach a client.

use async_graphql::InputObject;
use ledgerdesk_domain::client::{ChangeContacts, Client, ClientCommand};

use crate::graphql::{
    mutation::{
        input::{self, ContactInput},
        reader::Reader,
        verb::{Aim, OnClient, Verb},
    },
    user_error::UserError,
};

/// All of them.
#[derive(Debug, InputObject)]
pub(crate) struct ChangeClientContactsInput {
    #[graphql(flatten)]
    on: OnClient,
    /// All of them.
    contacts: Vec<ContactInput>,
}

impl Verb for ChangeClientContactsInput {
    type Of = Client;

    fn aim(&self) -> Aim<'_> {
        self.on.aim()
    }

    fn command(self, _: &mut Reader<'_>) -> Result<ClientCommand, UserError> {
        Ok(ClientCommand::ChangeContacts(ChangeContacts { contacts: input::all(Some(self.contacts)) }))
    }
}
