//! Mutations of consultations: the list. Each verb has a file with its input and its command.

mod accept_handover;
mod add_note;
mod appoint;
mod assign;
mod cancel;
mod change_details;
mod change_priority;
mod change_tags;
mod close;
mod decline_handover;
mod expire_handover;
mod link_external_reference;
mod log_call;
mod merge;
mod offer_handover;
mod open;
mod put_on_hold;
mod receive_message;
mod redate;
mod reopen;
mod request_handover;
mod request_rating;
mod resolve;
mod resolve_handover;
mod resume;
mod return_handover;
mod revise_rating;
mod send_message;
mod set_custom_attributes;
mod start;
mod submit_rating;
mod unassign;
mod unmerge;
mod wait_for_client;

use async_graphql::{Context, Object, Result};

/// What bulk mutations do to each.
pub(super) use self::{
    assign::AssignConsultationInput, change_priority::ChangePriorityInput, change_tags::ChangeTagsInput,
    close::CloseConsultationInput,
};

use self::{
    accept_handover::AcceptHandoverInput, add_note::AddNoteInput, appoint::AppointConsultationInput,
    cancel::CancelConsultationInput, change_details::ChangeConsultationDetailsInput,
    decline_handover::DeclineHandoverInput, expire_handover::ExpireHandoverInput,
    link_external_reference::LinkExternalReferenceInput, log_call::LogCallInput,
    merge::MergeConsultationInput, offer_handover::OfferHandoverInput, open::OpenConsultationInput,
    put_on_hold::PutOnHoldInput, receive_message::ReceiveMessageInput, redate::RedateConsultationInput,
    reopen::ReopenConsultationInput, request_handover::RequestHandoverInput,
    request_rating::RequestRatingInput, resolve::ResolveConsultationInput,
    resolve_handover::ResolveHandoverInput, resume::ResumeConsultationInput,
    return_handover::ReturnHandoverInput, revise_rating::ReviseRatingInput, send_message::SendMessageInput,
    set_custom_attributes::SetCustomAttributesInput, start::StartConsultationInput,
    submit_rating::SubmitRatingInput, unassign::UnassignConsultationInput, unmerge::UnmergeConsultationInput,
    wait_for_client::WaitForClientInput,
};
use super::{payload::ConsultationPayload, run::run};

/// Mutations of consultations.
#[derive(Default)]
pub(super) struct ConsultationMutations;

#[Object]
impl ConsultationMutations {
    /// Opens a consultation.
    async fn open_consultation(
        &self,
        ctx: &Context<'_>,
        input: OpenConsultationInput,
    ) -> Result<ConsultationPayload<OpenConsultationInput>> {
        run(ctx, input).await.map(ConsultationPayload)
    }

    /// Changes topic, description, client, language or catalog references.
    async fn change_consultation_details(
        &self,
        ctx: &Context<'_>,
        input: ChangeConsultationDetailsInput,
    ) -> Result<ConsultationPayload<ChangeConsultationDetailsInput>> {
        run(ctx, input).await.map(ConsultationPayload)
    }

    /// Makes a consultation more or less urgent.
    async fn change_priority(
        &self,
        ctx: &Context<'_>,
        input: ChangePriorityInput,
    ) -> Result<ConsultationPayload<ChangePriorityInput>> {
        run(ctx, input).await.map(ConsultationPayload)
    }

    /// Adds and removes tags.
    async fn change_tags(
        &self,
        ctx: &Context<'_>,
        input: ChangeTagsInput,
    ) -> Result<ConsultationPayload<ChangeTagsInput>> {
        run(ctx, input).await.map(ConsultationPayload)
    }

    /// Sets and removes custom attributes.
    async fn set_custom_attributes(
        &self,
        ctx: &Context<'_>,
        input: SetCustomAttributesInput,
    ) -> Result<ConsultationPayload<SetCustomAttributesInput>> {
        run(ctx, input).await.map(ConsultationPayload)
    }

    /// Makes a manager, a team or both responsible.
    async fn assign_consultation(
        &self,
        ctx: &Context<'_>,
        input: AssignConsultationInput,
    ) -> Result<ConsultationPayload<AssignConsultationInput>> {
        run(ctx, input).await.map(ConsultationPayload)
    }

