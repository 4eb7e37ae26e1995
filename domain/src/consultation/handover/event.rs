//! What can happen to a handover.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    consultation::{HandoverOutcome, Party},
    id::{HandoverId, ManagerId},
    personal::Personal,
};

/// Somebody asked that another one takes over (эскалация).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandoverRequested {
    /// Which handover.
    pub handover_id: HandoverId,
    /// Who asked.
    pub requested_by: Party,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Personal<String>>,
    /// The team asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_team: Option<String>,
    /// The manager asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_manager: Option<ManagerId>,
    /// Who held the consultation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_assignee: Option<ManagerId>,
}

/// A manager was asked to take over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandoverOffered {
    /// Which handover.
    pub handover_id: HandoverId,
    /// Who was asked.
    pub manager_id: ManagerId,
    /// When the offer ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<DateTime<Utc>>,
}

/// A manager took over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandoverAccepted {
    /// Which handover.
    pub handover_id: HandoverId,
    /// Who took over.
    pub manager_id: ManagerId,
}

/// The manager who was asked said no; the handover waits for the next offer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandoverDeclined {
    /// Which handover.
    pub handover_id: HandoverId,
    /// Who said no.
    pub manager_id: ManagerId,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Personal<String>>,
}

/// Nobody took over in time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandoverExpired {
    /// Which handover.
    pub handover_id: HandoverId,
    /// Whose offer ran out, if one stood.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offered_to: Option<ManagerId>,
}

/// What the handover was for is done, or fell away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandoverResolved {
    /// Which handover.
    pub handover_id: HandoverId,
    /// Which of the two.
    pub outcome: HandoverOutcome,
    /// Who did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolved_by: Option<ManagerId>,
    /// Who had taken over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted_by: Option<ManagerId>,
}

/// Given back to whoever asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandoverReturned {
    /// Which handover.
    pub handover_id: HandoverId,
    /// Who gave it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub returned_by: Option<ManagerId>,
    /// Who had taken over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted_by: Option<ManagerId>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Personal<String>>,
}
