//! Merging: a consultation goes into another one, which carries on; and back.

use serde::{Deserialize, Serialize};

use super::{
    ConsultationEvent, ConsultationRejection, ConsultationState, Status, decide::Decision, handover,
};
use crate::{
    context::Context,
    id::{ConsultationId, ManagerId},
};

/// Puts this consultation into another one, which carries on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merge {
    /// The one that is merged: the stream itself, whose id the rules do not know otherwise.
    pub consultation_id: ConsultationId,
    /// The other one.
    pub into: ConsultationId,
}

/// Takes a merge back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmerge;

/// This consultation went into another one; that one carries on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merged {
    /// The other one.
    pub into: ConsultationId,
    /// The status before.
    pub from: Status,
    /// Who held it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee: Option<ManagerId>,
}

/// The merge was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unmerged {
    /// The other one.
    pub from: ConsultationId,
    /// The status it has again.
    pub status: Status,
    /// Who holds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee: Option<ManagerId>,
}

pub(super) fn merge(state: &ConsultationState, command: &Merge, context: &Context) -> Decision {
    let from = state.opened()?;
    if command.into == command.consultation_id {
        return Err(ConsultationRejection::MergeIntoItself);
    }
    match state.merged_into {
        Some(into) if into == command.into => return Ok(vec![]),
        Some(into) => return Err(ConsultationRejection::Merged { into }),
        None => {}
    }
    let mut events = handover::dropped(state, context);
    events.push(ConsultationEvent::Merged(Merged { into: command.into, from, assignee: state.assignee }));
    Ok(events)
}

pub(super) fn unmerge(state: &ConsultationState) -> Decision {
    let status = state.opened()?;
    let from = state.merged_into.ok_or(ConsultationRejection::NotMerged)?;
    Ok(vec![ConsultationEvent::Unmerged(Unmerged { from, status, assignee: state.assignee })])
}
