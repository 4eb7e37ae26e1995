//! Who is asking.

use ledgerdesk_domain::{context::Actor, id::WorkspaceId};
use uuid::Uuid;

use ledgerdesk_infrastructure::auth::{Access, Granter, Permission, Scope};
use ledgerdesk_projections::read::{Own, Reach};

pub use ledgerdesk_infrastructure::auth::{Credential, Role};

/// The authenticated caller of one request; put into every GraphQL request's data.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The workspace that the key belongs to. Every read and write is confined to it.
    pub workspace_id: WorkspaceId,
    /// The key.
    pub key_id: Uuid,
    /// What it may do.
    pub access: Access,
    /// Who acts, as recorded in events.
    pub actor: Actor,
    /// With what they came.
    pub credential: Credential,
    /// The request, for logs, errors and `correlation_id`.
    pub request_id: Uuid,
    /// The language for messages to people.
    pub language: Language,
}

impl Caller {
    /// Whether the caller has the permission.
    pub fn may(&self, permission: Permission) -> bool {
        self.access.may(permission)
    }

    /// How far the caller sees.
    pub fn reach(&self) -> Reach {
        let personal = self.may(Permission::PersonalRead);
        Reach { workspace: self.workspace_id, own: self.own(), personal }
    }

    /// The consultations that the caller is confined to, if so.
    pub fn own(&self) -> Option<Own> {
        let queued = match self.access.scope {
            Scope::All => return None,
            Scope::OwnAndQueued => true,
            Scope::Own => false,
        };
        Some(Own { manager: self.actor.as_manager(), queued })
    }

    /// The caller as one who gives and takes access.
    pub(crate) fn granter(&self) -> Granter {
        Granter { workspace_id: self.workspace_id, key_id: self.key_id, access: self.access.clone() }
    }
}

/// The entrance that a request came in by, as events record it: `graphql` where a request has none.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entrance(pub(crate) &'static str);

/// A language of user-facing texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Russian.
    Ru,
}
