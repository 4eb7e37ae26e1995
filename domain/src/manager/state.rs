//! What the rules of a manager need to remember, and how events change it.

use std::collections::BTreeSet;

use super::{Availability, ManagerEvent as Event, ManagerRejection as Rejection};
use crate::{consultation::ExternalReference, personal::Personal};

/// What the rules of a manager need to remember.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ManagerState {
    pub(super) standing: Standing,
    pub(super) name: Option<Personal<String>>,
    pub(super) email: Option<Personal<String>>,
    pub(super) team: Option<String>,
    pub(super) skills: Vec<String>,
    pub(super) capacity: u32,
    pub(super) availability: Availability,
    pub(super) references: BTreeSet<ExternalReference>,
}

/// Where a manager stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Standing {
    /// Nothing happened yet.
    #[default]
    Unregistered,
    Active,
    Inactive,
    Erased,
}

impl ManagerState {
    /// In the team, and there to be changed.
    pub(super) fn active(&self) -> Result<(), Rejection> {
        match self.standing {
            Standing::Unregistered => Err(Rejection::NotFound),
            Standing::Active => Ok(()),
            Standing::Inactive | Standing::Erased => Err(Rejection::Inactive),
        }
    }

    /// The state after the event.
    pub(super) fn evolve(mut self, event: &Event) -> Self {
        match event {
            Event::ManagerRegistered(registered) => {
                self.standing = Standing::Active;
                self.name = Some(registered.name.clone());
                self.email.clone_from(&registered.email);
                self.team.clone_from(&registered.team);
                self.skills.clone_from(&registered.skills);
                self.capacity = registered.capacity;
                self.references = registered.references.iter().cloned().collect();
            }
            Event::ManagerDetailsChanged(changed) => {
                if changed.name.is_some() {
                    self.name.clone_from(&changed.name);
                }
                if changed.email.is_some() {
                    self.email.clone_from(&changed.email);
                }
                if changed.team.is_some() {
                    self.team.clone_from(&changed.team);
                }
            }
            Event::SkillsChanged(changed) => self.skills.clone_from(&changed.skills),
            Event::CapacityChanged(changed) => self.capacity = changed.to,
            Event::AvailabilityChanged(changed) => self.availability = changed.to,
            Event::ManagerReferenceLinked(linked) => _ = self.references.insert(linked.reference.clone()),
            Event::ManagerDeactivated(_) => self.standing = Standing::Inactive,
            // What was personal is not kept a moment longer, in memory either.
            Event::ManagerErased(_) => return Self { standing: Standing::Erased, ..Self::default() },
        }
        self
    }
}
