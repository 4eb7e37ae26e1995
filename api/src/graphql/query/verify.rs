//! `verify`.

use async_graphql::{Context, ID, Object};
use ledgerdesk_domain::{
    id::ConsultationId,
    stream::{StreamId, StreamType},
};
use ledgerdesk_infrastructure::event_store::{Anchors, verify_stream};
use sqlx::PgPool;

use super::input;
use crate::graphql::{caller::Caller, error::Fault, global_id::NodeKind, model::proof::HistoryProof};

#[derive(Default)]
pub(super) struct VerifyQuery;

#[Object]
impl VerifyQuery {
    /// Whether the history of a consultation is what was recorded: its events are hashed anew, and the workspace's
    /// chain from each of them to the first signed checkpoint behind it, 200,000 events at most. What it cannot show
    /// is in `docs/auditing.md`, together with how to check the same without trusting this answer. Code `NOT_FOUND`
    /// if this workspace has no such consultation.
    async fn verify(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose history.")] consultation_id: ID,
    ) -> Result<Option<HistoryProof>, Fault> {
        let id: ConsultationId = input::id("consultationId", NodeKind::Consultation, &consultation_id)?;
        let (pool, workspace) = (ctx.data::<PgPool>()?, ctx.data::<Caller>()?.workspace_id);
        let stream = StreamId::new(StreamType::Consultation, id.uuid());
        let proof = verify_stream(pool, workspace, stream, ctx.data::<Anchors>()?).await?;
        // A finding in its first event is an answer, too.
        if proof.events.is_empty() && proof.finding.is_none() {
            return Err(Fault::NotFound { what: "consultation" });
        }
        Ok(Some(HistoryProof::new(consultation_id, proof)))
    }
}
