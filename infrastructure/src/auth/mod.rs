//! Who may use a workspace, and for what.
//!
//! - [`Permission`], [`Role`], [`Scope`], put together in [`Access`]: what somebody may do.
//! - [`ApiKeys`]: keys for programs and people; [`Roles`]: a workspace's own roles; [`Invitations`].
//! - [`Oidc`], [`Identities`]: people who sign in with a provider. [`Admission`] is the door for all of them.
//! - [`AccessLog`]: every change of all that, kept for good. [`Disclosures`]: every export, and who read whose
//!   personal data.
//!
//! A key is shown once, when it is made. What is stored is its SHA-256: it has 256 random bits, so that a slow
//! hash would add nothing but a way to keep the server busy.

mod access;
mod admission;
mod authenticate;
mod create;
mod disclosure;
mod error;
mod front_end;
mod identities;
mod invitations;
mod list;
pub mod oidc;
mod permission;
mod record;
mod revoke;
mod role;
pub mod roles;
mod secret;

pub use access::{Access, Granter, RoleId, Scope};
pub use admission::{Admission, Admitted, Credential};
pub use create::{Created, NewApiKey};
pub use disclosure::{Disclosed, Disclosure, DisclosureFilter, DisclosureKind, Disclosures, Whose};
pub use error::AuthError;
pub use front_end::FrontEnd;
pub use identities::{Identities, IdentityRecord, Place};
pub use invitations::{InvitationRecord, Invitations, NewInvitation};
pub use list::ApiKeyRecord;
pub use oidc::{Oidc, OidcSettings, TokenHolder};
pub use permission::{Permission, Permissions};
pub use record::{AccessEntry, AccessLog};
pub use role::Role;
pub use roles::Roles;
pub use secret::{InvitationSecret, KeySecret};

use ledgerdesk_domain::{
    context::{Actor, ActorKind},
    id::{ManagerId, WorkspaceId},
};
use sqlx::PgPool;
use uuid::Uuid;

use self::authenticate::Cache;

/// The API keys of a database. Cheap to clone.
#[derive(Clone)]
pub struct ApiKeys {
    pool: PgPool,
    cache: Cache,
    disclosures: Disclosures,
}

impl ApiKeys {
    /// The API keys in this database.
    pub fn new(pool: PgPool) -> Self {
        let disclosures = Disclosures::new(pool.clone());
        Self { pool, cache: Cache::default(), disclosures }
    }

    /// The roles that keys can have.
    pub fn roles(&self) -> Roles {
        Roles::new(self.pool.clone(), self.cache.clone())
    }

    /// The people who came with tokens.
    pub fn identities(&self) -> Identities {
        Identities::new(self.pool.clone())
    }

    /// The invitations to workspaces.
    pub fn invitations(&self) -> Invitations {
        Invitations::new(self.pool.clone())
    }

    /// What was taken out, and who read whose personal data.
    pub fn disclosures(&self) -> Disclosures {
        self.disclosures.clone()
    }

    /// What became of keys and roles.
    pub fn log(&self) -> AccessLog {
        AccessLog::new(self.pool.clone())
    }
}

/// A valid key, as a request carries it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Its id.
    pub id: Uuid,
    /// The workspace that it opens.
    pub workspace_id: WorkspaceId,
    /// What it may do there.
    pub access: Access,
    /// Who acts, as events record it.
    pub actor: Actor,
}

/// Who acts with a key: the manager that it is bound to, or else the key itself.
fn actor(id: Uuid, role: RoleId, manager: Option<Uuid>) -> Actor {
    match (manager, role) {
        (Some(manager), _) => Actor::manager(ManagerId(manager)),
        (None, RoleId::System(Role::Bot)) => Actor::bot(id),
        (None, _) => Actor { kind: ActorKind::Integration, id: Some(id) },
    }
}
