//! Why a command to a manager can be refused.

use crate::{decider::Rejection, text::InvalidInput};

/// Why a command to a manager was refused. Messages say what was wrong and what would be right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ManagerRejection {
    /// Nobody was registered under this id.
    #[error("there is no such manager; register one first")]
    NotFound,
    /// The id is taken.
    #[error("this manager was registered already; choose another id for a new one")]
    AlreadyExists,
    /// The manager left.
    #[error("the manager left the team and takes no more changes; register a new one")]
    Inactive,
    /// The manager has not left.
    #[error("the manager is still in the team; deactivate it before erasing it")]
    Active,
    /// The input breaks a limit.
    #[error(transparent)]
    Invalid(#[from] InvalidInput),
}

impl Rejection for ManagerRejection {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "manager_not_found",
            Self::AlreadyExists => "manager_already_exists",
            Self::Inactive => "manager_inactive",
            Self::Active => "manager_active",
            Self::Invalid(input) => input.code(),
        }
    }

    fn field(&self) -> Option<&str> {
        match self {
            Self::Invalid(input) => Some(input.field()),
            Self::NotFound | Self::AlreadyExists | Self::Inactive | Self::Active => None,
        }
    }
}
