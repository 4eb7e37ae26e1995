//! The roles that every workspace has. Each is a set of permissions; this is the table.

use super::permission::{
    Permission::{
        AccessRead, CatalogsRead, CatalogsWrite, ClientsRead, ClientsWrite, ConsultationsAssign,
        ConsultationsRead, ConsultationsWrite, DataExport, EventsRead, KeysIntrospect, ManagersRead,
        ManagersWrite, OwnersManage, PersonalRead, StatusRead,
    },
    Permissions,
};

/// A role that every workspace has. The stored name is permanent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Everything.
    Owner,
    /// Everything but making and unmaking owners.
    Administrator,
    /// All consultations and all managers' work.
    Supervisor,
    /// Consultations.
    Manager,
    /// Talks to clients for the team.
    Bot,
    /// Reads numbers, never a person's data.
    Analyst,
    /// Reads everything, the log included, and changes nothing.
    Auditor,
    /// Another system that reads and writes consultations and follows the log.
    Integration,
}

impl Role {
    /// Every role, the most powerful first.
    pub const ALL: [Self; 8] = [
        Self::Owner,
        Self::Administrator,
        Self::Supervisor,
        Self::Manager,
        Self::Bot,
        Self::Analyst,
        Self::Auditor,
        Self::Integration,
    ];

    /// What it may do.
    pub const fn permissions(self) -> Permissions {
        match self {
            Self::Owner => Permissions::ALL,
            Self::Administrator => Permissions::ALL.without(OwnersManage),
            Self::Supervisor => Permissions::of(&[
                ConsultationsRead,
                ConsultationsWrite,
                ConsultationsAssign,
                PersonalRead,
                ClientsRead,
                ClientsWrite,
                ManagersRead,
                CatalogsRead,
                CatalogsWrite,
                ManagersWrite,
                EventsRead,
                StatusRead,
                DataExport,
            ]),
            Self::Manager => Permissions::of(&[
                ConsultationsRead,
                ConsultationsWrite,
                ConsultationsAssign,
                PersonalRead,
                ClientsRead,
                ClientsWrite,
                ManagersRead,
                CatalogsRead,
                StatusRead,
            ]),
            Self::Bot => Permissions::of(&[
                ConsultationsRead,
                ConsultationsWrite,
                PersonalRead,
                ClientsRead,
                ClientsWrite,
                ManagersRead,
                CatalogsRead,
                StatusRead,
            ]),
            Self::Analyst => Permissions::of(&[
                ConsultationsRead,
                ClientsRead,
                ManagersRead,
                CatalogsRead,
                StatusRead,
                DataExport,
            ]),
            Self::Auditor => Permissions::of(&[
                ConsultationsRead,
                PersonalRead,
                ClientsRead,
                ManagersRead,
                CatalogsRead,
                EventsRead,
                StatusRead,
                AccessRead,
                DataExport,
            ]),
            Self::Integration => Permissions::of(&[
                ConsultationsRead,
                ConsultationsWrite,
                ConsultationsAssign,
                PersonalRead,
                ClientsRead,
                ClientsWrite,
                ManagersRead,
                CatalogsRead,
                CatalogsWrite,
                EventsRead,
                StatusRead,
                KeysIntrospect,
                DataExport,
            ]),
        }
    }

    /// The stored name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Administrator => "administrator",
            Self::Supervisor => "supervisor",
            Self::Manager => "manager",
            Self::Bot => "bot",
            Self::Analyst => "analyst",
            Self::Auditor => "auditor",
            Self::Integration => "integration",
        }
    }

    /// The role with this stored name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == name)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_role_survives_its_stored_name() {
        for role in Role::ALL {
            assert_eq!(Role::parse(role.as_str()), Some(role));
        }
        assert_eq!(Role::parse("root"), None);
    }

    #[test]
    fn no_two_roles_may_do_the_same() {
        let sets: HashSet<_> = Role::ALL.map(Role::permissions).into_iter().collect();
        assert_eq!(sets.len(), Role::ALL.len());
    }
}
