//! The rules of handovers.

use super::{
    AcceptHandover, DeclineHandover, ExpireHandover, HandoverAccepted, HandoverDeclined, HandoverExpired,
    HandoverOffered, HandoverRequested, HandoverResolved, HandoverReturned, OfferHandover, RequestHandover,
    ResolveHandover, ReturnHandover,
    state::{End, Found, OpenHandover, Stage},
};
use crate::{
    consultation::{
        ConsultationEvent as Event, ConsultationRejection as Rejection, ConsultationState, HandoverOutcome,
        Resumed, Started, Status, Unassigned, assignment::assigned, decide::Decision,
    },
    context::Context,
    id::HandoverId,
    personal::Personal,
    text::{self, LONG_TEXT, SHORT_TEXT},
};

pub(in crate::consultation) fn request(state: &ConsultationState, command: RequestHandover) -> Decision {
    state.opened()?;
    if state.handovers.knows(command.handover_id) {
        return Ok(vec![]);
    }
    let reason = text::optional_text("reason", command.reason, LONG_TEXT)?.map(Personal::from);
    let to_team = text::optional_label("to_team", command.to_team.as_deref(), SHORT_TEXT)?;
    state.transition("hand over", &Status::OPEN)?;
    if let Some(open) = &state.handovers.open {
        return Err(Rejection::HandoverAlreadyOpen { handover_id: open.id });
    }
    Ok(vec![Event::HandoverRequested(HandoverRequested {
        handover_id: command.handover_id,
        requested_by: command.requested_by,
        reason,
        to_team,
        to_manager: command.to_manager,
        from_assignee: state.assignee,
    })])
}

pub(in crate::consultation) fn offer(state: &ConsultationState, command: &OfferHandover) -> Decision {
    let OfferHandover { handover_id, manager_id, expires_at } = *command;
    if let Some(expires_at) = expires_at {
        text::check_time("expires_at", expires_at)?;
    }
    match open(state, handover_id)?.stage {
        Stage::Accepted(accepted) => Err(Rejection::HandoverAlreadyAccepted { by: accepted.by }),
        stands if stands == (Stage::Offered { to: manager_id, expires_at }) => Ok(vec![]),
        Stage::Requested { .. } | Stage::Offered { .. } => {
            Ok(vec![Event::HandoverOffered(HandoverOffered { handover_id, manager_id, expires_at })])
        }
    }
}

/// Who accepts becomes the assignee, in the team that was asked, and work goes on.
pub(in crate::consultation) fn accept(state: &ConsultationState, command: &AcceptHandover) -> Decision {
    let AcceptHandover { handover_id, manager_id } = *command;
    let open = open(state, handover_id)?;
    match open.stage {
        Stage::Accepted(accepted) if accepted.by == manager_id => return Ok(vec![]),
        Stage::Accepted(accepted) => return Err(Rejection::HandoverAlreadyAccepted { by: accepted.by }),
        Stage::Offered { to, .. } if to != manager_id => {
            return Err(Rejection::HandoverOfferedToAnother { to });
        }
        Stage::Offered { .. } | Stage::Requested { .. } => {}
    }
    let mut events = vec![Event::HandoverAccepted(HandoverAccepted { handover_id, manager_id })];
    events.extend(assigned(state, Some(manager_id), open.to_team.clone(), None).map(Event::Assigned));
    match state.workable()? {
        from @ Status::Queued => events.push(Event::Started(Started { from, assignee: Some(manager_id) })),
        from @ (Status::OnHold | Status::WaitingForClient) => events.push(Event::Resumed(Resumed { from })),
        _ => {}
    }
    Ok(events)
}

pub(in crate::consultation) fn decline(state: &ConsultationState, command: DeclineHandover) -> Decision {
    let DeclineHandover { handover_id, manager_id, reason } = command;
    let reason = text::optional_text("reason", reason, LONG_TEXT)?.map(Personal::from);
    let open = open(state, handover_id)?;
    match open.stage {
        Stage::Accepted(accepted) => return Err(Rejection::HandoverAlreadyAccepted { by: accepted.by }),
        Stage::Offered { to, .. } if to != manager_id => {
            return Err(Rejection::HandoverOfferedToAnother { to });
        }
        Stage::Requested { declined_by: Some(by) } if by == manager_id => return Ok(vec![]),
        // Whom the request itself names may say no without an offer.
        Stage::Requested { .. } if open.to_manager != Some(manager_id) => {
            return Err(Rejection::HandoverNotOffered);
        }
        Stage::Offered { .. } | Stage::Requested { .. } => {}
    }
    Ok(vec![Event::HandoverDeclined(HandoverDeclined { handover_id, manager_id, reason })])
}

