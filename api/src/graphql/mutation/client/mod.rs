//! Mutations of clients: the list. Each verb has a file with its input and its command.

mod change_contacts;
mod change_details;
mod erase;
mod link_reference;
mod register;

use async_graphql::{Context, Object, Result};

use self::{
    change_contacts::ChangeClientContactsInput, change_details::ChangeClientDetailsInput,
    erase::EraseClientInput, link_reference::LinkClientReferenceInput, register::RegisterClientInput,
};
use super::{payload::ClientPayload, run::run};

/// Mutations of clients.
#[derive(Default)]
pub(super) struct ClientMutations;

#[Object]
impl ClientMutations {
    /// Registers a client.
    async fn register_client(
        &self,
        ctx: &Context<'_>,
        input: RegisterClientInput,
    ) -> Result<ClientPayload<RegisterClientInput>> {
        run(ctx, input).await.map(ClientPayload)
    }

    /// Changes name, company or language.
    async fn change_client_details(
        &self,
        ctx: &Context<'_>,
        input: ChangeClientDetailsInput,
    ) -> Result<ClientPayload<ChangeClientDetailsInput>> {
        run(ctx, input).await.map(ClientPayload)
    }

    /// Replaces the ways to reach a client.
    async fn change_client_contacts(
        &self,
        ctx: &Context<'_>,
        input: ChangeClientContactsInput,
    ) -> Result<ClientPayload<ChangeClientContactsInput>> {
        run(ctx, input).await.map(ClientPayload)
    }

    /// Links the same client in another system.
    async fn link_client_reference(
        &self,
        ctx: &Context<'_>,
        input: LinkClientReferenceInput,
    ) -> Result<ClientPayload<LinkClientReferenceInput>> {
        run(ctx, input).await.map(ClientPayload)
    }

    /// Erases a client: every personal field of theirs is gone for good, all counts and times stay.
    async fn erase_client(
        &self,
        ctx: &Context<'_>,
        input: EraseClientInput,
    ) -> Result<ClientPayload<EraseClientInput>> {
        run(ctx, input.gathered(ctx).await?).await.map(ClientPayload)
    }
}
