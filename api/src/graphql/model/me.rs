//! The caller as the API shows it.

use async_graphql::{Enum, SimpleObject};
use ledgerdesk_infrastructure::auth::RoleId;
use uuid::Uuid;

use super::{access::Scope, actor::Actor};
use crate::graphql::caller::{self, Caller, Language};

/// A role that every workspace has. `docs/permissions.md` has what each may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "caller::Role")]
pub enum Role {
    /// Everything.
    Owner,
    /// Everything but making and unmaking owners.
    Administrator,
    /// All consultations and all managers' work.
    Supervisor,
    /// Consultations.
    Manager,
    /// Talks to clients for the team.
    Bot,
    /// Reads numbers, never a person's data.
    Analyst,
    /// Reads everything, the log included, and changes nothing.
    Auditor,
    /// Another system that reads and writes consultations and follows the log.
    Integration,
}

/// Who is asking.
#[derive(SimpleObject)]
pub struct Me {
    /// The role; null for one of the workspace's own, and for who has none yet.
    role: Option<Role>,
    /// The role's name as people know it.
    role_name: String,
    /// What it allows, such as `consultations:read`.
    permissions: Vec<String>,
    /// With which consultations.
    scope: Scope,
    /// Who acts with it, as recorded in events.
    actor: Actor,
    /// The API key, as a plain UUID.
    key: Uuid,
    /// The workspace that the key belongs to, as a plain UUID.
    workspace: Uuid,
    /// The language of messages to people, ISO 639-1.
    language: &'static str,
}

impl From<&Caller> for Me {
    fn from(caller: &Caller) -> Self {
        Self {
            role: match caller.access.role {
                Some(RoleId::System(role)) => Some(role.into()),
                Some(RoleId::Custom(_)) | None => None,
            },
            role_name: caller.access.role_name.clone(),
            permissions: caller.access.permissions.names(),
            scope: caller.access.scope.into(),
            actor: (&caller.actor).into(),
            key: caller.key_id,
            workspace: caller.workspace_id.uuid(),
            language: match caller.language {
                Language::En => "en",
                Language::Ru => "ru",
            },
        }
    }
}