    /// Takes a consultation from its manager; the team stays.
    async fn unassign_consultation(
        &self,
        ctx: &Context<'_>,
        input: UnassignConsultationInput,
    ) -> Result<ConsultationPayload<UnassignConsultationInput>> {
        run(ctx, input).await.map(ConsultationPayload)
    }

    /// Begins work on a queued consultation.
    async fn start_consultation(
        &self,
        ctx: &Context<'_>,
        input: StartConsultationInput,
    ) -> Result<ConsultationPayload<StartConsultationInput>> {
        run(ctx, input).await.map(ConsultationPayload)
    }

    /// Gives the client the turn.
    async fn wait_for_client(
        &self,
        ctx: &Context<'_>,
        input: WaitForClientInput,
    ) -> Result<ConsultationPayload<WaitForClientInput>> {
        run(ctx, input).await.map(ConsultationPayload)
    }

    /// Lets a consultation wait for something else than the client.
    async fn put_on_hold(
        &self,
        ctx: &Context<'_>,
        input: PutOnHoldInput,
    ) -> Result<ConsultationPayload<PutOnHoldInput>> {
        run(ctx, input).await.map(ConsultationPayload)
    }

    /// Goes back to work after waiting.
    async fn resume_consultation(
        &self,
        ctx: &Context<'_>,
        input: ResumeConsultationInput,
    ) -> Result<ConsultationPayload<ResumeConsultationInput>> {
        run(ctx, input).await.map(ConsultationPayload)
    }

    /// Marks a consultation answered. An open handover ends with it.
    async fn resolve_consultation(
        &self,
        ctx: &Context<'_>,
        input: ResolveConsultationInput,
    ) -> Result<ConsultationPayload<ResolveConsultationInput>> {
        run(ctx, input).await.map(ConsultationPayload)
    }

    /// Takes a resolved, closed or cancelled consultation up again.
    async fn reopen_consultation(
        &self,
        ctx: &Context<'_>,
        input: ReopenConsultationInput,
    ) -> Result<ConsultationPayload<ReopenConsultationInput>> {
        run(ctx, input).await.map(ConsultationPayload)
    }

    /// Ends a resolved consultation.
    async fn close_consultation(
        &self,
        ctx: &Context<'_>,
        input: CloseConsultationInput,
    ) -> Result<ConsultationPayload<CloseConsultationInput>> {
        run(ctx, input).await.map(ConsultationPayload)
    }

    /// Calls a consultation off.
    async fn cancel_consultation(
        &self,
        ctx: &Context<'_>,
        input: CancelConsultationInput,
    ) -> Result<ConsultationPayload<CancelConsultationInput>> {
        run(ctx, input).await.map(ConsultationPayload)
    }

    /// Records a message of the client. It takes a waiting consultation back to work and a resolved one up again.
    async fn receive_message(
        &self,
        ctx: &Context<'_>,
        input: ReceiveMessageInput,
    ) -> Result<ConsultationPayload<ReceiveMessageInput>> {
        run(ctx, input).await.map(ConsultationPayload)
    }

    /// Records a message to the client.
    async fn send_message(
        &self,
        ctx: &Context<'_>,
        input: SendMessageInput,
    ) -> Result<ConsultationPayload<SendMessageInput>> {
        run(ctx, input).await.map(ConsultationPayload)
    }

    /// Adds an internal note, unseen by the client.
    async fn add_note(
        &self,
        ctx: &Context<'_>,
        input: AddNoteInput,
    ) -> Result<ConsultationPayload<AddNoteInput>> {
        run(ctx, input).await.map(ConsultationPayload)
    }

    /// Promises the client a time.
    async fn appoint_consultation(
        &self,
        ctx: &Context<'_>,
        input: AppointConsultationInput,
    ) -> Result<ConsultationPayload<AppointConsultationInput>> {
        run(ctx, input).await.map(ConsultationPayload)
    }

    /// Moves the promised time.
    async fn redate_consultation(
        &self,
        ctx: &Context<'_>,
        input: RedateConsultationInput,
    ) -> Result<ConsultationPayload<RedateConsultationInput>> {
        run(ctx, input).await.map(ConsultationPayload)
    }

