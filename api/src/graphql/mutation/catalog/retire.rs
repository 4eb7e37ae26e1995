//! `retireCatalogEntry`: takes an entry out of what can be chosen.

use async_graphql::InputObject;
use ledgerdesk_domain::catalog::{CatalogCommand, CatalogEntry, RetireCatalogEntry};

use crate::graphql::{
    mutation::{
        reader::Reader,
        verb::{Aim, OnCatalogEntry, Verb},
    },
    user_error::UserError,
};

/// Which entry.
#[derive(Debug, InputObject)]
pub(crate) struct RetireCatalogEntryInput {
    #[graphql(flatten)]
    on: OnCatalogEntry,
}

impl Verb for RetireCatalogEntryInput {
    type Of = CatalogEntry;

    fn aim(&self) -> Aim<'_> {
        self.on.aim()
    }

    fn command(self, _: &mut Reader<'_>) -> Result<CatalogCommand, UserError> {
        Ok(CatalogCommand::RetireCatalogEntry(RetireCatalogEntry))
    }
}
