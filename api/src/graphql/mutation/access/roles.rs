//! `defineRole`, `changeRole`, `deleteRole`.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Result, SimpleObject};
use ledgerdesk_infrastructure::{
    auth::{
        ApiKeys, AuthError, Permission, Permissions,
        roles::{RoleDefinition, RoleRecord},
    },
    clock::{Clock, IdSource},
};
use uuid::Uuid;

use super::settled;
use crate::{
    graphql::{
        caller::Caller,
        model::access::{Role, Scope},
        user_error::UserError,
    },
    i18n::Refusal,
};

/// Most names of permissions that one input may hold; there are far fewer.
const MAX_NAMES: usize = 100;

/// The role that is to be.
#[derive(Debug, InputObject)]
pub(super) struct DefineRoleInput {
    /// What people call it; 1 to 100 characters, unlike any other role of the workspace.
    name: String,
    /// What it allows, such as `consultations:read`; at least one. `docs/permissions.md` has them all.
    permissions: Vec<String>,
    /// With which consultations.
    #[graphql(default_with = "Scope::All")]
    scope: Scope,
}

/// What the role is from now on.
#[derive(Debug, InputObject)]
pub(super) struct ChangeRoleInput {
    /// The role, one of the workspace's own.
    role_id: ID,
    /// What people call it; 1 to 100 characters, unlike any other role of the workspace.
    name: String,
    /// What it allows, all of it; at least one.
    permissions: Vec<String>,
    /// With which consultations.
    #[graphql(default_with = "Scope::All")]
    scope: Scope,
}

/// Which role.
#[derive(Debug, InputObject)]
pub(super) struct DeleteRoleInput {
    /// The role, one of the workspace's own.
    role_id: ID,
}

/// The role that was defined.
#[derive(Default, SimpleObject)]
pub(super) struct DefineRolePayload {
    /// The role. Null if none was defined.
    role: Option<Role>,
    /// Why none was defined; empty on success.
    user_errors: Vec<UserError>,
}

/// The role that was changed.
#[derive(Default, SimpleObject)]
pub(super) struct ChangeRolePayload {
    /// The role afterwards. Null if nothing was changed.
    role: Option<Role>,
    /// Why nothing was changed; empty on success.
    user_errors: Vec<UserError>,
}

/// The role that was deleted.
#[derive(Default, SimpleObject)]
pub(super) struct DeleteRolePayload {
    /// Its id. Null if nothing was deleted.
    deleted_id: Option<ID>,
    /// Why nothing was deleted; empty on success.
    user_errors: Vec<UserError>,
}

pub(super) async fn define(ctx: &Context<'_>, input: DefineRoleInput) -> Result<DefineRolePayload> {
    let caller = ctx.data::<Caller>()?;
    let id = ctx.data::<Arc<dyn IdSource>>()?.next_id();
    let now = ctx.data::<Arc<dyn Clock>>()?.now();
    let DefineRoleInput { name, permissions, scope } = input;
    let outcome = match definition(name, &permissions, scope, caller) {
        Err(error) => Err(error),
        Ok(definition) => {
            let roles = ctx.data::<ApiKeys>()?.roles();
            settled(roles.define(&caller.granter(), id, definition, now).await, field, caller)?
        }
    };
    let (role, user_errors) = parts(outcome);
    Ok(DefineRolePayload { role, user_errors })
}

pub(super) async fn change(ctx: &Context<'_>, input: ChangeRoleInput) -> Result<ChangeRolePayload> {
    let caller = ctx.data::<Caller>()?;
    let now = ctx.data::<Arc<dyn Clock>>()?.now();
    let ChangeRoleInput { role_id, name, permissions, scope } = input;
    let asked =
        own_role(&role_id, caller).and_then(|id| Ok((id, definition(name, &permissions, scope, caller)?)));
    let outcome = match asked {
        Err(error) => Err(error),
        Ok((id, definition)) => {
            let roles = ctx.data::<ApiKeys>()?.roles();
            settled(roles.change(&caller.granter(), id, definition, now).await, field, caller)?
        }
    };
    let (role, user_errors) = parts(outcome);
    Ok(ChangeRolePayload { role, user_errors })
}

pub(super) async fn delete(ctx: &Context<'_>, input: DeleteRoleInput) -> Result<DeleteRolePayload> {
    let caller = ctx.data::<Caller>()?;
    let now = ctx.data::<Arc<dyn Clock>>()?.now();
    let outcome = match own_role(&input.role_id, caller) {
        Err(error) => Err(error),
        Ok(id) => {
            let roles = ctx.data::<ApiKeys>()?.roles();
            settled(roles.delete(&caller.granter(), id, now).await, field, caller)?
        }
    };
    Ok(match outcome {
        Ok(()) => DeleteRolePayload { deleted_id: Some(input.role_id), user_errors: Vec::new() },
        Err(error) => DeleteRolePayload { deleted_id: None, user_errors: vec![error] },
    })
}

fn parts(outcome: Result<RoleRecord, UserError>) -> (Option<Role>, Vec<UserError>) {
    match outcome {
        Ok(role) => (Some(role.into()), Vec::new()),
        Err(error) => (None, vec![error]),
    }
}

fn definition(
    name: String,
    permissions: &[String],
    scope: Scope,
    caller: &Caller,
) -> Result<RoleDefinition, UserError> {
    let known = permissions.iter().take(MAX_NAMES).map(|name| Permission::parse(name));
    let Some(permissions) = known.collect::<Option<Permissions>>() else {
        let field = Some("permissions");
        return Err(UserError::refused(Refusal::PermissionUnknown, field, caller.language));
    };
    Ok(RoleDefinition { name, permissions, scope: scope.into() })
}

/// The id of one of the workspace's own roles; nobody changes the others.
fn own_role(id: &ID, caller: &Caller) -> Result<Uuid, UserError> {
    let refused = |refusal| UserError::refused(refusal, Some("roleId"), caller.language);
    if ledgerdesk_infrastructure::auth::Role::parse(id).is_some() {
        return Err(refused(Refusal::RoleOfTheSystem));
    }
    id.parse().map_err(|_| refused(Refusal::InvalidId))
}

fn field(error: &AuthError) -> Option<&'static str> {
    match error {
        AuthError::RoleName | AuthError::RoleNameTaken => Some("name"),
        AuthError::NoPermission | AuthError::MoreThanHeld { .. } => Some("permissions"),
        AuthError::WiderThanHeld => Some("scope"),
        AuthError::RoleNotFound | AuthError::RoleInUse => Some("roleId"),
        _ => None,
    }
}
