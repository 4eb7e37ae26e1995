//! What a consultation's page shows beyond a list.

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, Json, SimpleObject};
use ledgerdesk_domain::consultation::Attributes;
use ledgerdesk_projections::consultation_detail::Row;

use super::{
    actor::Actor,
    consultation::Consultation,
    loaders,
    manager::Manager,
    reference::{CatalogReference, ExternalReference, Source},
};
use crate::graphql::error::Fault;

/// What a consultation's page shows beyond a list.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct ConsultationDetail {
    #[graphql(skip)]
    row: Arc<Row>,
    /// What was asked, at length; null once the client was erased.
    description: Option<String>,
    /// Custom attributes: an object of texts, whole numbers and booleans.
    attributes: Json<Attributes>,
    /// What the catalogs say it is about, sorted.
    catalog: Vec<CatalogReference>,
    /// The same thing in other systems, in the order in which they became known.
    external_references: Vec<ExternalReference>,
    /// Who opened it.
    opened_by: Actor,
    /// Where it came from.
    source: Source,
    /// Why it has its status: what it waits for, why it was cancelled or reopened.
    status_reason: Option<String>,
    /// What was done when it was last resolved.
    resolution: Option<String>,
    /// The kind of resolution, by the workspace's list.
    resolution_code: Option<String>,
    /// How many facts of another system are kept with it as they were.
    imported_facts: i32,
}

impl From<Arc<Row>> for ConsultationDetail {
    fn from(row: Arc<Row>) -> Self {
        Self {
            description: row.description.clone(),
            attributes: Json(row.attributes.clone()),
            catalog: row.catalog.iter().map(Into::into).collect(),
            external_references: row.external_references.iter().map(Into::into).collect(),
            opened_by: Actor::new(row.opened_by_kind, row.opened_by_id),
            source: Source::new(&row.source_system, row.source_reference.as_deref()),
            status_reason: row.status_reason.clone(),
            resolution: row.resolution.clone(),
            resolution_code: row.resolution_code.clone(),
            imported_facts: row.imported_facts,
            row,
        }
    }
}

#[ComplexObject]
impl ConsultationDetail {
    /// Who resolved it last; null if it was reopened since.
    async fn resolved_by(&self, ctx: &Context<'_>) -> Result<Option<Manager>, Fault> {
        let Some(manager) = self.row.resolved_by else { return Ok(None) };
        Ok(loaders(ctx)?.managers.load(manager.uuid()).await?.map(Manager::from))
    }

    /// The consultations that were merged into this one, at most 100.
    async fn merged_from(&self, ctx: &Context<'_>) -> Result<Vec<Consultation>, Fault> {
        let ids: Vec<_> = self.row.merged_from.iter().take(100).map(|merged| merged.uuid()).collect();
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let found = loaders(ctx)?.consultations.load_all(&ids).await?;
        Ok(ids.iter().filter_map(|id| found.get(id).cloned()).map(Consultation::from).collect())
    }
}
