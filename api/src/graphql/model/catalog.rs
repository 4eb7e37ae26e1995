//! An entry of a catalog as the API shows it.

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, ID, Json, SimpleObject};
use chrono::{DateTime, Utc};
use ledgerdesk_domain::{
    consultation::{Attributes, CatalogReference as DomainCatalogReference},
    id::CatalogEntryId,
};
use ledgerdesk_projections::catalogs::Row;

use super::{id, loaders, position::Position};
use crate::graphql::{caller::Caller, error::Fault, global_id::NodeKind};

/// What a consultation can be about (справочник): an entry of the catalog of product types, sections, questions,
/// knowledge articles, obstacles or whatever else the workspace keeps. Entries are never removed; one that is no
/// longer `active` keeps its title for the consultations that name it.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct CatalogEntry {
    #[graphql(skip)]
    row: Arc<Row>,
    /// Its id.
    pub(super) id: ID,
    /// The catalog, such as `product`, `section`, `question`, `article` or `obstacle`.
    kind: String,
    /// Its id in the system that it comes from; unique within the catalog. What consultations name it by.
    external_id: String,
    /// What people read, at most 500 characters.
    title: String,
    /// Whether it can be chosen.
    active: bool,
    /// What else is known: an object of texts, whole numbers and booleans. Never personal.
    attributes: Json<Attributes>,
    /// When it was defined.
    defined_at: DateTime<Utc>,
    /// When the last thing happened to it.
    changed_at: DateTime<Utc>,
    /// When it was retired; null while it can be chosen.
    retired_at: Option<DateTime<Utc>>,
    /// How many events it has; pass it as `expectedVersion` to change only what you have seen.
    version: i32,
    /// The position of its last event.
    position: Position,
}

impl From<Arc<Row>> for CatalogEntry {
    fn from(row: Arc<Row>) -> Self {
        Self {
            id: id(NodeKind::CatalogEntry, row.id),
            kind: row.kind.clone(),
            external_id: row.external_id.clone(),
            title: row.title.clone(),
            active: row.active,
            attributes: Json(row.attributes.clone()),
            defined_at: row.defined_at,
            changed_at: row.changed_at,
            retired_at: row.retired_at,
            version: row.version,
            position: row.last_position.into(),
            row,
        }
    }
}

impl CatalogEntry {
    /// The entry with this id, if the caller's workspace has it.
    pub async fn load(ctx: &Context<'_>, id: CatalogEntryId) -> Result<Option<Self>, Fault> {
        Ok(loaders(ctx)?.catalog_entries.load(id.uuid()).await?.map(Self::from))
    }

    /// The entry that a reference names, if the caller's workspace has it.
    pub(super) async fn named(
        ctx: &Context<'_>,
        reference: &DomainCatalogReference,
    ) -> Result<Option<Self>, Fault> {
        let workspace = ctx.data::<Caller>()?.workspace_id;
        Self::load(ctx, CatalogEntryId::of(workspace, &reference.catalog, &reference.key)).await
    }
}

#[ComplexObject]
impl CatalogEntry {
    /// The catalog of the entry above it; null if there is none.
    async fn parent_kind(&self) -> Option<&str> {
        self.row.parent_kind.as_deref()
    }

    /// The id of the entry above it, in the system that it comes from; null if there is none.
    async fn parent_external_id(&self) -> Option<&str> {
        self.row.parent_external_id.as_deref()
    }

    /// The entry above it; null if there is none, or as long as nobody has defined it.
    async fn parent(&self, ctx: &Context<'_>) -> Result<Option<CatalogEntry>, Fault> {
        match self.row.parent() {
            Some(parent) => Self::named(ctx, &parent).await,
            None => Ok(None),
        }
    }
}
