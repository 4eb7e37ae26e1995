//! The decision table: which consultation gets which targets.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    consultation::{CatalogReference, Channel, Priority, Status},
    id::ClientId,
    service_level::ClockKind,
};

/// One version of the decision table. The first rule that a consultation fits gives its targets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlaTable {
    /// Its version, from 1; 0 is what holds until one is published.
    pub version: u32,
    /// From when on it holds. Of several that hold, the one with the highest number counts.
    pub effective_from: DateTime<Utc>,
    /// The rules, in order.
    pub rules: Vec<SlaRule>,
}

/// One line of the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlaRule {
    /// Its name, such as `urgent`; told wherever the rule decides something.
    pub key: String,
    /// Which consultations it is for.
    #[serde(default, skip_serializing_if = "SlaCondition::is_empty")]
    pub when: SlaCondition,
    /// The business calendar that time is counted by; every hour of every day if nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar: Option<String>,
    /// How long each may take.
    pub targets: SlaTargets,
    /// When to warn, in percent of the target: 1 to 99. No warning if nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warn_percent: Option<u8>,
    /// The statuses in which the clocks of the responses and of the resolution stand still, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pause_in: Vec<Status>,
    /// Whether a message of a bot is a response.
    pub bots_respond: bool,
}

/// Which consultations a rule is for. Each list that is not empty asks for one of its values; all must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlaCondition {
    /// How urgent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub priorities: Vec<Priority>,
    /// Where it came in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub channels: Vec<Channel>,
    /// Who asks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clients: Vec<ClientId>,
    /// What it is about, by the catalogs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub topics: Vec<CatalogReference>,
    /// Its tags.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
}

/// How long each may take, in seconds of the rule's time; no clock where nothing is said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlaTargets {
    /// From the opening to the first response.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_response: Option<u32>,
    /// From the oldest message without an answer to the next response.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_response: Option<u32>,
    /// From the request of a handover until somebody takes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handover_acceptance: Option<u32>,
    /// From the end of a promised window until somebody calls; 0 asks for a call in the window.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub callback: Option<u32>,
    /// From the opening to the resolution.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolution: Option<u32>,
}

/// What the rules look at in a consultation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Traits {
    pub(super) priority: Priority,
    pub(super) channel: Option<Channel>,
    pub(super) client: Option<ClientId>,
    pub(super) topics: BTreeSet<CatalogReference>,
    pub(super) tags: BTreeSet<String>,
}

impl SlaTable {
    /// What holds until a workspace publishes a table: a response within two hours, a handover taken within two
    /// hours, a resolution within twenty-four, by the wall clock and without a pause.
    pub fn standard() -> Self {
        let targets = SlaTargets {
            first_response: Some(7_200),
            handover_acceptance: Some(7_200),
            resolution: Some(86_400),
            ..SlaTargets::default()
        };
        let rule = SlaRule {
            key: "standard".to_owned(),
            when: SlaCondition::default(),
            calendar: None,
            targets,
            warn_percent: Some(80),
            pause_in: vec![],
            bots_respond: false,
        };
        Self { version: 0, effective_from: DateTime::UNIX_EPOCH, rules: vec![rule] }
    }

    /// The rule that a consultation fits; none if it fits none.
    pub(super) fn rule(&self, traits: &Traits) -> Option<&SlaRule> {
        self.rules.iter().find(|rule| rule.when.holds(traits))
    }
}

impl SlaCondition {
    /// Whether it asks for nothing, and so is for all.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn holds(&self, traits: &Traits) -> bool {
        let one_of = |empty: bool, fits: bool| empty || fits;
        one_of(self.priorities.is_empty(), self.priorities.contains(&traits.priority))
            && one_of(
                self.channels.is_empty(),
                traits.channel.is_some_and(|channel| self.channels.contains(&channel)),
            )
            && one_of(
                self.clients.is_empty(),
                traits.client.is_some_and(|client| self.clients.contains(&client)),
            )
            && one_of(self.topics.is_empty(), self.topics.iter().any(|topic| traits.topics.contains(topic)))
            && one_of(self.tags.is_empty(), self.tags.iter().any(|tag| traits.tags.contains(tag)))
    }
}

impl SlaTargets {
    /// The target of this kind of clock, in seconds.
    pub const fn of(&self, kind: ClockKind) -> Option<u32> {
        match kind {
            ClockKind::FirstResponse => self.first_response,
            ClockKind::NextResponse => self.next_response,
            ClockKind::HandoverAcceptance => self.handover_acceptance,
            ClockKind::Callback => self.callback,
            ClockKind::Resolution => self.resolution,
        }
    }
}
