//! Makes a key.

use chrono::{DateTime, Utc};
use ledgerdesk_domain::id::{ManagerId, WorkspaceId};
use sqlx::PgExecutor;
use uuid::Uuid;

use super::{ApiKeys, AuthError, KeySecret, Role};

/// A key that is to be.
#[derive(Clone)]
pub struct NewApiKey {
    /// Its id.
    pub id: Uuid,
    /// The workspace that it opens.
    pub workspace_id: WorkspaceId,
    /// What people call it; 1 to 200 characters.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// As whom it acts, if not as itself.
    pub manager_id: Option<ManagerId>,
}

/// A key that was made.
#[derive(Clone)]
pub struct Created {
    /// Its id.
    pub id: Uuid,
    /// Its text, which is stored nowhere.
    pub secret: KeySecret,
}

impl ApiKeys {
    /// Makes a key and answers its text, for the only time.
    pub async fn create(&self, key: NewApiKey, now: DateTime<Utc>) -> Result<Created, AuthError> {
        let secret = KeySecret::generate();
        Self::store(&self.pool, &key, &secret, now).await?;
        Ok(Created { id: key.id, secret })
    }

    /// Stores a key whose text comes from outside.
    pub async fn store(
        executor: impl PgExecutor<'_>,
        key: &NewApiKey,
        secret: &KeySecret,
        now: DateTime<Utc>,
    ) -> Result<(), AuthError> {
        let name = key.name.trim();
        if name.is_empty() || name.chars().count() > 200 || name.contains('\0') {
            return Err(AuthError::Name);
        }
        let stored = sqlx::query(
            "insert into ledgerdesk.api_keys \
             (id, workspace_id, name, role, manager_id, prefix, secret_hash, created_at) \
             values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing",
        )
        .bind(key.id)
        .bind(key.workspace_id.0)
        .bind(name)
        .bind(key.role.as_str())
        .bind(key.manager_id.map(ManagerId::uuid))
        .bind(secret.shown())
        .bind(secret.digest().as_slice())
        .bind(now)
        .execute(executor)
        .await?;
        if stored.rows_affected() == 1 { Ok(()) } else { Err(AuthError::Exists) }
    }
}
