//! People who came with a token: when, and what an invitation made of them.

use chrono::{DateTime, TimeDelta, Utc};
use ledgerdesk_domain::id::{ManagerId, WorkspaceId};
use serde_json::json;
use sqlx::{PgPool, Row as _, postgres::PgRow};
use uuid::Uuid;

use super::{
    Access, AuthError, Granter, Role, RoleId, Scope,
    record::Change,
    roles::{self, stored_scope},
};

/// How exact the time is at which somebody was last seen.
const EXACT_TO: TimeDelta = TimeDelta::minutes(1);

/// What somebody got: a role, with which consultations, as which manager.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The role.
    pub role: RoleId,
    /// With which consultations, if not with all that the role is for.
    pub scope: Scope,
    /// As whom they act, if not as themselves.
    pub manager_id: Option<ManagerId>,
}

/// A person who came with a token, and so a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityRecord {
    /// Its id.
    pub id: Uuid,
    /// The provider.
    pub issuer: String,
    /// Who, in the provider's words.
    pub subject: String,
    /// What an invitation gave; without one, the claims of each token decide.
    pub place: Option<Place>,
    /// When they first came.
    pub first_seen_at: DateTime<Utc>,
    /// When they were last seen, to the minute.
    pub last_seen_at: DateTime<Utc>,
    /// Tokens that were made until then open nothing.
    pub revoked_at: Option<DateTime<Utc>>,
}

impl IdentityRecord {
    /// Whether a token of theirs that was made at this time was ended.
    pub fn has_ended(&self, issued_at: Option<DateTime<Utc>>) -> bool {
        // A token tells its time in whole seconds; one of the very second is an old one.
        self.revoked_at.is_some_and(|revoked| issued_at.is_none_or(|issued| issued <= revoked))
    }
}

/// The people of workspaces who came with tokens. Cheap to clone.
#[derive(Clone)]
pub struct Identities {
    pool: PgPool,
}

const COLUMNS: &str =
    "id, issuer, subject, role, role_id, scope, manager_id, first_seen_at, last_seen_at, revoked_at";

impl Identities {
    /// Of this database.
    pub fn new(pool: PgPool) -> Self {
        Self { pool }
    }

    /// Somebody is here: known from before or new, under `new_id`.
    pub(super) async fn meet(
        &self,
        workspace: WorkspaceId,
        (issuer, subject): (&str, &str),
        new_id: Uuid,
        now: DateTime<Utc>,
    ) -> Result<IdentityRecord, AuthError> {
        let known = sqlx::query(sqlx::AssertSqlSafe(format!(
            "select {COLUMNS} from ledgerdesk.identities where workspace_id = $1 and issuer = $2 and subject = $3"
        )))
        .bind(workspace.0)
        .bind(issuer)
        .bind(subject)
        .fetch_optional(&self.pool)
        .await?;
        if let Some(known) = known {
            let known = record(&known)?;
            if known.last_seen_at + EXACT_TO > now {
                return Ok(known);
            }
        }
        let row = sqlx::query(sqlx::AssertSqlSafe(format!(
            "insert into ledgerdesk.identities (id, workspace_id, issuer, subject, first_seen_at, last_seen_at) \
             values ($1, $2, $3, $4, $5, $5) on conflict (workspace_id, issuer, subject) \
             do update set last_seen_at = greatest(identities.last_seen_at, excluded.last_seen_at) returning {COLUMNS}"
        )))
        .bind(new_id)
        .bind(workspace.0)
        .bind(issuer)
        .bind(subject)
        .bind(now)
        .fetch_one(&self.pool)
        .await?;
        Ok(record(&row)?)
    }

    /// What a place allows now; nothing if its role is not there any more.
    pub(super) async fn access(
        &self,
        workspace: WorkspaceId,
        place: Place,
    ) -> Result<Option<Access>, AuthError> {
        if let RoleId::System(role) = place.role {
            return Ok(Some(Access::from(role).narrowed(place.scope)));
        }
        let mut connection = self.pool.acquire().await?;
        match roles::find(&mut connection, workspace, place.role).await {
            Ok(role) => Ok(Some(role.access().narrowed(place.scope))),
            Err(AuthError::RoleNotFound) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// A page of the people of a workspace, the newest first: those before this place, at most `limit`.
    pub async fn page(
        &self,
        workspace: WorkspaceId,
        before: Option<(DateTime<Utc>, Uuid)>,
        limit: u8,
    ) -> Result<Vec<IdentityRecord>, AuthError> {
        let (at, id) = before.unzip();
        let rows = sqlx::query(sqlx::AssertSqlSafe(format!(
            "select {COLUMNS} from ledgerdesk.identities where workspace_id = $1 \
             and ($2::timestamptz is null or (first_seen_at, id) < ($2, $3)) \
             order by first_seen_at desc, id desc limit $4"
        )))
        .bind(workspace.0)
        .bind(at)
        .bind(id)
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(record).collect::<Result<_, sqlx::Error>>().map_err(AuthError::from)
    }

    /// Ends the session of somebody: every token that they have by now opens nothing any more, within two seconds. One
    /// that they get later does.
    pub async fn revoke(&self, granter: &Granter, id: Uuid, now: DateTime<Utc>) -> Result<(), AuthError> {
        let mut transaction = self.pool.begin().await?;
        let row = sqlx::query(sqlx::AssertSqlSafe(format!(
            "select {COLUMNS} from ledgerdesk.identities where workspace_id = $1 and id = $2 for update"
        )))
        .bind(granter.workspace_id.0)
        .bind(id)
        .fetch_optional(&mut *transaction)
        .await?;
        let known = record(&row.ok_or(AuthError::SessionNotFound)?)?;
        if let Some(place) = known.place {
            let role = roles::hold(&mut transaction, granter.workspace_id, place.role).await?;
            granter.access.may_grant(&role.access().narrowed(place.scope))?;
        }
        sqlx::query("update ledgerdesk.identities set revoked_at = $2 where id = $1")
            .bind(id)
            .bind(now)
            .execute(&mut *transaction)
            .await?;
        let change = Change {
            workspace_id: granter.workspace_id,
            at: now,
            by_key: Some(granter.key_id),
            action: "session_revoked",
            subject: id,
            details: json!({}),
        };
        change.keep(&mut *transaction).await?;
        transaction.commit().await?;
        Ok(())
    }
}

fn record(row: &PgRow) -> Result<IdentityRecord, sqlx::Error> {
    Ok(IdentityRecord {
        id: row.try_get("id")?,
        issuer: row.try_get("issuer")?,
        subject: row.try_get("subject")?,
        place: stored_place(row)?,
        first_seen_at: row.try_get("first_seen_at")?,
        last_seen_at: row.try_get("last_seen_at")?,
        revoked_at: row.try_get("revoked_at")?,
    })
}

/// The place in the columns `role`, `role_id`, `scope` and `manager_id`.
pub(super) fn stored_place(row: &PgRow) -> Result<Option<Place>, sqlx::Error> {
    let (role, id): (Option<String>, Option<Uuid>) = (row.try_get("role")?, row.try_get("role_id")?);
    let role = role.as_deref().and_then(Role::parse).map(RoleId::System).or(id.map(RoleId::Custom));
    let Some(role) = role else { return Ok(None) };
    let manager: Option<Uuid> = row.try_get("manager_id")?;
    let scope = stored_scope(row.try_get("scope")?)?;
    Ok(Some(Place { role, scope, manager_id: manager.map(ManagerId) }))
}
