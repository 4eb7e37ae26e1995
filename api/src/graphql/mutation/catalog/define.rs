//! `defineCatalogEntry`: defines a new entry of a catalog.

use async_graphql::InputObject;
use ledgerdesk_domain::catalog::{CatalogCommand, CatalogEntry, DefineCatalogEntry};

use crate::graphql::{
    mutation::{
        input::{self, AttributeInput, CatalogReferenceInput},
        reader::Reader,
        verb::{Aim, Options, Target, Verb},
    },
    user_error::UserError,
};

/// A new entry.
#[derive(Debug, InputObject)]
pub(crate) struct DefineCatalogEntryInput {
    #[graphql(flatten)]
    options: Options,
    #[graphql(flatten)]
    entry: Entry,
}

/// An entry as it shall be.
#[derive(Debug, InputObject)]
pub(super) struct Entry {
    /// The catalog: `product`, `section`, `question`, `article`, `obstacle` or another one. Small Latin letters,
    /// digits, `-` and `_`, beginning with a letter, at most 50.
    kind: String,
    /// Its id in the system that it comes from, unique within the catalog; at most 100 characters.
    external_id: String,
    /// What people read, at most 500 characters.
    title: String,
    /// The entry above it, of this catalog or another one; it need not be defined yet.
    parent: Option<CatalogReferenceInput>,
    /// What else is known, at most 100. Not for personal data: attributes are not encrypted and are not erased.
    attributes: Option<Vec<AttributeInput>>,
}

impl Entry {
    pub(super) fn target(&self) -> Target<'_> {
        Target::CatalogEntry { kind: &self.kind, external_id: &self.external_id }
    }
}

impl From<Entry> for DefineCatalogEntry {
    fn from(entry: Entry) -> Self {
        Self {
            kind: entry.kind,
            external_id: entry.external_id,
            title: entry.title,
            parent: entry.parent.map(Into::into),
            attributes: input::attributes(entry.attributes),
        }
    }
}

impl Verb for DefineCatalogEntryInput {
    type Of = CatalogEntry;

    fn aim(&self) -> Aim<'_> {
        Aim { target: self.entry.target(), options: &self.options }
    }

    fn command(self, _: &mut Reader<'_>) -> Result<CatalogCommand, UserError> {
        Ok(CatalogCommand::DefineCatalogEntry(self.entry.into()))
    }
}
