//! Why a command to a client can be refused.

use crate::{decider::Rejection, text::InvalidInput};

/// Why a command to a client was refused. Messages say what was wrong and what would be right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClientRejection {
    /// Nothing was registered under this id.
    #[error("there is no such client; register it first")]
    NotFound,
    /// The id is taken.
    #[error("this client was registered already; choose another id for a new one")]
    AlreadyExists,
    /// The client asked to be forgotten.
    #[error("the client was erased and takes no more changes; register a new one")]
    Erased,
    /// The input breaks a limit.
    #[error(transparent)]
    Invalid(#[from] InvalidInput),
}

impl Rejection for ClientRejection {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "client_not_found",
            Self::AlreadyExists => "client_already_exists",
            Self::Erased => "client_erased",
            Self::Invalid(input) => input.code(),
        }
    }

    fn field(&self) -> Option<&str> {
        match self {
            Self::Invalid(input) => Some(input.field()),
            Self::NotFound | Self::AlreadyExists | Self::Erased => None,
        }
    }
}
