//! `eraseClient`: erases a client.

use std::time::Duration;

use async_graphql::{Context, InputObject};
use ledgerdesk_domain::{
    client::{Client, ClientCommand, ErasePerson},
    id::PersonId,
};
use ledgerdesk_infrastructure::event_store::EventStore;
use ledgerdesk_projections::runtime::ReadSide;
use sqlx::PgPool;
use uuid::Uuid;

use crate::graphql::{
    caller::Caller,
    error::Fault,
    global_id::{self, NodeKind},
    mutation::{
        reader::Reader,
        verb::{Aim, OnClient, Verb},
    },
    user_error::UserError,
};

/// How long the read side may take to know of every consultation.
const MAX_WAIT: Duration = Duration::from_secs(10);

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
    /// Adds what the read side knows of the client's consultations, once it knows all that has happened.
    pub(super) async fn gathered(mut self, ctx: &Context<'_>) -> Result<Self, Fault> {
        let caller = ctx.data::<Caller>()?;
        let Ok(client) = global_id::decode_kind(self.on.client_id(), NodeKind::Client) else {
            return Ok(self);
        };
        let head = ctx.data::<EventStore>()?.fetch_head().await?;
        let current = ctx.data::<ReadSide>()?.wait_for(&["consultation_list"], head.position, MAX_WAIT).await;
        current.map_err(|stale| Fault::Timeout { message: stale.to_string() })?;
        let consultations = sqlx::query_scalar::<_, Uuid>(
            "select id from read.consultation_list where workspace_id = $1 and client_id = $2",
        )
        .bind(caller.workspace_id.uuid())
        .bind(client)
        .fetch_all(ctx.data::<PgPool>()?)
        .await?;
        self.consultations = consultations.into_iter().map(PersonId).collect();
        Ok(self)
    }
}

impl Verb for EraseClientInput {
    type Of = Client;

    fn aim(&self) -> Aim<'_> {
        self.on.aim()
    }

    fn command(self, reader: &mut Reader<'_>) -> Result<ClientCommand, UserError> {
        Ok(ClientCommand::ErasePerson(ErasePerson { persons: reader.erase(self.consultations) }))
    }
}
