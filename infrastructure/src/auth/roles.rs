//! A workspace's own roles: a name, permissions, a scope.

use chrono::{DateTime, Utc};
use ledgerdesk_domain::id::WorkspaceId;
use serde_json::json;
use sqlx::{PgConnection, PgPool, Row as _, postgres::PgRow};
use uuid::Uuid;

use super::{
    Access, AuthError, Granter, Permissions, Role, RoleId, Scope, authenticate::Cache, record::Change,
};

/// Most roles of a workspace's own.
const MAX_ROLES: i64 = 100;
/// Longest name, in characters.
const MAX_NAME: usize = 100;

/// The role that a workspace never goes without.
pub(super) const OWNER: RoleId = RoleId::System(Role::Owner);

/// What a role is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleDefinition {
    /// What people call it; 1 to 100 characters, unlike any other of the workspace.
    pub name: String,
    /// What it allows.
    pub permissions: Permissions,
    /// With which consultations.
    pub scope: Scope,
}

/// A role of a workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleRecord {
    /// Its id.
    pub id: RoleId,
    /// What it is.
    pub definition: RoleDefinition,
    /// When it was defined; none for one that every workspace has.
    pub created_at: Option<DateTime<Utc>>,
    /// When it was last changed.
    pub changed_at: Option<DateTime<Utc>>,
}

impl RoleRecord {
    /// What who has it may do.
    pub fn access(&self) -> Access {
        let RoleDefinition { name, permissions, scope } = self.definition.clone();
        Access::new(self.id, name, permissions, scope)
    }
}

impl From<Role> for RoleRecord {
    fn from(role: Role) -> Self {
        let definition = RoleDefinition {
            name: role.as_str().to_owned(),
            permissions: role.permissions(),
            scope: Scope::All,
        };
        Self { id: RoleId::System(role), definition, created_at: None, changed_at: None }
    }
}

/// The roles of workspaces. Cheap to clone.
#[derive(Clone)]
pub struct Roles {
    pool: PgPool,
    cache: Cache,
}

impl Roles {
    /// `cache` remembers keys with what they may do.
    pub(super) fn new(pool: PgPool, cache: Cache) -> Self {
        Self { pool, cache }
    }

    /// Every role of a workspace: those that all have, then its own by name.
    pub async fn list(&self, workspace: WorkspaceId) -> Result<Vec<RoleRecord>, AuthError> {
        let rows = sqlx::query(
            "select id, name, permissions, scope, created_at, changed_at from ledgerdesk.roles \
             where workspace_id = $1 and deleted_at is null order by lower(name), id",
        )
        .bind(workspace.0)
        .fetch_all(&self.pool)
        .await?;
        let own = rows.iter().map(record).collect::<Result<Vec<_>, _>>()?;
        Ok(Role::ALL.into_iter().map(RoleRecord::from).chain(own).collect())
    }

    /// One role.
    pub async fn find(&self, workspace: WorkspaceId, id: RoleId) -> Result<RoleRecord, AuthError> {
        let mut connection = self.pool.acquire().await?;
        find(&mut connection, workspace, id).await
    }

    /// Defines a role. Nobody may put more into it than they hold.
    pub async fn define(
        &self,
        granter: &Granter,
        id: Uuid,
        definition: RoleDefinition,
        now: DateTime<Utc>,
    ) -> Result<RoleRecord, AuthError> {
        let definition = checked(granter, RoleId::Custom(id), &definition)?;
        let mut transaction = self.pool.begin().await?;
        // One after the other, so that the bound holds.
        sqlx::query("select pg_advisory_xact_lock(hashtextextended($1::text, 5))")
            .bind(granter.workspace_id.0)
            .execute(&mut *transaction)
            .await?;
        let count: i64 = sqlx::query_scalar(
            "select count(*) from ledgerdesk.roles where workspace_id = $1 and deleted_at is null",
        )
        .bind(granter.workspace_id.0)
        .fetch_one(&mut *transaction)
        .await?;
        if count >= MAX_ROLES {
            return Err(AuthError::TooManyRoles);
        }
        let stored = sqlx::query(
            "insert into ledgerdesk.roles (id, workspace_id, name, permissions, scope, created_at, changed_at) \
             values ($1, $2, $3, $4, $5, $6, $6)",
        )
        .bind(id)
        .bind(granter.workspace_id.0)
        .bind(&definition.name)
        .bind(definition.permissions.names())
        .bind(definition.scope.as_str())
        .bind(now)
        .execute(&mut *transaction)
        .await;
        name_taken(stored)?;
        change(granter, "role_defined", id, &definition, now).keep(&mut *transaction).await?;
        transaction.commit().await?;
        let (created_at, changed_at) = (Some(now), Some(now));
        Ok(RoleRecord { id: RoleId::Custom(id), definition, created_at, changed_at })
    }

    /// Changes a role, for everybody who has it: on this node at once, on others within two seconds. Nobody may
    /// change one that holds more than they do.
    pub async fn change(
        &self,
        granter: &Granter,
        id: Uuid,
        definition: RoleDefinition,
        now: DateTime<Utc>,
    ) -> Result<RoleRecord, AuthError> {
        let definition = checked(granter, RoleId::Custom(id), &definition)?;
        let mut transaction = self.pool.begin().await?;
        let before = lock(&mut transaction, granter.workspace_id, id).await?;
        granter.access.may_grant(&before.access())?;
        let stored = sqlx::query(
            "update ledgerdesk.roles set name = $3, permissions = $4, scope = $5, changed_at = $6 \
             where workspace_id = $1 and id = $2",
        )
        .bind(granter.workspace_id.0)
        .bind(id)
        .bind(&definition.name)
        .bind(definition.permissions.names())
        .bind(definition.scope.as_str())
        .bind(now)
        .execute(&mut *transaction)
        .await;
        name_taken(stored)?;
        change(granter, "role_changed", id, &definition, now).keep(&mut *transaction).await?;
        transaction.commit().await?;
        self.cache.forget_all();
        Ok(RoleRecord { definition, changed_at: Some(now), ..before })
    }

