//! References: into catalogs, into other systems, and where a fact came from.

use super::catalog::CatalogEntry;
use crate::graphql::error::Fault;
use async_graphql::{ComplexObject, Context, SimpleObject};
use ledgerdesk_domain::{
    consultation::{
        CatalogReference as DomainCatalogReference, ExternalReference as DomainExternalReference,
    },
    event::Source as DomainSource,
};

/// A reference into a catalog, such as products or sections.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct CatalogReference {
    /// The catalog, such as `product`: the `kind` of its entries.
    catalog: String,
    /// The entry's key there: its `externalId`.
    key: String,
}

impl From<&DomainCatalogReference> for CatalogReference {
    fn from(reference: &DomainCatalogReference) -> Self {
        Self { catalog: reference.catalog.clone(), key: reference.key.clone() }
    }
}

#[ComplexObject]
impl CatalogReference {
    /// The entry itself; null if the workspace keeps no such entry.
    async fn entry(&self, ctx: &Context<'_>) -> Result<Option<CatalogEntry>, Fault> {
        let reference = DomainCatalogReference { catalog: self.catalog.clone(), key: self.key.clone() };
        CatalogEntry::named(ctx, &reference).await
    }
}

/// The same thing in another system.
#[derive(SimpleObject)]
pub struct ExternalReference {
    /// The other system, such as `chatwoot` or `1c`.
    system: String,
    /// What it is there, such as `conversation`.
    kind: String,
    /// Its id there.
    id: String,
}

impl From<&DomainExternalReference> for ExternalReference {
    fn from(reference: &DomainExternalReference) -> Self {
        Self { system: reference.system.clone(), kind: reference.kind.clone(), id: reference.id.clone() }
    }
}

/// Where a fact came from.
#[derive(SimpleObject)]
pub struct Source {
    /// The entrance: `graphql`, `rest`, `import:helpdesk`, `demo`, …
    system: String,
    /// The place there, such as `row 17`.
    reference: Option<String>,
}

impl Source {
    pub(super) fn new(system: &str, reference: Option<&str>) -> Self {
        Self { system: system.to_owned(), reference: reference.map(str::to_owned) }
    }
}

impl From<&DomainSource> for Source {
    fn from(source: &DomainSource) -> Self {
        Self::new(&source.system, source.reference.as_deref())
    }
}
