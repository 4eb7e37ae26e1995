//! `inviteMember`, `revokeInvitation`, `acceptInvitation`.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Result, SimpleObject};
use chrono::{DateTime, TimeDelta, Utc};
use ledgerdesk_infrastructure::{
    auth::{ApiKeys, AuthError, InvitationSecret, NewInvitation, Place, RoleId},
    clock::{Clock, IdSource},
};

use super::{keys, settled};
use crate::{
    graphql::{
        caller::{Caller, Credential},
        global_id::{self, NodeKind},
        model::access::Scope,
        user_error::UserError,
    },
    i18n::Refusal,
};

/// How long an invitation stands if nothing is said.
const USUAL: TimeDelta = TimeDelta::days(7);

/// Who is invited, to what.
#[derive(Debug, InputObject)]
pub(super) struct InviteMemberInput {
    /// The address of who is invited.
    email: String,
    /// The id of the role that they get: of one that every workspace has, such as `manager`, or of one of its own.
    role: ID,
    /// The manager as whom they will act; as themselves if nobody is named.
    manager_id: Option<ID>,
    /// With which consultations, if not with all that the role is for. Anything but `ALL` needs a manager.
    #[graphql(default_with = "Scope::All")]
    scope: Scope,
    /// Until when the invitation stands, at most 30 days ahead; a week if not given.
    expires_at: Option<DateTime<Utc>>,
}

/// The invitation, with its token for the only time.
#[derive(Default, SimpleObject)]
pub(super) struct InviteMemberPayload {
    /// The id of the invitation. Null if none was made.
    created_id: Option<ID>,
    /// The token for the link, good for one use. Keep it out of logs: whoever has it may use it. Null if none was made.
    token: Option<String>,
    /// Why none was made; empty on success.
    user_errors: Vec<UserError>,
}

/// Which invitation.
#[derive(Debug, InputObject)]
pub(super) struct RevokeInvitationInput {
    /// The invitation.
    invitation_id: ID,
}

/// What became of the invitation.
#[derive(Default, SimpleObject)]
pub(super) struct RevokeInvitationPayload {
    /// The invitation that was taken back. Null if it was not.
    revoked_id: Option<ID>,
    /// Why it was not taken back; empty on success.
    user_errors: Vec<UserError>,
}

/// How an invitation is accepted.
#[derive(Debug, InputObject)]
pub(super) struct AcceptInvitationInput {
    /// The link's token, for who signed in. Left out by who comes with it as their key.
    token: Option<String>,
    /// What people will call the key, for who gets one; 1 to 200 characters.
    key_name: Option<String>,
}

/// What the invitation gave.
#[derive(Default, SimpleObject)]
pub(super) struct AcceptInvitationPayload {
    /// The id of the role that was given. Null if the invitation was not accepted, and for who got a key, which tells it.
    role_id: Option<ID>,
    /// The text of the key. Keep it: it is shown this once. Null if none was made.
    secret: Option<String>,
    /// Why it was not accepted; empty on success.
    user_errors: Vec<UserError>,
}

pub(super) async fn invite(ctx: &Context<'_>, input: InviteMemberInput) -> Result<InviteMemberPayload> {
    let caller = ctx.data::<Caller>()?;
    let refused =
        |error| Ok(InviteMemberPayload { user_errors: vec![error], ..InviteMemberPayload::default() });
    let Some(role) = RoleId::parse(&input.role) else {
        return refused(UserError::of_access(&AuthError::RoleNotFound, Some("role"), caller.language));
    };
    let manager_id = match &input.manager_id {
        None => None,
        Some(id) => match keys::manager(ctx, caller, id).await? {
            Ok(manager) => Some(manager),
            Err(error) => return refused(error),
        },
    };
    let now = ctx.data::<Arc<dyn Clock>>()?.now();
    let invitation = NewInvitation {
        id: ctx.data::<Arc<dyn IdSource>>()?.next_id(),
        email: input.email,
        place: Place { role, scope: input.scope.into(), manager_id },
        expires_at: input.expires_at.unwrap_or(now + USUAL),
    };
    let id = invitation.id;
    let invited = ctx.data::<ApiKeys>()?.invitations().invite(&caller.granter(), invitation, now).await;
    match settled(invited, field, caller)? {
        Ok(secret) => Ok(InviteMemberPayload {
            created_id: Some(ID(global_id::encode(NodeKind::Invitation, id))),
            token: Some(secret.reveal().to_owned()),
            user_errors: Vec::new(),
        }),
        Err(error) => refused(error),
    }
}