    /// Records a call attempt.
    async fn log_call(
        &self,
        ctx: &Context<'_>,
        input: LogCallInput,
    ) -> Result<ConsultationPayload<LogCallInput>> {
        run(ctx, input).await.map(ConsultationPayload)
    }

    /// Asks that another one takes over.
    async fn request_handover(
        &self,
        ctx: &Context<'_>,
        input: RequestHandoverInput,
    ) -> Result<ConsultationPayload<RequestHandoverInput>> {
        run(ctx, input).await.map(ConsultationPayload)
    }

    /// Asks a manager to take over.
    async fn offer_handover(
        &self,
        ctx: &Context<'_>,
        input: OfferHandoverInput,
    ) -> Result<ConsultationPayload<OfferHandoverInput>> {
        run(ctx, input).await.map(ConsultationPayload)
    }

    /// Takes over: the manager becomes the assignee and work starts.
    async fn accept_handover(
        &self,
        ctx: &Context<'_>,
        input: AcceptHandoverInput,
    ) -> Result<ConsultationPayload<AcceptHandoverInput>> {
        run(ctx, input).await.map(ConsultationPayload)
    }

    /// Says no to an offer; the handover waits for the next one.
    async fn decline_handover(
        &self,
        ctx: &Context<'_>,
        input: DeclineHandoverInput,
    ) -> Result<ConsultationPayload<DeclineHandoverInput>> {
        run(ctx, input).await.map(ConsultationPayload)
    }

    /// Ends a handover that nobody took in time.
    async fn expire_handover(
        &self,
        ctx: &Context<'_>,
        input: ExpireHandoverInput,
    ) -> Result<ConsultationPayload<ExpireHandoverInput>> {
        run(ctx, input).await.map(ConsultationPayload)
    }

    /// Marks an accepted handover done; the consultation goes on.
    async fn resolve_handover(
        &self,
        ctx: &Context<'_>,
        input: ResolveHandoverInput,
    ) -> Result<ConsultationPayload<ResolveHandoverInput>> {
        run(ctx, input).await.map(ConsultationPayload)
    }

    /// Gives an accepted handover back.
    async fn return_handover(
        &self,
        ctx: &Context<'_>,
        input: ReturnHandoverInput,
    ) -> Result<ConsultationPayload<ReturnHandoverInput>> {
        run(ctx, input).await.map(ConsultationPayload)
    }

    /// Asks the client to rate.
    async fn request_rating(
        &self,
        ctx: &Context<'_>,
        input: RequestRatingInput,
    ) -> Result<ConsultationPayload<RequestRatingInput>> {
        run(ctx, input).await.map(ConsultationPayload)
    }

    /// Records the client's rating, asked for or not.
    async fn submit_rating(
        &self,
        ctx: &Context<'_>,
        input: SubmitRatingInput,
    ) -> Result<ConsultationPayload<SubmitRatingInput>> {
        run(ctx, input).await.map(ConsultationPayload)
    }

    /// Changes a submitted rating.
    async fn revise_rating(
        &self,
        ctx: &Context<'_>,
        input: ReviseRatingInput,
    ) -> Result<ConsultationPayload<ReviseRatingInput>> {
        run(ctx, input).await.map(ConsultationPayload)
    }

    /// Links the same thing in another system.
    async fn link_external_reference(
        &self,
        ctx: &Context<'_>,
        input: LinkExternalReferenceInput,
    ) -> Result<ConsultationPayload<LinkExternalReferenceInput>> {
        run(ctx, input).await.map(ConsultationPayload)
    }

    /// Puts a consultation into another one, which carries on.
    async fn merge_consultation(
        &self,
        ctx: &Context<'_>,
        input: MergeConsultationInput,
    ) -> Result<ConsultationPayload<MergeConsultationInput>> {
        run(ctx, input).await.map(ConsultationPayload)
    }

    /// Takes a merge back.
    async fn unmerge_consultation(
        &self,
        ctx: &Context<'_>,
        input: UnmergeConsultationInput,
    ) -> Result<ConsultationPayload<UnmergeConsultationInput>> {
        run(ctx, input).await.map(ConsultationPayload)
    }
}
