//! The rules of the lifecycle.
//!
//! A command that asks for the status that holds already, and says nothing that would be lost, changes nothing.

use super::{
    Cancel, Cancelled, Closed, Hold, Lifecycle, PutOnHold, Reopen, Reopened, Resolve, Resolved, Resumed,
    Started, WaitForClient, WaitingForClientStarted,
};
use crate::{
    consultation::{
        ConsultationEvent as Event, ConsultationRejection as Rejection, ConsultationState, ReopenTo, Status,
        decide::Decision, handover,
    },
    context::Context,
    personal::Personal,
    text::{self, InvalidInput, LONG_TEXT, SHORT_TEXT},
};

pub(in crate::consultation) fn start(state: &ConsultationState) -> Decision {
    if already(state, Status::InProgress)? {
        return Ok(vec![]);
    }
    let from = state.transition("start", &[Status::Queued])?;
    Ok(vec![Event::Started(Started { from, assignee: state.assignee })])
}

pub(in crate::consultation) fn wait_for_client(
    state: &ConsultationState,
    command: WaitForClient,
) -> Decision {
    let reason = checked_reason(command.reason)?;
    if reason.is_none() && already(state, Status::WaitingForClient)? {
        return Ok(vec![]);
    }
    let from =
        state.transition("wait for the client of", &[Status::Queued, Status::InProgress, Status::OnHold])?;
    Ok(vec![Event::WaitingForClientStarted(WaitingForClientStarted { from, reason })])
}

pub(in crate::consultation) fn hold(state: &ConsultationState, command: Hold) -> Decision {
    let reason = checked_reason(command.reason)?;
    let until = command.until;
    if let Some(until) = until {
        text::check_time("until", until)?;
    }
    state.unmerged()?;
    if reason.is_none() && state.lifecycle == (Lifecycle::OnHold { until }) {
        return Ok(vec![]);
    }
    let from = state.transition("put on hold", &Status::OPEN)?;
    Ok(vec![Event::PutOnHold(PutOnHold { from, reason, until })])
}

pub(in crate::consultation) fn resume(state: &ConsultationState) -> Decision {
    if already(state, Status::InProgress)? {
        return Ok(vec![]);
    }
    let from = state.transition("resume", &[Status::WaitingForClient, Status::OnHold])?;
    Ok(vec![Event::Resumed(Resumed { from })])
}

pub(in crate::consultation) fn resolve(
    state: &ConsultationState,
    command: Resolve,
    context: &Context,
) -> Decision {
    let resolution = text::optional_text("resolution", command.resolution, LONG_TEXT)?.map(Personal::from);
    let code = text::optional_label("code", command.code.as_deref(), SHORT_TEXT)?;
    if resolution.is_none() && code.is_none() && already(state, Status::Resolved)? {
        return Ok(vec![]);
    }
    let from = state.transition("resolve", &Status::OPEN)?;
    let mut events = handover::finished(state, context);
    events.push(Event::Resolved(Resolved {
        from,
        resolution,
        code,
        assignee: state.assignee,
        resolved_by: context.actor.as_manager(),
    }));
    Ok(events)
}

pub(in crate::consultation) fn close(state: &ConsultationState) -> Decision {
    if already(state, Status::Closed)? {
        return Ok(vec![]);
    }
    state.transition("close", &[Status::Resolved])?;
    Ok(vec![Event::Closed(Closed { assignee: state.assignee })])
}

pub(in crate::consultation) fn cancel(
    state: &ConsultationState,
    command: Cancel,
    context: &Context,
) -> Decision {
    let reason = checked_reason(command.reason)?;
    if reason.is_none() && already(state, Status::Cancelled)? {
        return Ok(vec![]);
    }
    let from = state.transition("cancel", &Status::OPEN)?;
    let mut events = handover::dropped(state, context);
    events.push(Event::Cancelled(Cancelled { from, reason, assignee: state.assignee }));
    Ok(events)
}

pub(in crate::consultation) fn reopen(state: &ConsultationState, command: Reopen) -> Decision {
    let reason = checked_reason(command.reason)?;
    let from = state.transition("reopen", &[Status::Resolved, Status::Closed, Status::Cancelled])?;
    Ok(vec![reopened(state, from, command.to, reason)])
}

/// The consultation continues; by default in work if somebody holds it, else in the queue.
pub(in crate::consultation) fn reopened(
    state: &ConsultationState,
    from: Status,
    to: Option<ReopenTo>,
    reason: Option<Personal<String>>,
) -> Event {
    let default = if state.assignee.is_some() { ReopenTo::InProgress } else { ReopenTo::Queued };
    Event::Reopened(Reopened { from, to: to.unwrap_or(default), reason, assignee: state.assignee })
}

/// Whether it stands there already.
fn already(state: &ConsultationState, status: Status) -> Result<bool, Rejection> {
    Ok(state.unmerged()? == status)
}

fn checked_reason(reason: Option<String>) -> Result<Option<Personal<String>>, InvalidInput> {
    Ok(text::optional_text("reason", reason, LONG_TEXT)?.map(Personal::from))
}
