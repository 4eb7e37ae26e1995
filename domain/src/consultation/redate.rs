//! Redates (переносы): the promised time moves.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{ConsultationEvent, ConsultationRejection, ConsultationState, Party, decide::Decision};
use crate::{
    id::{ManagerId, RedateId},
    personal::Personal,
    text::{self, LONG_TEXT},
};

/// Moves the promised time; a window moves as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redate {
    /// Which move; a repeat changes nothing.
    pub redate_id: RedateId,
    /// The time after.
    pub to: DateTime<Utc>,
    /// Why.
    pub reason: Option<String>,
    /// Who wants it.
    pub initiator: Party,
}

/// The promised time moved (перенос); a window moved as a whole and kept its length.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redated {
    /// Which move.
    pub redate_id: RedateId,
    /// The how-manieth move of this consultation, from 1.
    pub number: u32,
    /// The time before.
    pub from: DateTime<Utc>,
    /// The time after.
    pub to: DateTime<Utc>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Personal<String>>,
    /// Who wanted it.
    pub initiator: Party,
    /// Who held it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee: Option<ManagerId>,
}

impl Redated {
    /// The end of the promised window after the move, given the end before it: the window keeps its length.
    pub fn until(&self, before: Option<DateTime<Utc>>) -> DateTime<Utc> {
        let length = before.map_or(TimeDelta::zero(), |before| before - self.from).max(TimeDelta::zero());
        self.to.checked_add_signed(length).unwrap_or(self.to)
    }
}

pub(super) fn redate(state: &ConsultationState, command: Redate) -> Decision {
    state.opened()?;
    if state.redates.contains(&command.redate_id) {
        return Ok(vec![]);
    }
    state.workable()?;
    text::check_time("to", command.to)?;
    let reason = text::optional_text("reason", command.reason, LONG_TEXT)?.map(Personal::from);
    let from = state.appointed_for.ok_or(ConsultationRejection::NotAppointed)?;
    if from == command.to {
        return Err(ConsultationRejection::SameTime);
    }
    Ok(vec![ConsultationEvent::Redated(Redated {
        redate_id: command.redate_id,
        number: next_number(state.redates.len()),
        from,
        to: command.to,
        reason,
        initiator: command.initiator,
        assignee: state.assignee,
    })])
}

/// The number of the part after `count` others, from 1.
pub(super) fn next_number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX).saturating_add(1)
}
