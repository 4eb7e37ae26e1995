//! Assignment: which manager and which team are responsible.

use serde::{Deserialize, Serialize};

use super::{ConsultationEvent, ConsultationState, decide::Decision};
use crate::{
    id::ManagerId,
    personal::Personal,
    text::{self, InvalidInput, LONG_TEXT, SHORT_TEXT},
};

/// Makes a manager, a team or both responsible; `None` leaves that part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assign {
    /// The manager.
    pub assignee: Option<ManagerId>,
    /// The team.
    pub team: Option<String>,
    /// Why.
    pub reason: Option<String>,
}

/// Takes the consultation from its manager.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unassign {
    /// Why.
    pub reason: Option<String>,
}

/// A manager, a team or both became responsible.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assigned {
    /// The manager after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee: Option<ManagerId>,
    /// The team after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// The manager before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_assignee: Option<ManagerId>,
    /// The team before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_team: Option<String>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Personal<String>>,
    /// Whether the consultation was open then, so that it counts as load.
    pub is_open: bool,
}

/// The manager gave it back; the team stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unassigned {
    /// The manager before.
    pub from_assignee: ManagerId,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Personal<String>>,
    /// Whether the consultation was open then, so that it counted as load.
    pub is_open: bool,
}

pub(super) fn assign(state: &ConsultationState, command: Assign) -> Decision {
    state.workable()?;
    let team = text::optional_label("team", command.team.as_deref(), SHORT_TEXT)?;
    let reason = text::optional_text("reason", command.reason, LONG_TEXT)?;
    if command.assignee.is_none() && team.is_none() {
        return Err(InvalidInput::empty("assignee").into());
    }
    let assigned = assigned(state, command.assignee, team, reason.map(Personal::from));
    Ok(assigned.map(ConsultationEvent::Assigned).into_iter().collect())
}

/// What changes when `assignee` and `team` become responsible; `None` of either leaves it. Nothing if both are
/// already.
pub(super) fn assigned(
    state: &ConsultationState,
    assignee: Option<ManagerId>,
    team: Option<String>,
    reason: Option<Personal<String>>,
) -> Option<Assigned> {
    let assignee = assignee.or(state.assignee);
    let team = team.or_else(|| state.team.clone());
    (assignee != state.assignee || team != state.team).then(|| Assigned {
        assignee,
        team,
        from_assignee: state.assignee,
        from_team: state.team.clone(),
        reason,
        is_open: state.is_open(),
    })
}

pub(super) fn unassign(state: &ConsultationState, command: Unassign) -> Decision {
    state.workable()?;
    let reason = text::optional_text("reason", command.reason, LONG_TEXT)?.map(Personal::from);
    let Some(from_assignee) = state.assignee else { return Ok(vec![]) };
    let is_open = state.is_open();
    Ok(vec![ConsultationEvent::Unassigned(Unassigned { from_assignee, reason, is_open })])
}
