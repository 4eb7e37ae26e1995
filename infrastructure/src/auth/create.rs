//! Makes a key.

use chrono::{DateTime, Utc};
use ledgerdesk_domain::id::{ManagerId, WorkspaceId};
use serde_json::json;
use sqlx::PgExecutor;
use uuid::Uuid;

use super::{ApiKeys, AuthError, Granter, KeySecret, RoleId, Scope, record::Change, roles};

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
    pub role: RoleId,
    /// With which consultations, if not with all that its role is for.
    pub scope: Scope,
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
    /// Makes a key and answers its text, for the only time. The command line gives what it likes; everybody else
    /// is a granter, who gives what they hold.
    pub async fn create(
        &self,
        key: NewApiKey,
        granter: Option<&Granter>,
        now: DateTime<Utc>,
    ) -> Result<Created, AuthError> {
        let mut transaction = self.pool.begin().await?;
        let role = roles::hold(&mut transaction, key.workspace_id, key.role).await?;
        let access = role.access().narrowed(key.scope);
        if access.scope != Scope::All && key.manager_id.is_none() {
            return Err(AuthError::ScopeWithoutManager);
        }
        if let Some(granter) = granter {
            granter.access.may_grant(&access)?;
        }
        let secret = KeySecret::generate();
        Self::store(&mut *transaction, &key, &secret, now).await?;
        let change = Change {
            workspace_id: key.workspace_id,
            at: now,
            by_key: granter.map(|granter| granter.key_id),
            action: "key_created",
            subject: key.id,
            details: json!({
                "name": key.name.trim(),
                "role": key.role.to_string(),
                "scope": access.scope.as_str(),
                "manager": key.manager_id,
            }),
        };
        change.keep(&mut *transaction).await?;
        transaction.commit().await?;
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
        let (role, role_id) = key.role.columns();
        let stored = sqlx::query(
            "insert into ledgerdesk.api_keys \
             (id, workspace_id, name, role, role_id, scope, manager_id, prefix, secret_hash, created_at) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict do nothing",
        )
        .bind(key.id)
        .bind(key.workspace_id.0)
        .bind(name)
        .bind(role)
        .bind(role_id)
        .bind(key.scope.as_str())
        .bind(key.manager_id.map(ManagerId::uuid))
        .bind(secret.shown())
        .bind(secret.digest().as_slice())
        .bind(now)
        .execute(executor)
        .await?;
        if stored.rows_affected() == 1 { Ok(()) } else { Err(AuthError::Exists) }
    }
}
