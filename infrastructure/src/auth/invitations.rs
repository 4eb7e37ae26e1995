//! Invitations: somebody with an e-mail address gets a place in a workspace, once, for a while.
//!
//! The link is shown once, when the invitation is made; whoever has it may use it. With it alone one gets a key; with
//! it and a token of the provider, one's place goes with one's sign-in.

use chrono::{DateTime, TimeDelta, Utc};
use ledgerdesk_domain::id::{ManagerId, WorkspaceId};
use serde_json::json;
use sqlx::{PgConnection, PgPool, Row as _, postgres::PgRow};
use uuid::Uuid;

use super::{
    ApiKeys, AuthError, Created, Granter, InvitationSecret, KeySecret, NewApiKey, Place,
    identities::stored_place, record::Change, roles,
};

/// How long an invitation may stand.
const LONGEST: TimeDelta = TimeDelta::days(30);
/// Most invitations of a workspace that stand at once.
const MAX_OPEN: i64 = 1_000;

/// An invitation that is to be.
#[derive(Debug, Clone)]
pub struct NewInvitation {
    /// Its id.
    pub id: Uuid,
    /// Whom to write to.
    pub email: String,
    /// What they get.
    pub place: Place,
    /// Until when it stands; at most 30 days ahead.
    pub expires_at: DateTime<Utc>,
}

/// An invitation as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvitationRecord {
    /// Its id.
    pub id: Uuid,
    /// Whom to write to; forgotten once it was accepted or taken back.
    pub email: Option<String>,
    /// What they get.
    pub place: Place,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Until when it stands.
    pub expires_at: DateTime<Utc>,
    /// When it was accepted.
    pub accepted_at: Option<DateTime<Utc>>,
    /// When it was taken back.
    pub revoked_at: Option<DateTime<Utc>>,
}

/// The invitations of workspaces. Cheap to clone.
#[derive(Clone)]
pub struct Invitations {
    pool: PgPool,
}

const COLUMNS: &str = "id, workspace_id, email, role, role_id, scope, manager_id, created_at, expires_at, \
                       accepted_at, revoked_at";

impl Invitations {
    /// Of this database.
    pub fn new(pool: PgPool) -> Self {
        Self { pool }
    }

