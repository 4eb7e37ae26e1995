//! Knows a key by its text.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use ledgerdesk_domain::id::WorkspaceId;
use sqlx::{Row as _, postgres::PgRow};
use uuid::Uuid;

use super::{
    Access, ApiKey, ApiKeys, AuthError, KeySecret, Permissions, Role, RoleId, actor, roles::stored_scope,
};

/// How long a key may be used after another node revoked it.
const FRESH: Duration = Duration::from_secs(2);
/// How many keys are remembered.
const REMEMBERED: usize = 10_000;

impl ApiKeys {
    /// The valid key with this text. `None` for a text that is no key, an unknown key and a revoked one alike.
    pub async fn authenticate(&self, text: &str) -> Result<Option<ApiKey>, AuthError> {
        let Some(secret) = KeySecret::parse(text) else { return Ok(None) };
        let digest = secret.digest();
        if let Some(key) = self.cache.get(&digest) {
            return Ok(Some(key));
        }
        // Only keys that exist are remembered, so that guesses cannot push them out.
        let row = sqlx::query(
            "select k.id, k.workspace_id, k.role, k.role_id, k.scope, k.manager_id, \
             r.name as role_name, r.permissions, r.scope as role_scope \
             from ledgerdesk.api_keys k left join ledgerdesk.roles r \
             on r.workspace_id = k.workspace_id and r.id = k.role_id and r.deleted_at is null \
             where k.secret_hash = $1 and k.revoked_at is null",
        )
        .bind(digest.as_slice())
        .fetch_optional(&self.pool)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let id: Uuid = row.try_get("id")?;
        let role = stored_role(&row)?;
        let Some(access) = access(&row, role)? else { return Ok(None) };
        let key = ApiKey {
            id,
            workspace_id: WorkspaceId(row.try_get("workspace_id")?),
            access: access.narrowed(stored_scope(row.try_get("scope")?)?),
            actor: actor(id, role, row.try_get("manager_id")?),
        };
        self.cache.insert(digest, key.clone());
        Ok(Some(key))
    }

    /// Whether a key that was authenticated before is still valid. Cheap enough to ask before every message of
    /// a subscription: the database is asked at most every two seconds per key.
    pub async fn is_valid(&self, id: Uuid) -> Result<bool, AuthError> {
        if self.cache.is_fresh(id) {
            return Ok(true);
        }
        let valid: bool = sqlx::query_scalar(
            "select exists (select from ledgerdesk.api_keys where id = $1 and revoked_at is null)",
        )
        .bind(id)
        .fetch_one(&self.pool)
        .await?;
        if valid {
            self.cache.confirm(id);
        } else {
            self.cache.forget(id);
        }
        Ok(valid)
    }
}

/// The role in the columns `role` and `role_id`. Another one can only have been written by a newer version of the
/// program.
pub(super) fn stored_role(row: &PgRow) -> Result<RoleId, sqlx::Error> {
    let (role, id): (Option<String>, Option<Uuid>) = (row.try_get("role")?, row.try_get("role_id")?);
    let system = role.as_deref().and_then(Role::parse).map(RoleId::System);
    system
        .or(id.map(RoleId::Custom))
        .ok_or_else(|| sqlx::Error::Decode(format!("unknown role {role:?}").into()))
}

/// What the role allows; none for a role that is not there any more.
fn access(row: &PgRow, role: RoleId) -> Result<Option<Access>, sqlx::Error> {
    if let RoleId::System(role) = role {
        return Ok(Some(role.into()));
    }
    let Some(name) = row.try_get("role_name")? else { return Ok(None) };
    let (permissions, scope): (Vec<String>, String) =
        (row.try_get("permissions")?, row.try_get("role_scope")?);
    Ok(Some(Access::new(role, name, Permissions::stored(&permissions), stored_scope(&scope)?)))
}

/// Keys that were valid a moment ago.
#[derive(Clone, Default)]
pub(super) struct Cache(Arc<Mutex<Entries>>);

#[derive(Default)]
struct Entries {
    by_digest: HashMap<[u8; 32], ApiKey>,
    /// When each key was last seen to be valid.
    seen: HashMap<Uuid, Instant>,
}

impl Cache {
    fn get(&self, digest: &[u8; 32]) -> Option<ApiKey> {
        let entries = self.lock();
        let key = entries.by_digest.get(digest)?;
        entries.is_fresh(key.id).then(|| key.clone())
    }

    fn insert(&self, digest: [u8; 32], key: ApiKey) {
        let mut entries = self.lock();
        if entries.seen.len() >= REMEMBERED {
            // Rare, and the price is one look-up per key.
            *entries = Entries::default();
        }
        entries.seen.insert(key.id, Instant::now());
        entries.by_digest.insert(digest, key);
    }

    fn is_fresh(&self, id: Uuid) -> bool {
        self.lock().is_fresh(id)
    }

    fn confirm(&self, id: Uuid) {
        let mut entries = self.lock();
        if entries.seen.len() < REMEMBERED || entries.seen.contains_key(&id) {
            entries.seen.insert(id, Instant::now());
        }
    }

    /// What keys may do has changed.
    pub(super) fn forget_all(&self) {
        *self.lock() = Entries::default();
    }

    pub(super) fn forget(&self, id: Uuid) {
        let mut entries = self.lock();
        entries.seen.remove(&id);
        entries.by_digest.retain(|_, key| key.id != id);
    }

    fn lock(&self) -> MutexGuard<'_, Entries> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entries {
    fn is_fresh(&self, id: Uuid) -> bool {
        self.seen.get(&id).is_some_and(|seen| seen.elapsed() < FRESH)
    }
}
