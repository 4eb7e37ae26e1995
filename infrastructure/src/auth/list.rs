//! Shows which keys there are.

use chrono::{DateTime, Utc};
use ledgerdesk_domain::id::WorkspaceId;
use sqlx::{Row as _, postgres::PgRow};
use uuid::Uuid;

use super::{ApiKeys, AuthError, RoleId, Scope, roles::stored_scope};

/// A key as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKeyRecord {
    /// Its id.
    pub id: Uuid,
    /// The workspace that it opens.
    pub workspace_id: WorkspaceId,
    /// What people call it.
    pub name: String,
    /// What it may do.
    pub role: RoleId,
    /// With which consultations, if not with all that its role is for.
    pub scope: Scope,
    /// The manager as whom it acts.
    pub manager_id: Option<Uuid>,
    /// The first characters of its text.
    pub prefix: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
}

impl ApiKeys {
    /// The keys of a workspace, or of all, the oldest first; at most 1,000.
    pub async fn list(&self, workspace: Option<WorkspaceId>) -> Result<Vec<ApiKeyRecord>, AuthError> {
        let rows = sqlx::query(
            "select id, workspace_id, name, role, role_id, scope, manager_id, prefix, created_at, revoked_at \
             from ledgerdesk.api_keys where $1::uuid is null or workspace_id = $1 \
             order by created_at, id limit 1000",
        )
        .bind(workspace.map(WorkspaceId::uuid))
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(record).collect::<Result<_, sqlx::Error>>().map_err(AuthError::from)
    }

    /// A page of the keys of a workspace, the newest first: those before this place, at most `limit`.
    pub async fn page(
        &self,
        workspace: WorkspaceId,
        before: Option<(DateTime<Utc>, Uuid)>,
        limit: u8,
    ) -> Result<Vec<ApiKeyRecord>, AuthError> {
        let (at, id) = before.unzip();
        let rows = sqlx::query(
            "select id, workspace_id, name, role, role_id, scope, manager_id, prefix, created_at, revoked_at \
             from ledgerdesk.api_keys where workspace_id = $1 \
             and ($2::timestamptz is null or (created_at, id) < ($2, $3)) \
             order by created_at desc, id desc limit $4",
        )
        .bind(workspace.0)
        .bind(at)
        .bind(id)
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(record).collect::<Result<_, sqlx::Error>>().map_err(AuthError::from)
    }
}

pub(super) fn record(row: &PgRow) -> Result<ApiKeyRecord, sqlx::Error> {
    Ok(ApiKeyRecord {
        id: row.try_get("id")?,
        workspace_id: WorkspaceId(row.try_get("workspace_id")?),
        name: row.try_get("name")?,
        role: super::authenticate::stored_role(row)?,
        scope: stored_scope(row.try_get("scope")?)?,
        manager_id: row.try_get("manager_id")?,
        prefix: row.try_get("prefix")?,
        created_at: row.try_get("created_at")?,
        revoked_at: row.try_get("revoked_at")?,
    })
}