    /// Invites somebody, and answers the text of the link for the only time. Nobody may give more than they hold.
    pub async fn invite(
        &self,
        granter: &Granter,
        new: NewInvitation,
        now: DateTime<Utc>,
    ) -> Result<InvitationSecret, AuthError> {
        let email = checked_email(&new.email)?;
        if new.expires_at <= now || new.expires_at > now + LONGEST {
            return Err(AuthError::InvitationTime);
        }
        let mut transaction = self.pool.begin().await?;
        let role = roles::hold(&mut transaction, granter.workspace_id, new.place.role).await?;
        let access = role.access().narrowed(new.place.scope);
        if access.scope != super::Scope::All && new.place.manager_id.is_none() {
            return Err(AuthError::ScopeWithoutManager);
        }
        granter.access.may_grant(&access)?;
        let open: i64 = sqlx::query_scalar(
            "select count(*) from ledgerdesk.invitations \
             where workspace_id = $1 and accepted_at is null and revoked_at is null and expires_at > $2",
        )
        .bind(granter.workspace_id.0)
        .bind(now)
        .fetch_one(&mut *transaction)
        .await?;
        if open >= MAX_OPEN {
            return Err(AuthError::TooManyInvitations);
        }
        let secret = InvitationSecret::generate();
        let (system, custom) = new.place.role.columns();
        sqlx::query(
            "insert into ledgerdesk.invitations (id, workspace_id, email, role, role_id, scope, manager_id, \
             secret_hash, created_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(new.id)
        .bind(granter.workspace_id.0)
        .bind(email)
        .bind(system)
        .bind(custom)
        .bind(new.place.scope.as_str())
        .bind(new.place.manager_id.map(ManagerId::uuid))
        .bind(secret.digest().as_slice())
        .bind(now)
        .bind(new.expires_at)
        .execute(&mut *transaction)
        .await?;
        let by = (granter.workspace_id, Some(granter.key_id));
        kept(&mut transaction, by, "member_invited", (new.id, new.place), now).await?;
        transaction.commit().await?;
        Ok(secret)
    }

    /// The invitation of a link, if it can be accepted now.
    pub(super) async fn find(
        &self,
        secret: &InvitationSecret,
        now: DateTime<Utc>,
    ) -> Result<Option<(WorkspaceId, InvitationRecord)>, AuthError> {
        let row = sqlx::query(sqlx::AssertSqlSafe(format!(
            "select {COLUMNS} from ledgerdesk.invitations \
             where secret_hash = $1 and accepted_at is null and revoked_at is null and expires_at > $2"
        )))
        .bind(secret.digest().as_slice())
        .bind(now)
        .fetch_optional(&self.pool)
        .await?;
        let found =
            row.map(|row| Ok::<_, sqlx::Error>((WorkspaceId(row.try_get("workspace_id")?), record(&row)?)));
        Ok(found.transpose()?)
    }

    /// Accepts an invitation with a key, which is shown this once.
    pub async fn accept_with_key(
        &self,
        invitation: Uuid,
        (key_id, name): (Uuid, String),
        now: DateTime<Utc>,
    ) -> Result<Created, AuthError> {
        let mut transaction = self.pool.begin().await?;
        let (workspace_id, place) = take(&mut transaction, invitation, now).await?;
        roles::hold(&mut transaction, workspace_id, place.role).await?;
        let Place { role, scope, manager_id } = place;
        let key = NewApiKey { id: key_id, workspace_id, name, role, scope, manager_id };
        let secret = KeySecret::generate();
        ApiKeys::store(&mut *transaction, &key, &secret, now).await?;
        kept(&mut transaction, (workspace_id, Some(key_id)), "invitation_accepted", (invitation, place), now)
            .await?;
        transaction.commit().await?;
        Ok(Created { id: key_id, secret })
    }

    /// Accepts the invitation of a link for somebody who signed in. Where the provider has verified their address, it
    /// must be the one that was invited.
    pub async fn accept_with_identity(
        &self,
        secret: &InvitationSecret,
        (workspace, identity, email): (WorkspaceId, Uuid, Option<&str>),
        now: DateTime<Utc>,
    ) -> Result<Place, AuthError> {
        let found = self.find(secret, now).await?.filter(|(of, _)| *of == workspace);
        let (_, invitation) = found.ok_or(AuthError::InvitationNotFound)?;
        if let (Some(theirs), Some(invited)) = (email, &invitation.email)
            && theirs.to_lowercase() != invited.to_lowercase()
        {
            return Err(AuthError::InvitedSomebodyElse);
        }
        let mut transaction = self.pool.begin().await?;
        let (_, place) = take(&mut transaction, invitation.id, now).await?;
        roles::hold(&mut transaction, workspace, place.role).await?;
        let (system, custom) = place.role.columns();
        sqlx::query(
            "update ledgerdesk.identities set role = $3, role_id = $4, scope = $5, manager_id = $6 \
             where workspace_id = $1 and id = $2",
        )
        .bind(workspace.0)
        .bind(identity)
        .bind(system)
        .bind(custom)
        .bind(place.scope.as_str())
        .bind(place.manager_id.map(ManagerId::uuid))
        .execute(&mut *transaction)
        .await?;
        let by = (workspace, Some(identity));
        kept(&mut transaction, by, "invitation_accepted", (invitation.id, place), now).await?;
        transaction.commit().await?;
        Ok(place)
    }

    /// Takes an invitation back that nobody accepted.
    pub async fn revoke(&self, granter: &Granter, id: Uuid, now: DateTime<Utc>) -> Result<(), AuthError> {
        let mut transaction = self.pool.begin().await?;
        let row = sqlx::query(sqlx::AssertSqlSafe(format!(
            "update ledgerdesk.invitations set revoked_at = $3, email = null \
             where workspace_id = $1 and id = $2 and accepted_at is null and revoked_at is null returning {COLUMNS}"
        )))
        .bind(granter.workspace_id.0)
        .bind(id)
        .bind(now)
        .fetch_optional(&mut *transaction)
        .await?;
        let revoked = record(&row.ok_or(AuthError::InvitationNotFound)?)?;
        let by = (granter.workspace_id, Some(granter.key_id));
        kept(&mut transaction, by, "invitation_revoked", (id, revoked.place), now).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// A page of the invitations of a workspace, the newest first: those before this place, at most `limit`.
    pub async fn page(
        &self,
        workspace: WorkspaceId,
        before: Option<(DateTime<Utc>, Uuid)>,
        limit: u8,
    ) -> Result<Vec<InvitationRecord>, AuthError> {
        let (at, id) = before.unzip();
        let rows = sqlx::query(sqlx::AssertSqlSafe(format!(
            "select {COLUMNS} from ledgerdesk.invitations where workspace_id = $1 \
             and ($2::timestamptz is null or (created_at, id) < ($2, $3)) \
             order by created_at desc, id desc limit $4"
        )))
        .bind(workspace.0)
        .bind(at)
        .bind(id)
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(record).collect::<Result<_, sqlx::Error>>().map_err(AuthError::from)
    }
}

/// Uses an invitation up: whoever comes second finds none.
async fn take(
    connection: &mut PgConnection,
    id: Uuid,
    now: DateTime<Utc>,
) -> Result<(WorkspaceId, Place), AuthError> {
    let row = sqlx::query(sqlx::AssertSqlSafe(format!(
        "update ledgerdesk.invitations set accepted_at = $2, email = null \
         where id = $1 and accepted_at is null and revoked_at is null and expires_at > $2 returning {COLUMNS}"
    )))
    .bind(id)
    .bind(now)
    .fetch_optional(connection)
    .await?;
    let row = row.ok_or(AuthError::InvitationNotFound)?;
    Ok((WorkspaceId(row.try_get("workspace_id")?), record(&row)?.place))
}

async fn kept(
    connection: &mut PgConnection,
    (workspace_id, by_key): (WorkspaceId, Option<Uuid>),
    action: &str,
    (subject, place): (Uuid, Place),
    at: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    let details =
        json!({ "role": place.role.to_string(), "scope": place.scope.as_str(), "manager": place.manager_id });
    Change { workspace_id, at, by_key, action, subject, details }.keep(connection).await
}

fn record(row: &PgRow) -> Result<InvitationRecord, sqlx::Error> {
    Ok(InvitationRecord {
        id: row.try_get("id")?,
        email: row.try_get("email")?,
        place: stored_place(row)?.ok_or_else(|| sqlx::Error::Decode("an invitation to no role".into()))?,
        created_at: row.try_get("created_at")?,
        expires_at: row.try_get("expires_at")?,
        accepted_at: row.try_get("accepted_at")?,
        revoked_at: row.try_get("revoked_at")?,
    })
}

/// An address that a letter could reach; whether it does, the letter shows.
fn checked_email(text: &str) -> Result<String, AuthError> {
    let text = text.trim();
    let parts = text.rsplit_once('@');
    let plain = text.chars().all(|sign| !sign.is_whitespace() && !sign.is_control());
    let whole =
        parts.is_some_and(|(name, host)| !name.is_empty() && host.contains('.') && !host.starts_with('.'));
    if plain && whole && text.len() <= 254 { Ok(text.to_owned()) } else { Err(AuthError::Email) }
}
