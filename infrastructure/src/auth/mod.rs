//! API keys: who may use a workspace, and as what.
//!
//! A key is shown once, when it is made. What is stored is its SHA-256: it has 256 random bits, so that a slow
//! hash would add nothing but a way to keep the server busy.

mod authenticate;
mod create;
mod error;
mod list;
mod revoke;
mod role;
mod secret;

pub use create::{Created, NewApiKey};
pub use error::AuthError;
pub use list::ApiKeyRecord;
pub use role::Role;
pub use secret::KeySecret;

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
}

impl ApiKeys {
    /// The API keys in this database.
    pub fn new(pool: PgPool) -> Self {
        Self { pool, cache: Cache::default() }
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
    pub role: Role,
    /// Who acts, as events record it.
    pub actor: Actor,
}

/// Who acts with a key: the manager that it is bound to, or else the key itself.
fn actor(id: Uuid, role: Role, manager: Option<Uuid>) -> Actor {
    match (manager, role) {
        (Some(manager), _) => Actor::manager(ManagerId(manager)),
        (None, Role::Bot) => Actor::bot(id),
        (None, _) => Actor { kind: ActorKind::Integration, id: Some(id) },
    }
}
