//! What timers tell of the deadlines of a consultation. The deadlines themselves are a fold over its other events
//! ([`crate::service_level`]); these events say when somebody was told.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{ConsultationEvent, ConsultationState, decide::Decision};
use crate::{
    id::{HandoverId, ManagerId},
    service_level::{ClockKind, Deadline, Stage},
};

/// Tells that a deadline came near or passed. Sent by timers, who know the clocks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnnounceServiceLevel {
    /// What to tell.
    pub deadline: Deadline,
}

/// A deadline came near.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceLevelWarned {
    /// What is measured.
    pub clock: ClockKind,
    /// The how-manieth clock of its kind in this consultation, from 1.
    pub number: u32,
    /// The handover, for a clock of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handover_id: Option<HandoverId>,
    /// When the deadline passes if nothing happens.
    pub due_at: DateTime<Utc>,
    /// The target, in milliseconds of the rule's time.
    pub target_ms: i64,
    /// The rule that sets it.
    pub rule: String,
    /// The version of the table that has the rule.
    pub policy_version: u32,
    /// Who held the consultation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee: Option<ManagerId>,
    /// The team that held it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
}

/// A deadline passed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceLevelBreached {
    /// What is measured.
    pub clock: ClockKind,
    /// The how-manieth clock of its kind in this consultation, from 1.
    pub number: u32,
    /// The handover, for a clock of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handover_id: Option<HandoverId>,
    /// When the deadline passed.
    pub due_at: DateTime<Utc>,
    /// The target, in milliseconds of the rule's time.
    pub target_ms: i64,
    /// The rule that sets it.
    pub rule: String,
    /// The version of the table that has the rule.
    pub policy_version: u32,
    /// Who held the consultation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee: Option<ManagerId>,
    /// The team that held it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
}

/// Told once for each clock, whatever the status: a deadline that passed has passed.
pub(super) fn announce(state: &ConsultationState, command: AnnounceServiceLevel) -> Decision {
    state.opened()?;
    let Deadline { stage, clock, number, subject, due_at, target_ms, rule, policy_version, .. } =
        command.deadline;
    if stage == Stage::HandoverExpiry || state.announced.contains(&(stage, clock, number)) {
        return Ok(vec![]);
    }
    let handover_id = subject.map(HandoverId);
    let (target_ms, rule) = (target_ms.unwrap_or_default(), rule.unwrap_or_default());
    let (assignee, team) = (state.assignee, state.team.clone());
    Ok(vec![if stage == Stage::Warn {
        ConsultationEvent::ServiceLevelWarned(ServiceLevelWarned {
            clock,
            number,
            handover_id,
            due_at,
            target_ms,
            rule,
            policy_version,
            assignee,
            team,
        })
    } else {
        ConsultationEvent::ServiceLevelBreached(ServiceLevelBreached {
            clock,
            number,
            handover_id,
            due_at,
            target_ms,
            rule,
            policy_version,
            assignee,
            team,
        })
    }])
}