    /// Deletes a role that nobody has.
    pub async fn delete(&self, granter: &Granter, id: Uuid, now: DateTime<Utc>) -> Result<(), AuthError> {
        let mut transaction = self.pool.begin().await?;
        // Whoever gives the role holds a lock on its row, so that from here on nobody gets it.
        let before = lock(&mut transaction, granter.workspace_id, id).await?;
        granter.access.may_grant(&before.access())?;
        let used: bool = sqlx::query_scalar(
            "select exists (select from ledgerdesk.api_keys where role_id = $1 and revoked_at is null) \
             or exists (select from ledgerdesk.identities where role_id = $1) \
             or exists (select from ledgerdesk.invitations where role_id = $1 and accepted_at is null \
             and revoked_at is null and expires_at > $2)",
        )
        .bind(id)
        .bind(now)
        .fetch_one(&mut *transaction)
        .await?;
        if used {
            return Err(AuthError::RoleInUse);
        }
        sqlx::query("update ledgerdesk.roles set deleted_at = $2 where id = $1")
            .bind(id)
            .bind(now)
            .execute(&mut *transaction)
            .await?;
        change(granter, "role_deleted", id, &before.definition, now).keep(&mut *transaction).await?;
        transaction.commit().await?;
        Ok(())
    }
}

/// A role as it is while the transaction lasts: it is neither changed nor deleted meanwhile.
pub(super) async fn hold(
    connection: &mut PgConnection,
    workspace: WorkspaceId,
    id: RoleId,
) -> Result<RoleRecord, AuthError> {
    if let RoleId::Custom(id) = id {
        sqlx::query("select from ledgerdesk.roles where workspace_id = $1 and id = $2 for share")
            .bind(workspace.0)
            .bind(id)
            .execute(&mut *connection)
            .await?;
    }
    find(connection, workspace, id).await
}

async fn lock(
    connection: &mut PgConnection,
    workspace: WorkspaceId,
    id: Uuid,
) -> Result<RoleRecord, AuthError> {
    sqlx::query("select from ledgerdesk.roles where workspace_id = $1 and id = $2 for update")
        .bind(workspace.0)
        .bind(id)
        .execute(&mut *connection)
        .await?;
    find(connection, workspace, RoleId::Custom(id)).await
}

pub(super) async fn find(
    connection: &mut PgConnection,
    workspace: WorkspaceId,
    id: RoleId,
) -> Result<RoleRecord, AuthError> {
    let id = match id {
        RoleId::System(role) => return Ok(role.into()),
        RoleId::Custom(id) => id,
    };
    let row = sqlx::query(
        "select id, name, permissions, scope, created_at, changed_at from ledgerdesk.roles \
         where workspace_id = $1 and id = $2 and deleted_at is null",
    )
    .bind(workspace.0)
    .bind(id)
    .fetch_optional(connection)
    .await?;
    Ok(record(&row.ok_or(AuthError::RoleNotFound)?)?)
}

fn record(row: &PgRow) -> Result<RoleRecord, sqlx::Error> {
    let (permissions, scope): (Vec<String>, String) = (row.try_get("permissions")?, row.try_get("scope")?);
    Ok(RoleRecord {
        id: RoleId::Custom(row.try_get("id")?),
        definition: RoleDefinition {
            name: row.try_get("name")?,
            permissions: Permissions::stored(&permissions),
            scope: stored_scope(&scope)?,
        },
        created_at: Some(row.try_get("created_at")?),
        changed_at: Some(row.try_get("changed_at")?),
    })
}

/// The scope of a stored name. Another one can only have been written by a newer version of the program.
pub(super) fn stored_scope(name: &str) -> Result<Scope, sqlx::Error> {
    Scope::parse(name).ok_or_else(|| sqlx::Error::Decode(format!("unknown scope {name}").into()))
}

fn checked(granter: &Granter, id: RoleId, definition: &RoleDefinition) -> Result<RoleDefinition, AuthError> {
    let name = definition.name.trim().to_owned();
    if name.is_empty() || name.chars().count() > MAX_NAME || name.contains('\0') {
        return Err(AuthError::RoleName);
    }
    if Role::parse(&name.to_lowercase()).is_some() {
        return Err(AuthError::RoleNameTaken);
    }
    if definition.permissions.is_empty() {
        return Err(AuthError::NoPermission);
    }
    let definition = RoleDefinition { name, ..definition.clone() };
    let RoleDefinition { name, permissions, scope } = definition.clone();
    granter.access.may_grant(&Access::new(id, name, permissions, scope))?;
    Ok(definition)
}

fn name_taken<T>(stored: Result<T, sqlx::Error>) -> Result<T, AuthError> {
    stored.map_err(|error| match error.as_database_error() {
        Some(taken) if taken.is_unique_violation() => AuthError::RoleNameTaken,
        _ => error.into(),
    })
}

fn change<'a>(
    granter: &Granter,
    action: &'a str,
    subject: Uuid,
    definition: &RoleDefinition,
    at: DateTime<Utc>,
) -> Change<'a> {
    Change {
        workspace_id: granter.workspace_id,
        at,
        by_key: Some(granter.key_id),
        action,
        subject,
        details: json!({
            "name": definition.name,
            "permissions": definition.permissions.names(),
            "scope": definition.scope.as_str(),
        }),
    }
}
