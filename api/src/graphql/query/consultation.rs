//! `consultation(id)`.

use async_graphql::{Context, ID, Object};

use super::input;
use crate::graphql::{
    consistency::settle,
    error::Fault,
    global_id::NodeKind,
    model::{consultation::Consultation, position::Position},
};

#[derive(Default)]
pub(super) struct ConsultationQuery;

/// What one consultation can show.
pub(super) const READ_MODELS: &[&str] = &[
    "consultation_list",
    "consultation_detail",
    "history",
    "messages",
    "search",
    "handovers",
    "redates",
    "calls",
    "ratings",
    "clients",
    "managers",
    "catalogs",
];

#[Object]
impl ConsultationQuery {
    /// One consultation. Code `NOT_FOUND` if this workspace has none with the id.
    async fn consultation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: ID,
        #[graphql(desc = "Wait, at most 2 seconds, until the answer shows this position.")]
        min_position: Option<Position>,
    ) -> Result<Option<Consultation>, Fault> {
        let id = input::id("id", NodeKind::Consultation, &id)?;
        settle(ctx, READ_MODELS, min_position).await?;
        let found = Consultation::load(ctx, id).await?;
        Ok(Some(found.ok_or(Fault::NotFound { what: "consultation" })?))
    }
}
