//! Mutations of many consultations at once: the list. What is done to each is a verb of one consultation; this
//! adds the selection, and a result for each.

mod assign;
mod close;
mod payload;
mod prioritize;
mod run;
mod tag;

use async_graphql::{Context, Object, Result};

use self::{
    assign::AssignConsultationsInput, close::CloseConsultationsInput, payload::BulkPayload,
    prioritize::PrioritizeConsultationsInput, run::run, tag::TagConsultationsInput,
};

/// Mutations of many consultations at once.
#[derive(Default)]
pub(super) struct BulkMutations;

#[Object]
impl BulkMutations {
    /// Makes a manager, a team or both responsible for up to 100 consultations, each by itself.
    async fn assign_consultations(
        &self,
        ctx: &Context<'_>,
        input: AssignConsultationsInput,
    ) -> Result<BulkPayload<AssignConsultationsInput>> {
        run(ctx, input).await
    }

    /// Adds tags to up to 100 consultations and removes tags from them, each by itself.
    async fn tag_consultations(
        &self,
        ctx: &Context<'_>,
        input: TagConsultationsInput,
    ) -> Result<BulkPayload<TagConsultationsInput>> {
        run(ctx, input).await
    }

    /// Changes the urgency of up to 100 consultations, each by itself.
    async fn prioritize_consultations(
        &self,
        ctx: &Context<'_>,
        input: PrioritizeConsultationsInput,
    ) -> Result<BulkPayload<PrioritizeConsultationsInput>> {
        run(ctx, input).await
    }

    /// Ends up to 100 resolved consultations, each by itself.
    async fn close_consultations(
        &self,
        ctx: &Context<'_>,
        input: CloseConsultationsInput,
    ) -> Result<BulkPayload<CloseConsultationsInput>> {
        run(ctx, input).await
    }
}