pub(super) async fn revoke(
    ctx: &Context<'_>,
    input: RevokeInvitationInput,
) -> Result<RevokeInvitationPayload> {
    let caller = ctx.data::<Caller>()?;
    let refused = |error| Ok(RevokeInvitationPayload { revoked_id: None, user_errors: vec![error] });
    let Ok(id) = global_id::decode_kind(&input.invitation_id, NodeKind::Invitation) else {
        return refused(UserError::refused(Refusal::InvalidId, Some("invitationId"), caller.language));
    };
    let now = ctx.data::<Arc<dyn Clock>>()?.now();
    let revoked = ctx.data::<ApiKeys>()?.invitations().revoke(&caller.granter(), id, now).await;
    match settled(revoked, |_| Some("invitationId"), caller)? {
        Ok(()) => {
            Ok(RevokeInvitationPayload { revoked_id: Some(input.invitation_id), user_errors: Vec::new() })
        }
        Err(error) => refused(error),
    }
}

pub(super) async fn accept(
    ctx: &Context<'_>,
    input: AcceptInvitationInput,
) -> Result<AcceptInvitationPayload> {
    let caller = ctx.data::<Caller>()?;
    let invitations = ctx.data::<ApiKeys>()?.invitations();
    let now = ctx.data::<Arc<dyn Clock>>()?.now();
    let refused = |error| {
        Ok(AcceptInvitationPayload { user_errors: vec![error], ..AcceptInvitationPayload::default() })
    };
    match &caller.credential {
        Credential::Invitation { id } => {
            let key = (ctx.data::<Arc<dyn IdSource>>()?.next_id(), input.key_name.unwrap_or_default());
            match settled(invitations.accept_with_key(*id, key, now).await, field, caller)? {
                Ok(created) => Ok(AcceptInvitationPayload {
                    secret: Some(created.secret.reveal().to_owned()),
                    ..AcceptInvitationPayload::default()
                }),
                Err(error) => refused(error),
            }
        }
        Credential::Token { email } => {
            let Some(secret) = input.token.as_deref().and_then(InvitationSecret::parse) else {
                let none = AuthError::InvitationNotFound;
                return refused(UserError::of_access(&none, Some("token"), caller.language));
            };
            let who = (caller.workspace_id, caller.key_id, email.as_deref());
            match settled(invitations.accept_with_identity(&secret, who, now).await, field, caller)? {
                Ok(place) => Ok(AcceptInvitationPayload {
                    role_id: Some(place.role.to_string().into()),
                    ..AcceptInvitationPayload::default()
                }),
                Err(error) => refused(error),
            }
        }
        Credential::Key => refused(UserError::refused(Refusal::InvitationByKey, None, caller.language)),
    }
}

fn field(error: &AuthError) -> Option<&'static str> {
    match error {
        AuthError::Email => Some("email"),
        AuthError::RoleNotFound | AuthError::MoreThanHeld { .. } => Some("role"),
        AuthError::WiderThanHeld => Some("scope"),
        AuthError::ScopeWithoutManager => Some("managerId"),
        AuthError::InvitationTime => Some("expiresAt"),
        AuthError::Name => Some("keyName"),
        AuthError::InvitationNotFound | AuthError::InvitedSomebodyElse => Some("token"),
        _ => None,
    }
}
