//! What became of roles, keys, sessions and invitations: kept for good, like the log.

use chrono::{DateTime, Utc};
use ledgerdesk_domain::id::WorkspaceId;
use serde_json::Value;
use sqlx::{PgExecutor, PgPool, Row as _};
use uuid::Uuid;

use super::AuthError;

/// A change of who may do what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessEntry {
    /// Its number, which grows.
    pub id: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// The key or session that was used; none for the command line.
    pub by_key: Option<Uuid>,
    /// What was done, such as `key_created`. Permanent.
    pub action: String,
    /// To which role, key, session or invitation.
    pub subject: Uuid,
    /// What came of it; never a secret.
    pub details: Value,
}

/// A change that is to be kept.
pub(super) struct Change<'a> {
    pub(super) workspace_id: WorkspaceId,
    pub(super) at: DateTime<Utc>,
    pub(super) by_key: Option<Uuid>,
    pub(super) action: &'a str,
    pub(super) subject: Uuid,
    pub(super) details: Value,
}

impl Change<'_> {
    /// Keeps it, in the transaction of the change.
    pub(super) async fn keep(self, executor: impl PgExecutor<'_>) -> Result<(), sqlx::Error> {
        sqlx::query(
            "insert into ledgerdesk.access_log (workspace_id, at, by_key, action, subject, details) \
             values ($1, $2, $3, $4, $5, $6)",
        )
        .bind(self.workspace_id.0)
        .bind(self.at)
        .bind(self.by_key)
        .bind(self.action)
        .bind(self.subject)
        .bind(self.details)
        .execute(executor)
        .await?;
        Ok(())
    }
}

/// Reads what became of roles, keys, sessions and invitations.
#[derive(Clone)]
pub struct AccessLog {
    pool: PgPool,
}

impl AccessLog {
    /// Of this database.
    pub fn new(pool: PgPool) -> Self {
        Self { pool }
    }

    /// The newest changes before this number, newest first; at most `limit`.
    pub async fn before(
        &self,
        workspace: WorkspaceId,
        before: Option<i64>,
        limit: u8,
    ) -> Result<Vec<AccessEntry>, AuthError> {
        let rows = sqlx::query(
            "select id, at, by_key, action, subject, details from ledgerdesk.access_log \
             where workspace_id = $1 and id < $2 order by id desc limit $3",
        )
        .bind(workspace.0)
        .bind(before.unwrap_or(i64::MAX))
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await?;
        let entries = rows.into_iter().map(|row| {
            Ok(AccessEntry {
                id: row.try_get("id")?,
                at: row.try_get("at")?,
                by_key: row.try_get("by_key")?,
                action: row.try_get("action")?,
                subject: row.try_get("subject")?,
                details: row.try_get("details")?,
            })
        });
        entries.collect::<Result<_, sqlx::Error>>().map_err(AuthError::from)
    }
}
