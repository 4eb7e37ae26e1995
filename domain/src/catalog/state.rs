//! What the rules of an entry need to remember, and how events change it.

use super::{CatalogEvent as Event, CatalogRejection as Rejection};
use crate::consultation::{Attributes, CatalogReference};

/// What the rules of an entry need to remember.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CatalogEntryState {
    pub(super) standing: Standing,
    pub(super) kind: String,
    pub(super) external_id: String,
    pub(super) title: String,
    pub(super) parent: Option<CatalogReference>,
    pub(super) attributes: Attributes,
}

/// Where an entry stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Standing {
    /// Nothing happened yet.
    #[default]
    Undefined,
    Active,
    Retired,
}

impl CatalogEntryState {
    /// There to be chosen, and to be changed.
    pub(super) fn active(&self) -> Result<(), Rejection> {
        match self.standing {
            Standing::Undefined => Err(Rejection::NotFound),
            Standing::Active => Ok(()),
            Standing::Retired => Err(Rejection::Retired),
        }
    }

    /// The state after the event.
    pub(super) fn evolve(mut self, event: &Event) -> Self {
        match event {
            Event::CatalogEntryDefined(defined) => {
                self.standing = Standing::Active;
                self.kind.clone_from(&defined.kind);
                self.external_id.clone_from(&defined.external_id);
                self.title.clone_from(&defined.title);
                self.parent.clone_from(&defined.parent);
                self.attributes.clone_from(&defined.attributes);
            }
            Event::CatalogEntryChanged(changed) => {
                self.title.clone_from(&changed.title);
                self.parent.clone_from(&changed.parent);
                self.attributes.clone_from(&changed.attributes);
            }
            Event::CatalogEntryRetired(_) => self.standing = Standing::Retired,
            Event::CatalogEntryRestored(_) => self.standing = Standing::Active,
        }
        self
    }
}
