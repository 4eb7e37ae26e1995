//! Mutations of who may do what. They are kept in tables and not in the log: a key must end at once, everywhere, and
//! its secret is shown once, so that there is nothing to repeat under an idempotency key.

mod invitations;
mod keys;
mod roles;

use async_graphql::{Context, Object, Result};
use ledgerdesk_infrastructure::auth::AuthError;

use self::{
    invitations::{
        AcceptInvitationInput, AcceptInvitationPayload, InviteMemberInput, InviteMemberPayload,
        RevokeInvitationInput, RevokeInvitationPayload,
    },
    keys::{
        CreateApiKeyInput, CreateApiKeyPayload, RevokeApiKeyInput, RevokeApiKeyPayload, RevokeSessionInput,
        RevokeSessionPayload,
    },
    roles::{
        ChangeRoleInput, ChangeRolePayload, DefineRoleInput, DefineRolePayload, DeleteRoleInput,
        DeleteRolePayload,
    },
};
use crate::graphql::{caller::Caller, error::Fault, user_error::UserError};

/// Mutations of who may do what.
#[derive(Default)]
pub(super) struct AccessMutations;

#[Object]
impl AccessMutations {
    /// Makes a key. Its text is in the answer and nowhere else. Nobody can give a key more than they hold.
    async fn create_api_key(
        &self,
        ctx: &Context<'_>,
        input: CreateApiKeyInput,
    ) -> Result<CreateApiKeyPayload> {
        keys::create(ctx, input).await
    }

    /// Ends a key: no request and no running subscription can use it any more. Not the last one of an owner.
    async fn revoke_api_key(
        &self,
        ctx: &Context<'_>,
        input: RevokeApiKeyInput,
    ) -> Result<RevokeApiKeyPayload> {
        keys::revoke(ctx, input).await
    }

    /// Ends the session of somebody who signed in: every token that they have by now opens nothing any more, within two
    /// seconds.
    async fn revoke_session(
        &self,
        ctx: &Context<'_>,
        input: RevokeSessionInput,
    ) -> Result<RevokeSessionPayload> {
        keys::revoke_session(ctx, input).await
    }

    /// Invites somebody by their e-mail address. The link's token is in the answer and nowhere else: sending it is up
    /// to you. Nobody can give more than they hold.
    async fn invite_member(
        &self,
        ctx: &Context<'_>,
        input: InviteMemberInput,
    ) -> Result<InviteMemberPayload> {
        invitations::invite(ctx, input).await
    }

    /// Takes an invitation back that nobody accepted.
    async fn revoke_invitation(
        &self,
        ctx: &Context<'_>,
        input: RevokeInvitationInput,
    ) -> Result<RevokeInvitationPayload> {
        invitations::revoke(ctx, input).await
    }

    /// Accepts an invitation. Who comes with the link's token as their key gets a key of their own; who signed in and
    /// names the token gets the role with their sign-in.
    async fn accept_invitation(
        &self,
        ctx: &Context<'_>,
        input: AcceptInvitationInput,
    ) -> Result<AcceptInvitationPayload> {
        invitations::accept(ctx, input).await
    }

    /// Defines a role of the workspace's own. Nobody can put more into it than they hold.
    async fn define_role(&self, ctx: &Context<'_>, input: DefineRoleInput) -> Result<DefineRolePayload> {
        roles::define(ctx, input).await
    }

    /// Changes a role of the workspace's own, for everybody who has it, within two seconds.
    async fn change_role(&self, ctx: &Context<'_>, input: ChangeRoleInput) -> Result<ChangeRolePayload> {
        roles::change(ctx, input).await
    }

    /// Deletes a role of the workspace's own that nobody has.
    async fn delete_role(&self, ctx: &Context<'_>, input: DeleteRoleInput) -> Result<DeleteRolePayload> {
        roles::delete(ctx, input).await
    }
}

/// What was made, or why not: a refusal is for the payload, everything else is an error.
fn settled<T>(
    done: Result<T, AuthError>,
    field: fn(&AuthError) -> Option<&'static str>,
    caller: &Caller,
) -> Result<Result<T, UserError>> {
    match done {
        Ok(done) => Ok(Ok(done)),
        Err(AuthError::Database(error)) => Err(Fault::from(error).into()),
        Err(refused) => Ok(Err(UserError::of_access(&refused, field(&refused), caller.language))),
    }
}