pub(in crate::consultation) fn expire(
    state: &ConsultationState,
    command: &ExpireHandover,
    context: &Context,
) -> Decision {
    let handover_id = command.handover_id;
    if ended_so(state, handover_id, End::Expired)? {
        return Ok(vec![]);
    }
    let offered_to = match open(state, handover_id)?.stage {
        Stage::Accepted(accepted) => return Err(Rejection::HandoverAlreadyAccepted { by: accepted.by }),
        // A timer of an earlier offer comes too early for this one.
        Stage::Offered { expires_at: Some(until), .. } if context.occurred_at < until => {
            return Err(Rejection::OfferStillStands { until });
        }
        Stage::Offered { to, .. } => Some(to),
        Stage::Requested { .. } => None,
    };
    Ok(vec![Event::HandoverExpired(HandoverExpired { handover_id, offered_to })])
}

pub(in crate::consultation) fn resolve(
    state: &ConsultationState,
    command: &ResolveHandover,
    context: &Context,
) -> Decision {
    let handover_id = command.handover_id;
    if ended_so(state, handover_id, End::Resolved)? {
        return Ok(vec![]);
    }
    match open(state, handover_id)?.stage {
        Stage::Accepted(_) => Ok(finished(state, context)),
        Stage::Requested { .. } | Stage::Offered { .. } => Err(Rejection::HandoverNotAccepted),
    }
}

/// Takes the consultation from the manager who had taken over, unless somebody else holds it by now.
pub(in crate::consultation) fn give_back(
    state: &ConsultationState,
    command: ReturnHandover,
    context: &Context,
) -> Decision {
    let ReturnHandover { handover_id, reason } = command;
    let reason = text::optional_text("reason", reason, LONG_TEXT)?.map(Personal::from);
    if ended_so(state, handover_id, End::Returned)? {
        return Ok(vec![]);
    }
    let Stage::Accepted(accepted) = open(state, handover_id)?.stage else {
        return Err(Rejection::HandoverNotAccepted);
    };
    let mut events = vec![Event::HandoverReturned(HandoverReturned {
        handover_id,
        returned_by: context.actor.as_manager(),
        accepted_by: Some(accepted.by),
        reason,
    })];
    if state.assignee == Some(accepted.by) {
        let is_open = state.is_open();
        events.push(Event::Unassigned(Unassigned { from_assignee: accepted.by, reason: None, is_open }));
    }
    Ok(events)
}

/// The end of the open handover when the consultation is resolved: done if somebody had taken it, else dropped.
pub(in crate::consultation) fn finished(state: &ConsultationState, context: &Context) -> Vec<Event> {
    let accepted = state.handovers.accepted().is_some();
    end_open(state, context, if accepted { HandoverOutcome::Done } else { HandoverOutcome::Dropped })
}

/// The end of the open handover when the consultation falls away under it.
pub(in crate::consultation) fn dropped(state: &ConsultationState, context: &Context) -> Vec<Event> {
    end_open(state, context, HandoverOutcome::Dropped)
}

fn end_open(state: &ConsultationState, context: &Context, outcome: HandoverOutcome) -> Vec<Event> {
    let Some(open) = &state.handovers.open else { return vec![] };
    vec![Event::HandoverResolved(HandoverResolved {
        handover_id: open.id,
        outcome,
        resolved_by: context.actor.as_manager(),
        accepted_by: state.handovers.accepted().map(|accepted| accepted.by),
    })]
}

/// The open handover with this id, in a consultation that takes work.
fn open(state: &ConsultationState, handover_id: HandoverId) -> Result<&OpenHandover, Rejection> {
    state.workable()?;
    match state.handovers.find(handover_id)? {
        Found::Open(open) => Ok(open),
        Found::Ended(_) => Err(Rejection::HandoverNotOpen { handover_id }),
    }
}

/// Whether the handover ended in just this way, so that asking again changes nothing.
fn ended_so(state: &ConsultationState, handover_id: HandoverId, end: End) -> Result<bool, Rejection> {
    state.opened()?;
    Ok(matches!(state.handovers.find(handover_id), Ok(Found::Ended(ended)) if ended == end))
}
