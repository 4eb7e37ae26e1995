//! Mutations of catalogs: the list. Each verb has a file with its input and its command.

mod change;
mod define;
mod put;
mod restore;
mod retire;

use async_graphql::{Context, Object, Result};

use self::{
    change::ChangeCatalogEntryInput, define::DefineCatalogEntryInput, put::PutCatalogEntryInput,
    restore::RestoreCatalogEntryInput, retire::RetireCatalogEntryInput,
};
use super::{payload::CatalogEntryPayload, run::run};

/// Mutations of catalogs.
#[derive(Default)]
pub(super) struct CatalogMutations;

#[Object]
impl CatalogMutations {
    /// Defines a new entry of a catalog. Refused with `catalog_entry_already_exists` if the catalog has one with the
    /// external id.
    async fn define_catalog_entry(
        &self,
        ctx: &Context<'_>,
        input: DefineCatalogEntryInput,
    ) -> Result<CatalogEntryPayload<DefineCatalogEntryInput>> {
        run(ctx, input).await.map(CatalogEntryPayload)
    }

    /// Makes an entry be exactly this, whether the catalog has it or not: for systems that send what they have. Sent
    /// again, it changes nothing.
    async fn put_catalog_entry(
        &self,
        ctx: &Context<'_>,
        input: PutCatalogEntryInput,
    ) -> Result<CatalogEntryPayload<PutCatalogEntryInput>> {
        run(ctx, input).await.map(CatalogEntryPayload)
    }

    /// Changes title, parent or attributes of an entry.
    async fn change_catalog_entry(
        &self,
        ctx: &Context<'_>,
        input: ChangeCatalogEntryInput,
    ) -> Result<CatalogEntryPayload<ChangeCatalogEntryInput>> {
        run(ctx, input).await.map(CatalogEntryPayload)
    }

    /// Takes an entry out of what can be chosen. Consultations that name it keep it.
    async fn retire_catalog_entry(
        &self,
        ctx: &Context<'_>,
        input: RetireCatalogEntryInput,
    ) -> Result<CatalogEntryPayload<RetireCatalogEntryInput>> {
        run(ctx, input).await.map(CatalogEntryPayload)
    }

    /// Puts a retired entry back.
    async fn restore_catalog_entry(
        &self,
        ctx: &Context<'_>,
        input: RestoreCatalogEntryInput,
    ) -> Result<CatalogEntryPayload<RestoreCatalogEntryInput>> {
        run(ctx, input).await.map(CatalogEntryPayload)
    }
}
