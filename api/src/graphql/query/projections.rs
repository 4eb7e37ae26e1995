//! `projections`.

use async_graphql::{Context, Object};
use ledgerdesk_projections::runtime::{ReadSide, ReadSideError};

use crate::graphql::{error::Fault, model::projection::Projection};

#[derive(Default)]
pub(super) struct ProjectionsQuery;

#[Object]
impl ProjectionsQuery {
    /// Where every projection stands: how far each read model is behind the log.
    async fn projections(&self, ctx: &Context<'_>) -> Result<Vec<Projection>, Fault> {
        let status = ctx.data::<ReadSide>()?.status().await.map_err(|error| match error {
            ReadSideError::Database(error) => Fault::from(error),
            other => Fault::internal(&other),
        })?;
        Ok(status.into_iter().map(Projection::from).collect())
    }
}
