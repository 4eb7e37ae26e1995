//! Why a command to an entry of a catalog can be refused.

use crate::{decider::Rejection, text::InvalidInput};

/// Why a command to an entry of a catalog was refused. Messages say what was wrong and what would be right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CatalogRejection {
    /// Nothing was defined under this id.
    #[error("there is no such entry in the catalogs; define it first")]
    NotFound,
    /// The id is taken.
    #[error("the catalog has an entry with this external id already; change that one instead")]
    AlreadyExists,
    /// The entry cannot be chosen any more.
    #[error("the entry is retired and takes no changes; restore it first")]
    Retired,
    /// An entry would stand above itself.
    #[error("an entry cannot be its own parent; name another entry, or none")]
    OwnParent,
    /// The input breaks a limit.
    #[error(transparent)]
    Invalid(#[from] InvalidInput),
}

impl Rejection for CatalogRejection {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "catalog_entry_not_found",
            Self::AlreadyExists => "catalog_entry_already_exists",
            Self::Retired => "catalog_entry_retired",
            Self::OwnParent => "catalog_entry_own_parent",
            Self::Invalid(input) => input.code(),
        }
    }

    fn field(&self) -> Option<&str> {
        match self {
            Self::Invalid(input) => Some(input.field()),
            Self::OwnParent => Some("parent"),
            Self::NotFound | Self::AlreadyExists | Self::Retired => None,
        }
    }
}
