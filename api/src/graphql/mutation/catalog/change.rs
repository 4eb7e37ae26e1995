//! `changeCatalogEntry`: changes title, parent or attributes of an entry.

use async_graphql::{InputObject, MaybeUndefined};
use ledgerdesk_domain::catalog::{CatalogCommand, CatalogEntry, ChangeCatalogEntry};

use crate::graphql::{
    mutation::{
        input::{self, AttributeInput, CatalogReferenceInput},
        reader::Reader,
        verb::{Aim, OnCatalogEntry, Verb},
    },
    user_error::UserError,
};

/// What changes; a field that is left out stays as it is.
#[derive(Debug, InputObject)]
pub(crate) struct ChangeCatalogEntryInput {
    #[graphql(flatten)]
    on: OnCatalogEntry,
    /// The new title, at most 500 characters.
    title: Option<String>,
    /// The new parent; null takes it away.
    parent: MaybeUndefined<CatalogReferenceInput>,
    /// All attributes, as they shall be.
    attributes: Option<Vec<AttributeInput>>,
}

impl Verb for ChangeCatalogEntryInput {
    type Of = CatalogEntry;

    fn aim(&self) -> Aim<'_> {
        self.on.aim()
    }

    fn command(self, _: &mut Reader<'_>) -> Result<CatalogCommand, UserError> {
        Ok(CatalogCommand::ChangeCatalogEntry(ChangeCatalogEntry {
            title: self.title,
            parent: match self.parent {
                MaybeUndefined::Undefined => None,
                MaybeUndefined::Null => Some(None),
                MaybeUndefined::Value(parent) => Some(Some(parent.into())),
            },
            attributes: self.attributes.map(|attributes| input::attributes(Some(attributes))),
        }))
    }
}
