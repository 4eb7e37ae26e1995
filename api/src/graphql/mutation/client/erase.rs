//! `eraseClient`: erases a client.

use async_graphql::{Context, InputObject};
use ledgerdesk_domain::{
    client::{Client, ClientCommand, ErasePerson},
    id::PersonId,
};
use sqlx::PgPool;

use crate::graphql::{
    caller::Caller,
    global_id::{self, NodeKind},
    mutation::{
        failure::internal,
        reader::Reader,
        rights::Right,
        verb::{Aim, OnClient, Verb},
    },
    user_error::UserError,
};

/// Which client.
#[derive(Debug, InputObject)]
pub(crate) struct EraseClientInput {
    #[graphql(flatten)]
    on: OnClient,
    /// The client's consultations: until the client was known they had keys of their own.
    #[graphql(skip_input)]
    consultations: Vec<PersonId>,
}

impl EraseClientInput {
    /// Adds what the read side knows of the client's consultations.
    pub(super) async fn gathered(mut self, ctx: &Context<'_>) -> async_graphql::Result<Self> {
        let caller = ctx.data::<Caller>()?;
        let Ok(client) = global_id::decode_kind(self.on.client_id(), NodeKind::Client) else {
            return Ok(self);
        };
        let ids = sqlx::query_scalar(
            "select id from read.consultation_list where workspace_id = $1 and client_id = $2",
        )
        .bind(caller.workspace_id.uuid())
        .bind(client)
        .fetch_all(ctx.data::<PgPool>()?)
        .await
        .map_err(|error| internal(&error, caller))?;
        self.consultations = ids.into_iter().map(PersonId).collect();
        Ok(self)
    }
}

impl Verb for EraseClientInput {
    type Of = Client;
    const RIGHT: Right = Right::Workspace;

    fn aim(&self) -> Aim<'_> {
        self.on.aim()
    }

    fn command(self, reader: &mut Reader<'_>) -> Result<ClientCommand, UserError> {
        let mut persons = self.consultations;
        persons.push(reader.stream().into());
        Ok(ClientCommand::ErasePerson(ErasePerson { persons }))
    }
}
