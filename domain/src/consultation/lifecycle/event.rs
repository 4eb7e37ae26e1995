//! What can happen along the lifecycle.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    consultation::{ReopenTo, Status},
    id::ManagerId,
    personal::Personal,
};

/// Work began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Started {
    /// The status before.
    pub from: Status,
    /// Who held it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee: Option<ManagerId>,
}

/// The client has the turn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitingForClientStarted {
    /// The status before.
    pub from: Status,
    /// What for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Personal<String>>,
}

/// Waits for something else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PutOnHold {
    /// The status before.
    pub from: Status,
    /// What for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Personal<String>>,
    /// When to look again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
}

/// Back to work after waiting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resumed {
    /// The status before.
    pub from: Status,
}

/// Answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolved {
    /// The status before.
    pub from: Status,
    /// What was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolution: Option<Personal<String>>,
    /// The kind of resolution, by the workspace's list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Who held it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee: Option<ManagerId>,
    /// Who resolved it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolved_by: Option<ManagerId>,
}

/// Not done after all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reopened {
    /// The status before.
    pub from: Status,
    /// Where it continues.
    pub to: ReopenTo,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Personal<String>>,
    /// Who holds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee: Option<ManagerId>,
}

/// Done for good, unless reopened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closed {
    /// Who held it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee: Option<ManagerId>,
}

/// Called off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cancelled {
    /// The status before.
    pub from: Status,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Personal<String>>,
    /// Who held it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee: Option<ManagerId>,
}
