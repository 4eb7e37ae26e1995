//! Who took data out, such as an export: kept for good, like the log.

use chrono::{DateTime, Utc};
use ledgerdesk_domain::{context::Actor, context::ActorKind, id::WorkspaceId, stream::Position};
use serde_json::Value;
use sqlx::{PgPool, Row as _};
use uuid::Uuid;

use super::AuthError;

/// Something that is taken out.
#[derive(Debug, Clone, PartialEq)]
pub struct Disclosure {
    /// Whose data.
    pub workspace_id: WorkspaceId,
    /// When.
    pub at: DateTime<Utc>,
    /// The key or session that is used; none for the command line.
    pub by_key: Option<Uuid>,
    /// Who acts.
    pub actor: Actor,
    /// The request.
    pub request_id: Option<Uuid>,
    /// What is taken, such as `export:consultations:csv`, 1 to 100 characters. Permanent.
    pub action: String,
    /// Whether personal values are in it.
    pub personal: bool,
    /// The position of the log that it is computed at.
    pub position: Position,
    /// How many rows, where that is known.
    pub rows: Option<i64>,
    /// What is asked for: filters, dimensions, versions of definitions; never a personal value.
    pub details: Value,
}

/// Something that was taken out.
#[derive(Debug, Clone, PartialEq)]
pub struct Disclosed {
    /// Its number, which grows.
    pub id: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// The key or session that was used; none for the command line.
    pub by_key: Option<Uuid>,
    /// What kind of party acted.
    pub actor_kind: ActorKind,
    /// Which one.
    pub actor_id: Option<Uuid>,
    /// The request.
    pub request_id: Option<Uuid>,
    /// What was taken.
    pub action: String,
    /// Whether personal values were in it.
    pub personal: bool,
    /// The position of the log that it was computed at.
    pub position: i64,
    /// How many rows, where that was known.
    pub rows: Option<i64>,
    /// What was asked for.
    pub details: Value,
}

/// What was taken out of the workspaces of a database. Cheap to clone.
#[derive(Clone)]
pub struct Disclosures {
    pool: PgPool,
}

impl Disclosures {
    /// Of this database.
    pub fn new(pool: PgPool) -> Self {
        Self { pool }
    }

    /// Keeps an entry; answers its number. Nothing may leave before it is kept.
    pub async fn keep(&self, disclosure: &Disclosure) -> Result<i64, AuthError> {
        let kind = serde_json::to_value(disclosure.actor.kind).unwrap_or_default();
        let id = sqlx::query_scalar(
            "insert into ledgerdesk.disclosures \
             (workspace_id, at, by_key, actor_kind, actor_id, request_id, action, personal, position, row_count, \
              details) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) returning id",
        )
        .bind(disclosure.workspace_id.0)
        .bind(disclosure.at)
        .bind(disclosure.by_key)
        .bind(kind.as_str().unwrap_or_default())
        .bind(disclosure.actor.id)
        .bind(disclosure.request_id)
        .bind(&disclosure.action)
        .bind(disclosure.personal)
        .bind(disclosure.position.0)
        .bind(disclosure.rows)
        .bind(&disclosure.details)
        .fetch_one(&self.pool)
        .await?;
        Ok(id)
    }

    /// The newest entries before this number, newest first; at most `limit`.
    pub async fn before(
        &self,
        workspace: WorkspaceId,
        before: Option<i64>,
        limit: u8,
    ) -> Result<Vec<Disclosed>, AuthError> {
        let rows = sqlx::query(
            "select id, at, by_key, actor_kind, actor_id, request_id, action, personal, position, row_count, \
                    details from ledgerdesk.disclosures \
              where workspace_id = $1 and id < $2 order by id desc limit $3",
        )
        .bind(workspace.0)
        .bind(before.unwrap_or(i64::MAX))
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await?;
        let entries = rows.into_iter().map(|row| {
            let kind: String = row.try_get("actor_kind")?;
            let kind = serde_json::from_value(Value::from(kind));
            Ok(Disclosed {
                id: row.try_get("id")?,
                at: row.try_get("at")?,
                by_key: row.try_get("by_key")?,
                actor_kind: kind.map_err(|error| sqlx::Error::Decode(error.into()))?,
                actor_id: row.try_get("actor_id")?,
                request_id: row.try_get("request_id")?,
                action: row.try_get("action")?,
                personal: row.try_get("personal")?,
                position: row.try_get("position")?,
                rows: row.try_get("row_count")?,
                details: row.try_get("details")?,
            })
        });
        entries.collect::<Result<_, sqlx::Error>>().map_err(AuthError::from)
    }
}
