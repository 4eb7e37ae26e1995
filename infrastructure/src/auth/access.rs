//! What somebody may do, and with what.

use ledgerdesk_domain::id::WorkspaceId;
use uuid::Uuid;

use super::{AuthError, Permission, Permissions, Role};

/// Which consultations somebody may see and work with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Scope {
    /// All of the workspace.
    #[default]
    All,
    /// Those that the manager of the key holds, and those that wait in the queue and are nobody's.
    OwnAndQueued,
    /// Those that the manager of the key holds.
    Own,
}

impl Scope {
    /// Every scope, the widest first.
    pub const ALL: [Self; 3] = [Self::All, Self::OwnAndQueued, Self::Own];

    /// The stored name, which is permanent.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::OwnAndQueued => "own_and_queued",
            Self::Own => "own",
        }
    }

    /// The scope with this stored name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == name)
    }

    /// The narrower one of two.
    pub fn narrowed(self, other: Self) -> Self {
        self.max(other)
    }
}

/// A role by its name: one that every workspace has, or one of the workspace's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RoleId {
    /// One that every workspace has.
    System(Role),
    /// One of the workspace's own.
    Custom(Uuid),
}

impl RoleId {
    /// The role of a text: a system role's name or the id of another one.
    pub fn parse(text: &str) -> Option<Self> {
        Role::parse(text).map(Self::System).or_else(|| text.parse().ok().map(Self::Custom))
    }

    pub(super) fn columns(self) -> (Option<&'static str>, Option<Uuid>) {
        match self {
            Self::System(role) => (Some(role.as_str()), None),
            Self::Custom(id) => (None, Some(id)),
        }
    }
}

impl std::fmt::Display for RoleId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::System(role) => f.write_str(role.as_str()),
            Self::Custom(id) => id.fmt(f),
        }
    }
}

/// What somebody may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// The role that gives it; none for who has no place in the workspace yet.
    pub role: Option<RoleId>,
    /// The role's name as people know it.
    pub role_name: String,
    /// What it allows.
    pub permissions: Permissions,
    /// With which consultations.
    pub scope: Scope,
}

impl Access {
    /// Nothing at all: who was let in only to accept an invitation.
    pub fn none() -> Self {
        Self { role: None, role_name: String::new(), permissions: Permissions::NONE, scope: Scope::Own }
    }

    /// A role and a scope. The log is the whole workspace's: who sees only part of the consultations cannot read it.
    pub(super) fn new(role: RoleId, role_name: String, permissions: Permissions, scope: Scope) -> Self {
        let permissions = match scope {
            Scope::All => permissions,
            Scope::OwnAndQueued | Scope::Own => permissions.without(Permission::EventsRead),
        };
        Self { role: Some(role), role_name, permissions, scope }
    }

    /// The same with a scope that is at least so narrow.
    pub fn narrowed(self, scope: Scope) -> Self {
        match self.role {
            Some(role) => Self::new(role, self.role_name, self.permissions, self.scope.narrowed(scope)),
            None => self,
        }
    }

    /// Whether it is allowed.
    pub const fn may(&self, permission: Permission) -> bool {
        self.permissions.contains(permission)
    }

    /// Nobody gives what they do not have: neither a permission nor a wider scope.
    pub fn may_grant(&self, other: &Self) -> Result<(), AuthError> {
        let missing = self.permissions.missing(other.permissions);
        if let Some(permission) = missing.iter().next() {
            return Err(AuthError::MoreThanHeld { permission });
        }
        if other.scope < self.scope { Err(AuthError::WiderThanHeld) } else { Ok(()) }
    }
}

impl From<Role> for Access {
    fn from(role: Role) -> Self {
        Self::new(RoleId::System(role), role.as_str().to_owned(), role.permissions(), Scope::All)
    }
}

/// Who changes keys, roles, sessions or invitations.
#[derive(Debug, Clone)]
pub struct Granter {
    /// In which workspace.
    pub workspace_id: WorkspaceId,
    /// The key or session that is used.
    pub key_id: Uuid,
    /// What they hold, and so may give.
    pub access: Access,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_gives_more_than_they_have() {
        let of = |role: Role| Access::from(role);
        for role in Role::ALL {
            assert!(of(Role::Owner).may_grant(&of(role)).is_ok(), "{role:?}");
            assert_eq!(of(Role::Administrator).may_grant(&of(role)).is_ok(), role != Role::Owner, "{role:?}");
        }
        let refused = of(Role::Administrator).may_grant(&of(Role::Owner)).unwrap_err();
        assert_eq!(refused.code(), "more_than_held");
        let own = of(Role::Administrator).narrowed(Scope::Own);
        assert_eq!(own.may_grant(&of(Role::Manager)).unwrap_err().code(), "wider_than_held");
        assert!(own.may_grant(&of(Role::Manager).narrowed(Scope::Own)).is_ok());
    }

    #[test]
    fn a_scope_narrows_and_never_widens_and_takes_the_log_away() {
        let own = Access::from(Role::Owner).narrowed(Scope::Own);
        assert!(!own.may(Permission::EventsRead) && own.may(Permission::ConsultationsRead));
        assert_eq!(own.narrowed(Scope::All).scope, Scope::Own);
    }

    #[test]
    fn a_role_is_known_by_its_name_or_its_id() {
        assert_eq!(RoleId::parse("manager"), Some(RoleId::System(Role::Manager)));
        let id = Uuid::from_u128(7);
        assert_eq!(RoleId::parse(&RoleId::Custom(id).to_string()), Some(RoleId::Custom(id)));
        assert_eq!(RoleId::parse("root"), None);
        for scope in Scope::ALL {
            assert_eq!(Scope::parse(scope.as_str()), Some(scope));
        }
    }
}
