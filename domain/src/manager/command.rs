//! What may be asked of a manager (a person who answers clients).

use super::value::Availability;
use crate::{consultation::ExternalReference, id::PersonId};

/// Any command to a manager (a person who answers clients).
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant is documented at its payload")]
pub enum ManagerCommand {
    RegisterManager(RegisterManager),
    ChangeManagerDetails(ChangeManagerDetails),
    ChangeSkills(ChangeSkills),
    ChangeCapacity(ChangeCapacity),
    ChangeAvailability(ChangeAvailability),
    LinkManagerReference(LinkManagerReference),
    DeactivateManager(DeactivateManager),
    EraseManager(EraseManager),
}

/// Registers a manager.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisterManager {
    /// The name.
    pub name: String,
    /// The e-mail address.
    pub email: Option<String>,
    /// The team.
    pub team: Option<String>,
    /// What the manager can.
    pub skills: Vec<String>,
    /// How many open consultations at once, 0 to 1,000.
    pub capacity: u32,
    /// The same person in other systems.
    pub references: Vec<ExternalReference>,
}

/// Changes name, e-mail or team; `None` leaves a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeManagerDetails {
    /// The new name.
    pub name: Option<String>,
    /// The new e-mail address.
    pub email: Option<String>,
    /// The new team.
    pub team: Option<String>,
}

/// Replaces the skills.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeSkills {
    /// All of them.
    pub skills: Vec<String>,
}

/// Changes how many open consultations at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeCapacity {
    /// 0 to 1,000.
    pub capacity: u32,
}

/// Comes, leaves or takes a break.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeAvailability {
    /// As it shall be.
    pub availability: Availability,
}

/// Links the same person in another system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkManagerReference {
    /// Where.
    pub reference: ExternalReference,
}

/// Takes a manager out of the team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeactivateManager;

/// Erases a deactivated manager: records it; whoever executes the command destroys the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EraseManager {
    /// The manager itself, whose id the rules do not know otherwise.
    pub persons: Vec<PersonId>,
}
