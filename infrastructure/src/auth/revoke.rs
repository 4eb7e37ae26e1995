//! Ends a key.

use chrono::{DateTime, Utc};
use ledgerdesk_domain::id::WorkspaceId;
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{ApiKeys, AuthError, Granter, list, record::Change, roles};

impl ApiKeys {
    /// Ends a key: on this node at once, on others within two seconds. Answers whether it was valid until now. The
    /// command line ends any key, also the last one of an owner; everybody else is a granter, who takes what they
    /// could give, and never the last one of an owner.
    pub async fn revoke(
        &self,
        id: Uuid,
        granter: Option<&Granter>,
        now: DateTime<Utc>,
    ) -> Result<bool, AuthError> {
        let mut transaction = self.pool.begin().await?;
        let row = sqlx::query(
            "select id, workspace_id, name, role, role_id, scope, manager_id, prefix, created_at, revoked_at \
             from ledgerdesk.api_keys where id = $1 and ($2::uuid is null or workspace_id = $2) for update",
        )
        .bind(id)
        .bind(granter.map(|granter| granter.workspace_id.0))
        .fetch_optional(&mut *transaction)
        .await?;
        let key = list::record(&row.ok_or(AuthError::KeyNotFound)?)?;
        if key.revoked_at.is_some() {
            return Ok(false);
        }
        if let Some(granter) = granter {
            let role = roles::hold(&mut transaction, key.workspace_id, key.role).await?;
            granter.access.may_grant(&role.access().narrowed(key.scope))?;
            if key.role == roles::OWNER && is_last_owner(&mut transaction, key.workspace_id, id).await? {
                return Err(AuthError::LastOwner);
            }
        }
        sqlx::query("update ledgerdesk.api_keys set revoked_at = $2 where id = $1")
            .bind(id)
            .bind(now)
            .execute(&mut *transaction)
            .await?;
        let change = Change {
            workspace_id: key.workspace_id,
            at: now,
            by_key: granter.map(|granter| granter.key_id),
            action: "key_revoked",
            subject: id,
            details: json!({ "name": key.name }),
        };
        change.keep(&mut *transaction).await?;
        transaction.commit().await?;
        self.cache.forget(id);
        Ok(true)
    }
}

/// Whether no other owner key of the workspace is valid. Two that end each other's key wait for one another here.
async fn is_last_owner(
    connection: &mut PgConnection,
    workspace: WorkspaceId,
    id: Uuid,
) -> Result<bool, AuthError> {
    sqlx::query("select pg_advisory_xact_lock(hashtextextended($1::text, 6))")
        .bind(workspace.0)
        .execute(&mut *connection)
        .await?;
    let another: bool = sqlx::query_scalar(
        "select exists (select from ledgerdesk.api_keys \
         where workspace_id = $1 and id <> $2 and role = 'owner' and revoked_at is null)",
    )
    .bind(workspace.0)
    .bind(id)
    .fetch_one(connection)
    .await?;
    Ok(!another)
}
