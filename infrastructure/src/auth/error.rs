//! Why keys and roles cannot be kept.

use super::Permission;

/// Why a key, a role, a session or an invitation could not be made, changed or looked up.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    /// Nobody could tell keys apart by such a name.
    #[error("the name of a key has 1 to 200 characters")]
    Name,
    /// This very key exists already.
    #[error("this key exists already; make another")]
    Exists,
    /// No such key in this workspace.
    #[error("there is no such key; the query `apiKeys` shows them")]
    KeyNotFound,
    /// Nobody could get in any more.
    #[error("this is the last owner key of its workspace; make another first")]
    LastOwner,
    /// The role does not exist in this workspace.
    #[error("there is no such role; the query `roles` shows them")]
    RoleNotFound,
    /// Nobody could tell roles apart by such a name.
    #[error("the name of a role has 1 to 100 characters")]
    RoleName,
    /// Another role has the name.
    #[error("another role has this name; take another name")]
    RoleNameTaken,
    /// Somebody still has it.
    #[error("the role is in use; revoke the keys and invitations that have it first")]
    RoleInUse,
    /// A role that allows nothing.
    #[error("a role needs at least one permission")]
    NoPermission,
    /// More roles than a workspace may have.
    #[error("a workspace has at most 100 roles of its own; delete one first")]
    TooManyRoles,
    /// Somebody would give what they do not have.
    #[error("you cannot give, change or take what you do not hold: {}", permission.as_str())]
    MoreThanHeld {
        /// The first permission that they lack.
        permission: Permission,
    },
    /// Somebody would give a wider scope than they have.
    #[error("you cannot give a wider scope than your own")]
    WiderThanHeld,
    /// A scope of a manager's own consultations needs a manager.
    #[error("a scope of own consultations needs the manager whose they are")]
    ScopeWithoutManager,
    /// No such session in this workspace.
    #[error("there is no such session; the query `sessions` shows them")]
    SessionNotFound,
    /// No invitation that could be accepted or taken back now.
    #[error("there is no such invitation, or it was accepted, taken back or has expired; ask for a new one")]
    InvitationNotFound,
    /// Another address was invited.
    #[error("the invitation is for another address; sign in with the one that was invited")]
    InvitedSomebodyElse,
    /// An invitation without end, or one that has ended already.
    #[error("an invitation ends later than now and within 30 days")]
    InvitationTime,
    /// More invitations than may stand at once.
    #[error("a workspace has at most 1000 invitations at once; take some back first")]
    TooManyInvitations,
    /// No letter could reach this.
    #[error("this is no e-mail address; it looks like name@example.org")]
    Email,
    /// The provider of tokens cannot be asked, or gives no sense.
    #[error("the OpenID Connect provider cannot be asked: {reason}")]
    Provider {
        /// Why, for the log.
        reason: String,
    },
    /// The database refused or could not be reached.
    #[error("the keys could not be read or written")]
    Database(#[from] sqlx::Error),
}

impl AuthError {
    /// The permanent code, for scripts.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Name => "key_name_invalid",
            Self::Exists => "key_exists",
            Self::KeyNotFound => "key_not_found",
            Self::LastOwner => "last_owner_key",
            Self::RoleNotFound => "role_not_found",
            Self::RoleName => "role_name_invalid",
            Self::RoleNameTaken => "role_name_taken",
            Self::RoleInUse => "role_in_use",
            Self::NoPermission => "no_permission",
            Self::TooManyRoles => "too_many_roles",
            Self::MoreThanHeld { .. } => "more_than_held",
            Self::WiderThanHeld => "wider_than_held",
            Self::ScopeWithoutManager => "scope_without_manager",
            Self::SessionNotFound => "session_not_found",
            Self::InvitationNotFound => "invitation_not_found",
            Self::InvitedSomebodyElse => "invited_somebody_else",
            Self::InvitationTime => "invitation_time",
            Self::TooManyInvitations => "too_many_invitations",
            Self::Email => "email_invalid",
            Self::Provider { .. } => "provider_unavailable",
            Self::Database(_) => "database_unavailable",
        }
    }
}
