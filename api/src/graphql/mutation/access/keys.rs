//! `createApiKey`, `revokeApiKey`.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Result, SimpleObject};
use ledgerdesk_domain::{
    id::ManagerId,
    stream::{StreamId, StreamType, StreamVersion},
};
use ledgerdesk_infrastructure::{
    auth::{ApiKeys, AuthError, NewApiKey, RoleId},
    clock::{Clock, IdSource},
    event_store::EventStore,
};

use super::settled;
use crate::{
    graphql::{
        caller::Caller,
        error::Fault,
        global_id::{self, NodeKind},
        model::access::Scope,
        user_error::UserError,
    },
    i18n::Refusal,
};

/// The key that is to be.
#[derive(Debug, InputObject)]
pub(super) struct CreateApiKeyInput {
    /// What people call it; 1 to 200 characters.
    name: String,
    /// The id of its role: of one that every workspace has, such as `manager`, or of one of its own.
    role: ID,
    /// The manager as whom it acts; as itself if nobody is named.
    manager_id: Option<ID>,
    /// With which consultations, if not with all that its role is for. Anything but `ALL` needs a manager.
    #[graphql(default_with = "Scope::All")]
    scope: Scope,
}

/// The key, for the only time.
#[derive(Default, SimpleObject)]
pub(super) struct CreateApiKeyPayload {
    /// The id of the key. Null if none was made.
    created_id: Option<ID>,
    /// Its text. Keep it: it is shown this once. Null if none was made.
    secret: Option<String>,
    /// Why none was made; empty on success.
    user_errors: Vec<UserError>,
}

/// Which key.
#[derive(Debug, InputObject)]
pub(super) struct RevokeApiKeyInput {
    /// The key.
    key_id: ID,
}

/// What became of the key.
#[derive(Default, SimpleObject)]
pub(super) struct RevokeApiKeyPayload {
    /// Whether it was in force until now. Null if it was not revoked.
    was_in_force: Option<bool>,
    /// Why it was not revoked; empty on success.
    user_errors: Vec<UserError>,
}

/// Whose session.
#[derive(Debug, InputObject)]
pub(super) struct RevokeSessionInput {
    /// The session.
    session_id: ID,
}

/// What became of the session.
#[derive(Default, SimpleObject)]
pub(super) struct RevokeSessionPayload {
    /// The session that was ended. Null if it was not.
    revoked_id: Option<ID>,
    /// Why it was not ended; empty on success.
    user_errors: Vec<UserError>,
}

pub(super) async fn revoke_session(
    ctx: &Context<'_>,
    input: RevokeSessionInput,
) -> Result<RevokeSessionPayload> {
    let caller = ctx.data::<Caller>()?;
    let refused = |error| Ok(RevokeSessionPayload { revoked_id: None, user_errors: vec![error] });
    let Ok(id) = global_id::decode_kind(&input.session_id, NodeKind::Session) else {
        return refused(UserError::refused(Refusal::InvalidId, Some("sessionId"), caller.language));
    };
    let now = ctx.data::<Arc<dyn Clock>>()?.now();
    let revoked = ctx.data::<ApiKeys>()?.identities().revoke(&caller.granter(), id, now).await;
    match settled(revoked, |_| Some("sessionId"), caller)? {
        Ok(()) => Ok(RevokeSessionPayload { revoked_id: Some(input.session_id), user_errors: Vec::new() }),
        Err(error) => refused(error),
    }
}

pub(super) async fn create(ctx: &Context<'_>, input: CreateApiKeyInput) -> Result<CreateApiKeyPayload> {
    let caller = ctx.data::<Caller>()?;
    let refused =
        |error| Ok(CreateApiKeyPayload { user_errors: vec![error], ..CreateApiKeyPayload::default() });
    let Some(role) = RoleId::parse(&input.role) else {
        return refused(UserError::of_access(&AuthError::RoleNotFound, Some("role"), caller.language));
    };
    let manager_id = match &input.manager_id {
        None => None,
        Some(id) => match manager(ctx, caller, id).await? {
            Ok(manager) => Some(manager),
            Err(error) => return refused(error),
        },
    };
    let key = NewApiKey {
        id: ctx.data::<Arc<dyn IdSource>>()?.next_id(),
        workspace_id: caller.workspace_id,
        name: input.name,
        role,
        scope: input.scope.into(),
        manager_id,
    };
    let now = ctx.data::<Arc<dyn Clock>>()?.now();
    let created = ctx.data::<ApiKeys>()?.create(key, Some(&caller.granter()), now).await;
    match settled(created, field, caller)? {
        Ok(created) => Ok(CreateApiKeyPayload {
            created_id: Some(ID(global_id::encode(NodeKind::ApiKey, created.id))),
            secret: Some(created.secret.reveal().to_owned()),
            user_errors: Vec::new(),
        }),
        Err(error) => refused(error),
    }
}

pub(super) async fn revoke(ctx: &Context<'_>, input: RevokeApiKeyInput) -> Result<RevokeApiKeyPayload> {
    let caller = ctx.data::<Caller>()?;
    let refused =
        |error| Ok(RevokeApiKeyPayload { user_errors: vec![error], ..RevokeApiKeyPayload::default() });
    let Ok(id) = global_id::decode_kind(&input.key_id, NodeKind::ApiKey) else {
        return refused(UserError::refused(Refusal::InvalidId, Some("keyId"), caller.language));
    };
    let now = ctx.data::<Arc<dyn Clock>>()?.now();
    let revoked = ctx.data::<ApiKeys>()?.revoke(id, Some(&caller.granter()), now).await;
    match settled(revoked, |_| Some("keyId"), caller)? {
        Ok(was) => Ok(RevokeApiKeyPayload { was_in_force: Some(was), user_errors: Vec::new() }),
        Err(error) => refused(error),
    }
}

/// The manager of an id, who must exist.
pub(super) async fn manager(
    ctx: &Context<'_>,
    caller: &Caller,
    id: &ID,
) -> Result<Result<ManagerId, UserError>> {
    let refused = |refusal| Ok(Err(UserError::refused(refusal, Some("managerId"), caller.language)));
    let Ok(id) = global_id::decode_kind(id, NodeKind::Manager) else { return refused(Refusal::InvalidId) };
    let stream = StreamId::new(StreamType::Manager, id);
    let store = ctx.data::<EventStore>()?;
    let first = store.read_stream(caller.workspace_id, stream, StreamVersion::NONE, 1).await;
    if first.map_err(Fault::from)?.is_empty() {
        refused(Refusal::ManagerNotFound)
    } else {
        Ok(Ok(ManagerId(id)))
    }
}

fn field(error: &AuthError) -> Option<&'static str> {
    match error {
        AuthError::Name => Some("name"),
        AuthError::RoleNotFound | AuthError::MoreThanHeld { .. } => Some("role"),
        AuthError::WiderThanHeld => Some("scope"),
        AuthError::ScopeWithoutManager => Some("managerId"),
        _ => None,
    }
}
