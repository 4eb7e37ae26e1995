//! `putCatalogEntry`: makes an entry be exactly this, whether the catalog has it or not.

use async_graphql::InputObject;
use ledgerdesk_domain::catalog::{CatalogCommand, CatalogEntry, PutCatalogEntry};

use super::define::Entry;
use crate::graphql::{
    mutation::{
        reader::Reader,
        verb::{Aim, Options, Verb},
    },
    user_error::UserError,
};

/// An entry as it shall be: what is left out, it shall not have.
#[derive(Debug, InputObject)]
pub(crate) struct PutCatalogEntryInput {
    #[graphql(flatten)]
    options: Options,
    #[graphql(flatten)]
    entry: Entry,
    /// Whether it can be chosen.
    #[graphql(default = true)]
    active: bool,
}

impl Verb for PutCatalogEntryInput {
    type Of = CatalogEntry;

    fn aim(&self) -> Aim<'_> {
        Aim { target: self.entry.target(), options: &self.options }
    }

    fn command(self, _: &mut Reader<'_>) -> Result<CatalogCommand, UserError> {
        Ok(CatalogCommand::PutCatalogEntry(PutCatalogEntry { entry: self.entry.into(), active: self.active }))
    }
}
