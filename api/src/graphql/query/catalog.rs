//! `catalogEntry(id)` and `catalogRevision(kind)`.

use async_graphql::{Context, ID, Object};
use ledgerdesk_projections::catalogs;

use super::input;
use crate::graphql::{
    caller::Caller,
    consistency::settle,
    error::Fault,
    global_id::NodeKind,
    model::{catalog::CatalogEntry, loaders, position::Position},
};

#[derive(Default)]
pub(super) struct CatalogQuery;

#[Object]
impl CatalogQuery {
    /// One entry of a catalog. Code `NOT_FOUND` if this workspace has none with the id.
    async fn catalog_entry(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: ID,
        #[graphql(desc = "Wait, at most 2 seconds, until the answer shows this position.")]
        min_position: Option<Position>,
    ) -> Result<Option<CatalogEntry>, Fault> {
        let id = input::id("id", NodeKind::CatalogEntry, &id)?;
        settle(ctx, &["catalogs"], min_position).await?;
        let found = CatalogEntry::load(ctx, id).await?;
        Ok(Some(found.ok_or(Fault::NotFound { what: "catalog entry" })?))
    }

    /// The revision of a catalog: the position of its last event, 0 for a catalog without entries. It changes
    /// exactly when the content does, so a copy with the same revision is current. Ask for it before the entries.
    async fn catalog_revision(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The catalog, such as `section`.")] kind: String,
        #[graphql(desc = "Wait, at most 2 seconds, until the answer shows this position.")]
        min_position: Option<Position>,
    ) -> Result<Position, Fault> {
        let kind = input::text("kind", Some(kind))?.unwrap_or_default();
        settle(ctx, &["catalogs"], min_position).await?;
        let workspace = ctx.data::<Caller>()?.workspace_id;
        Ok(catalogs::revision(&loaders(ctx)?.pool, workspace, &kind).await?.into())
    }
}
