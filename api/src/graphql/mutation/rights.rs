//! Which role may ask for what. Coarse on purpose: a key belongs to a program or a person with a job, not to a
//! single record.

use crate::graphql::caller::Role;

/// What a mutation needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Right {
    /// Work with consultations and clients.
    Consultations,
    /// Lead the team.
    Team,
    /// Keep the catalogs.
    Catalogs,
    /// Change the workspace itself, or destroy what cannot be brought back.
    Workspace,
}

impl Right {
    /// Whether the role has it.
    pub(crate) const fn belongs_to(self, role: Role) -> bool {
        match role {
            Role::Owner | Role::Administrator => true,
            Role::Supervisor => matches!(self, Self::Consultations | Self::Team | Self::Catalogs),
            Role::Integration => matches!(self, Self::Consultations | Self::Catalogs),
            Role::Manager | Role::Bot => matches!(self, Self::Consultations),
            Role::Analyst | Role::Auditor => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_only_reads_has_no_right_and_each_right_contains_the_smaller_ones() {
        let all = [Right::Consultations, Right::Team, Right::Catalogs, Right::Workspace];
        let count = |role| all.iter().filter(|right| right.belongs_to(role)).count();
        assert_eq!([Role::Analyst, Role::Auditor].map(count), [0, 0]);
        assert_eq!([Role::Manager, Role::Bot, Role::Integration].map(count), [1, 1, 2]);
        assert_eq!([Role::Supervisor, Role::Administrator, Role::Owner].map(count), [3, 4, 4]);
        assert!(Right::Consultations.belongs_to(Role::Manager));
        assert!(!Right::Workspace.belongs_to(Role::Supervisor));
    }
}
