//! What can happen to a manager (a person who answers clients). Wire names are permanent.

use serde::{Deserialize, Serialize};

use super::value::Availability;
use crate::{consultation::ExternalReference, id::PersonId, personal::Personal};

use crate::{
    event::{DomainEvent, Event},
    stream::StreamType,
};

/// Any event of a manager (a person who answers clients).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
#[expect(missing_docs, reason = "each variant is documented at its payload")]
pub enum ManagerEvent {
    ManagerRegistered(ManagerRegistered),
    ManagerDetailsChanged(ManagerDetailsChanged),
    SkillsChanged(SkillsChanged),
    CapacityChanged(CapacityChanged),
    AvailabilityChanged(AvailabilityChanged),
    ManagerReferenceLinked(ManagerReferenceLinked),
    ManagerDeactivated(ManagerDeactivated),
    ManagerErased(ManagerErased),
}

impl DomainEvent for ManagerEvent {
    const STREAM_TYPE: StreamType = StreamType::Manager;

    const SCHEMAS: &'static [(&'static str, u16)] = &[
        ("ManagerRegistered", 1),
        ("ManagerDetailsChanged", 1),
        ("SkillsChanged", 1),
        ("CapacityChanged", 1),
        ("AvailabilityChanged", 1),
        ("ManagerReferenceLinked", 1),
        ("ManagerDeactivated", 1),
        ("ManagerErased", 1),
    ];

    fn event_type(&self) -> &'static str {
        match self {
            Self::ManagerRegistered(_) => "ManagerRegistered",
            Self::ManagerDetailsChanged(_) => "ManagerDetailsChanged",
            Self::SkillsChanged(_) => "SkillsChanged",
            Self::CapacityChanged(_) => "CapacityChanged",
            Self::AvailabilityChanged(_) => "AvailabilityChanged",
            Self::ManagerReferenceLinked(_) => "ManagerReferenceLinked",
            Self::ManagerDeactivated(_) => "ManagerDeactivated",
            Self::ManagerErased(_) => "ManagerErased",
        }
    }
    fn of(event: &Event) -> Option<&Self> {
        match event {
            Event::Manager(event) => Some(event),
            _ => None,
        }
    }
}

impl From<ManagerEvent> for Event {
    fn from(event: ManagerEvent) -> Self {
        Self::Manager(event)
    }
}

/// A manager joined.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManagerRegistered {
    /// The name.
    pub name: Personal<String>,
    /// The e-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<Personal<String>>,
    /// The team.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// What the manager can, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skills: Vec<String>,
    /// How many open consultations at once.
    pub capacity: u32,
    /// The same person in other systems.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<ExternalReference>,
}

/// Name, e-mail or team changed; only what changed is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManagerDetailsChanged {
    /// The new name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Personal<String>>,
    /// The new e-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<Personal<String>>,
    /// The new team.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
}

/// What the manager can, as it is now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkillsChanged {
    /// All of them, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skills: Vec<String>,
}

/// How many open consultations at once changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CapacityChanged {
    /// Before.
    pub from: u32,
    /// After.
    pub to: u32,
}

/// The manager came, left or took a break.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AvailabilityChanged {
    /// Before.
    pub from: Availability,
    /// After.
    pub to: Availability,
}

/// The same person in another system became known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManagerReferenceLinked {
    /// Where.
    pub reference: ExternalReference,
}

/// The manager left the team; takes no more work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManagerDeactivated {}

/// A manager who left asked to be forgotten: the key is destroyed, name and address are gone for good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManagerErased {
    /// The manager.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub persons: Vec<PersonId>,
}
