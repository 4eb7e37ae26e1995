//! Why a command to a workspace can be refused.

use crate::{
    calendar::{self, CalendarFault},
    decider::Rejection,
    service_level::{self, PolicyFault},
    text::InvalidInput,
};

/// Why a command to a workspace was refused. Messages say what was wrong and what would be right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WorkspaceRejection {
    /// Nothing was created under this id.
    #[error("there is no such workspace; create it first")]
    NotFound,
    /// The id is taken.
    #[error("this workspace was created already; change its settings instead")]
    AlreadyExists,
    /// No view that the actor may change has this id.
    #[error("there is no such view; save it first")]
    ViewNotFound,
    /// Nobody in particular saves a view that is not shared.
    #[error("a view of one's own needs a manager, and this actor is none; share the view")]
    ViewWithoutOwner,
    /// No calendar has this key.
    #[error("there is no calendar `{key}`; publish it first")]
    CalendarNotFound {
        /// The key.
        key: String,
    },
    /// The calendar cannot be one.
    #[error(transparent)]
    Calendar(#[from] CalendarFault),
    /// The table of service levels cannot be one.
    #[error(transparent)]
    Policy(#[from] PolicyFault),
    /// The input breaks a limit.
    #[error(transparent)]
    Invalid(#[from] InvalidInput),
}

impl Rejection for WorkspaceRejection {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "workspace_not_found",
            Self::AlreadyExists => "workspace_already_exists",
            Self::ViewNotFound => "view_not_found",
            Self::ViewWithoutOwner => "view_without_owner",
            Self::CalendarNotFound { .. } => "calendar_not_found",
            Self::Calendar(fault) => fault.code(),
            Self::Policy(fault) => fault.code(),
            Self::Invalid(input) => input.code(),
        }
    }

    fn field(&self) -> Option<&str> {
        match self {
            Self::Invalid(input) => Some(input.field()),
            Self::CalendarNotFound { .. } => Some("key"),
            Self::Calendar(fault) => Some(fault.field()),
            Self::Policy(_) => Some("rules"),
            Self::ViewNotFound => Some("view_id"),
            Self::ViewWithoutOwner => Some("shared"),
            Self::NotFound | Self::AlreadyExists => None,
        }
    }
}

impl From<calendar::Unfit> for WorkspaceRejection {
    fn from(unfit: calendar::Unfit) -> Self {
        match unfit {
            calendar::Unfit::Input(input) => Self::Invalid(input),
            calendar::Unfit::Calendar(fault) => Self::Calendar(fault),
        }
    }
}

impl From<service_level::Unfit> for WorkspaceRejection {
    fn from(unfit: service_level::Unfit) -> Self {
        match unfit {
            service_level::Unfit::Input(input) => Self::Invalid(input),
            service_level::Unfit::Policy(fault) => Self::Policy(fault),
        }
    }
}
