//! `restoreCatalogEntry`: puts a retired entry back.

use async_graphql::InputObject;
use ledgerdesk_domain::catalog::{CatalogCommand, CatalogEntry, RestoreCatalogEntry};

use crate::graphql::{
    mutation::{
        reader::Reader,
        verb::{Aim, OnCatalogEntry, Verb},
    },
    user_error::UserError,
};

/// Which entry.
#[derive(Debug, InputObject)]
pub(crate) struct RestoreCatalogEntryInput {
    #[graphql(flatten)]
    on: OnCatalogEntry,
}

impl Verb for RestoreCatalogEntryInput {
    type Of = CatalogEntry;

    fn aim(&self) -> Aim<'_> {
        self.on.aim()
    }

    fn command(self, _: &mut Reader<'_>) -> Result<CatalogCommand, UserError> {
        Ok(CatalogCommand::RestoreCatalogEntry(RestoreCatalogEntry))
    }
}
