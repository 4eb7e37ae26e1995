//! Roles and keys as the API shows them.

use async_graphql::{Enum, ID, Json, SimpleObject};
use chrono::{DateTime, Utc};
use ledgerdesk_infrastructure::auth::{
    self, AccessEntry, ApiKeyRecord, IdentityRecord, InvitationRecord, roles::RoleRecord,
};
use serde_json::Value;
use uuid::Uuid;

use super::{id, optional_id};
use crate::graphql::global_id::NodeKind;

/// With which consultations somebody works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "auth::Scope", name = "AccessScope")]
pub enum Scope {
    /// All of the workspace.
    All,
    /// Those that the manager of the key holds, and those that wait in the queue and are nobody's.
    OwnAndQueued,
    /// Those that the manager of the key holds.
    Own,
}

/// A role: what its holders may do, and with which consultations.
#[derive(SimpleObject)]
#[graphql(name = "WorkspaceRole")]
pub struct Role {
    /// Its id: the name of a role that every workspace has, such as `manager`, or a plain UUID.
    id: ID,
    /// What people call it.
    name: String,
    /// Whether every workspace has it; such a role cannot be changed.
    system: bool,
    /// What it allows, such as `consultations:read`. `docs/permissions.md` has them all.
    permissions: Vec<String>,
    /// With which consultations.
    scope: Scope,
    /// When it was defined; null for one that every workspace has.
    created_at: Option<DateTime<Utc>>,
    /// When it was last changed.
    changed_at: Option<DateTime<Utc>>,
}

impl From<RoleRecord> for Role {
    fn from(record: RoleRecord) -> Self {
        Self {
            id: record.id.to_string().into(),
            name: record.definition.name,
            system: matches!(record.id, auth::RoleId::System(_)),
            permissions: record.definition.permissions.names(),
            scope: record.definition.scope.into(),
            created_at: record.created_at,
            changed_at: record.changed_at,
        }
    }
}

/// A key to the API. Its text is shown once, when it is made.
#[derive(SimpleObject)]
pub struct ApiKey {
    /// Its id.
    pub(in crate::graphql) id: ID,
    /// What people call it.
    name: String,
    /// The id of its role.
    role_id: ID,
    /// With which consultations, if not with all that its role is for.
    scope: Scope,
    /// The manager as whom it acts; null if it acts as itself.
    manager_id: Option<ID>,
    /// The first characters of its text.
    prefix: String,
    /// When it was made.
    created_at: DateTime<Utc>,
    /// When it was revoked; null while it is in force.
    revoked_at: Option<DateTime<Utc>>,
}

impl From<ApiKeyRecord> for ApiKey {
    fn from(record: ApiKeyRecord) -> Self {
        Self {
            id: id(NodeKind::ApiKey, record.id),
            name: record.name,
            role_id: record.role.to_string().into(),
            scope: record.scope.into(),
            manager_id: optional_id(NodeKind::Manager, record.manager_id),
            prefix: record.prefix,
            created_at: record.created_at,
            revoked_at: record.revoked_at,
        }
    }
}

/// Somebody who signed in with the OpenID Connect provider.
#[derive(SimpleObject)]
#[graphql(name = "SignInSession")]
pub struct Session {
    /// Its id.
    id: ID,
    /// The provider.
    issuer: String,
    /// Who, in the provider's words.
    subject: String,
    /// The id of the role that an invitation gave; null where the claims of each token decide.
    role_id: Option<ID>,
    /// The manager as whom they act by that invitation.
    manager_id: Option<ID>,
    /// When they first came.
    first_seen_at: DateTime<Utc>,
    /// When they were last seen, to the minute.
    last_seen_at: DateTime<Utc>,
    /// Tokens that were made until then open nothing; null if the session was never ended.
    revoked_at: Option<DateTime<Utc>>,
}

impl From<IdentityRecord> for Session {
    fn from(record: IdentityRecord) -> Self {
        Self {
            id: id(NodeKind::Session, record.id),
            issuer: record.issuer,
            subject: record.subject,
            role_id: record.place.map(|place| place.role.to_string().into()),
            manager_id: optional_id(NodeKind::Manager, record.place.and_then(|place| place.manager_id)),
            first_seen_at: record.first_seen_at,
            last_seen_at: record.last_seen_at,
            revoked_at: record.revoked_at,
        }
    }
}

/// An invitation to the workspace. Its link is shown once, when it is made.
#[derive(SimpleObject)]
pub struct Invitation {
    /// Its id.
    id: ID,
    /// Whom to write to; null once it was accepted or taken back.
    email: Option<String>,
    /// The id of the role that it gives.
    role_id: ID,
    /// With which consultations, if not with all that the role is for.
    scope: Scope,
    /// The manager as whom its receiver will act; null if as themselves.
    manager_id: Option<ID>,
    /// When it was made.
    created_at: DateTime<Utc>,
    /// Until when it stands.
    expires_at: DateTime<Utc>,
    /// When it was accepted; null if it was not.
    accepted_at: Option<DateTime<Utc>>,
    /// When it was taken back; null if it was not.
    revoked_at: Option<DateTime<Utc>>,
}

impl From<InvitationRecord> for Invitation {
    fn from(record: InvitationRecord) -> Self {
        Self {
            id: id(NodeKind::Invitation, record.id),
            email: record.email,
            role_id: record.place.role.to_string().into(),
            scope: record.place.scope.into(),
            manager_id: optional_id(NodeKind::Manager, record.place.manager_id),
            created_at: record.created_at,
            expires_at: record.expires_at,
            accepted_at: record.accepted_at,
            revoked_at: record.revoked_at,
        }
    }
}

/// A change of who may do what, kept for good.
#[derive(SimpleObject)]
#[graphql(name = "AccessLogEntry")]
pub struct AccessLogEntry {
    /// When.
    at: DateTime<Utc>,
    /// The key or session that was used, as a plain UUID; null for the command line.
    by_key: Option<Uuid>,
    /// What was done, such as `key_created`. Permanent.
    action: String,
    /// To which role, key, session or invitation, as a plain UUID.
    subject: Uuid,
    /// What came of it; never a secret.
    details: Json<Value>,
}

impl From<AccessEntry> for AccessLogEntry {
    fn from(entry: AccessEntry) -> Self {
        let AccessEntry { at, by_key, action, subject, details, .. } = entry;
        Self { at, by_key, action, subject, details: Json(details) }
    }
}
