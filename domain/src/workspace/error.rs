//! Why a command to a workspace can be refused.

use crate::{decider::Rejection, text::InvalidInput};

/// Why a command to a workspace was refused. Messages say what was wrong and what would be right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WorkspaceRejection {
    /// Nothing was created under this id.
    #[error("there is no such workspace; create it first")]
    NotFound,
    /// The id is taken.
    #[error("this workspace was created already; change its settings instead")]
    AlreadyExists,
    /// The input breaks a limit.
    #[error(transparent)]
    Invalid(#[from] InvalidInput),
}

impl Rejection for WorkspaceRejection {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "workspace_not_found",
            Self::AlreadyExists => "workspace_already_exists",
            Self::Invalid(input) => input.code(),
        }
    }

    fn field(&self) -> Option<&str> {
        match self {
            Self::Invalid(input) => Some(input.field()),
            Self::NotFound | Self::AlreadyExists => None,
        }
    }
}
