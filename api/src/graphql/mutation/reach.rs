//! Commands of who is confined to their own consultations: whatever is out of reach is answered like what does not
//! exist.

use async_graphql::Context;
use ledgerdesk_domain::{
    client::ClientRejection,
    consultation::{Consultation, ConsultationRejection, ConsultationState, Status},
    event::DomainEvent as _,
    stream::{ExpectedVersion, StreamId, StreamType, StreamVersion},
};
use ledgerdesk_infrastructure::{
    command::{CommandError, CommandExecutor, Envelope, Executed},
    event_store::{AppendError, EventStore},
};
use ledgerdesk_projections::{read::Own, runtime::ReadSide};

use super::{entity, failure::Failure, verb::Aggregate};
use crate::graphql::{caller::Caller, error::Fault, user_error::UserError};

/// How often a command is looked at again because somebody else changed the consultation meanwhile.
const ATTEMPTS: usize = 16;

/// Carries a command out if what it changes is in reach at that very moment: the state that is looked at is the one
/// that is decided on, and the append insists on it.
pub(super) async fn within<D: Aggregate>(
    ctx: &Context<'_>,
    own: Own,
    insists: bool,
    executor: &CommandExecutor,
    envelope: &Envelope<D::Command>,
) -> Result<Executed, Failure> {
    let caller = ctx.data::<Caller>().map_err(Fault::from)?;
    let stream = StreamId::new(D::Event::STREAM_TYPE, envelope.stream_id);
    let begins = envelope.expected_version == ExpectedVersion::Exact(StreamVersion::NONE);
    let mut attempt = 0;
    loop {
        attempt += 1;
        let mut envelope = envelope.clone();
        match stream.stream_type {
            _ if begins => {}
            StreamType::Consultation => {
                let state = executor.state::<Consultation>(caller.workspace_id, stream.id).await;
                let (state, version) = state.map_err(Fault::from)?;
                if !holds(own, &state) {
                    let missing = UserError::rejected(&ConsultationRejection::NotFound, caller.language);
                    return Err(missing.into());
                }
                if !insists {
                    envelope.expected_version = ExpectedVersion::Exact(version);
                }
            }
            StreamType::Client if !is_in_reach(ctx, caller, stream).await? => {
                return Err(UserError::rejected(&ClientRejection::NotFound, caller.language).into());
            }
            _ => {}
        }
        match executor.execute::<D>(envelope).await {
            Err(CommandError::Append(AppendError::Conflict { .. })) if !insists && attempt < ATTEMPTS => {}
            done => return done.map_err(|error| Failure::from_command(error, caller)),
        }
    }
}

/// Whether the caller reaches this stream. A client who was only just registered is nobody's yet and in reach.
pub(super) async fn is_in_reach(ctx: &Context<'_>, caller: &Caller, stream: StreamId) -> Result<bool, Fault> {
    let Some(own) = caller.own() else { return Ok(true) };
    match stream.stream_type {
        StreamType::Consultation => {
            let executor = ctx.data::<CommandExecutor>()?;
            let (state, _) = executor.state::<Consultation>(caller.workspace_id, stream.id).await?;
            Ok(holds(own, &state))
        }
        StreamType::Client => {
            let head = ctx.data::<EventStore>()?.fetch_head().await?;
            let _current = entity::is_shown(ctx.data::<ReadSide>()?, head.position).await;
            Ok(entity::Entities::of(ctx)?.client(stream.id).await?.is_some())
        }
        _ => Ok(true),
    }
}

/// The same condition as the read side's ([`ledgerdesk_projections::read::Belonging`]), on the state of the log.
fn holds(own: Own, state: &ConsultationState) -> bool {
    match state.assignee() {
        Some(manager) => own.manager == Some(manager),
        None => own.queued && state.status() == Some(Status::Queued),
    }
}
