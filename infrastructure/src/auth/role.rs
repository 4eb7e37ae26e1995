//! What a key may do.

/// What an API key may do. The stored name is permanent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Everything.
    Owner,
    /// Everything but keys of owners.
    Administrator,
    /// All consultations and all managers' work.
    Supervisor,
    /// Consultations.
    Manager,
    /// Talks to clients for the team.
    Bot,
    /// Reads read models and analytics.
    Analyst,
    /// Reads everything, the log included.
    Auditor,
    /// Another system that reads and writes consultations.
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
    use super::*;

    #[test]
    fn every_role_survives_its_stored_name() {
        for role in Role::ALL {
            assert_eq!(Role::parse(role.as_str()), Some(role));
        }
        assert_eq!(Role::parse("root"), None);
    }
}
