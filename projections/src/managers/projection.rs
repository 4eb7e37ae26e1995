//! Events → rows of `managers`.

use chrono::{DateTime, Utc};
use ledgerdesk_domain::{
    consultation::{ConsultationEvent, ExternalReference},
    event::{Event, Recorded},
    id::{ManagerId, PersonId, WorkspaceId},
    manager::{Availability, ManagerEvent, ManagerRegistered},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::load;
use crate::{
    personal::{known, known_if_any},
    runtime::{Definition, Projection},
};

/// One row per manager who registered or worked.
pub struct Managers;

static DEFINITION: Definition = Definition {
    name: "managers",
    version: 1,
    table_sql: include_str!("table.sql"),
    columns: &[
        "id",
        "workspace_id",
        "person_id",
        "name",
        "email",
        "team",
        "skills",
        "capacity",
        "availability",
        "active",
        "external_references",
        "open_consultation_count",
        "open_handover_count",
        "resolved_count",
        "first_seen_at",
        "registered_at",
        "deactivated_at",
        "erased_at",
        "last_position",
    ],
    key_column: "id",
    personal: &["name", "email"],
    insert_only: false,
};

/// A manager.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Which manager.
    pub id: ManagerId,
    /// Whose.
    pub workspace_id: WorkspaceId,
    /// The manager.
    pub person_id: PersonId,
    /// The name, unless erased.
    pub name: Option<String>,
    /// The e-mail address, unless erased.
    pub email: Option<String>,
    /// The team.
    pub team: Option<String>,
    /// What the manager can, sorted.
    pub skills: Vec<String>,
    /// How many open consultations at once; 0 until registered.
    pub capacity: u32,
    /// Whether the manager takes work now.
    pub availability: Availability,
    /// Registered and not deactivated.
    pub active: bool,
    /// The same person in other systems.
    pub external_references: Vec<ExternalReference>,
    /// Open consultations that the manager holds.
    pub open_consultation_count: i32,
    /// Handovers that the manager took over and that are not done.
    pub open_handover_count: i32,
    /// Consultations that the manager resolved; a consultation resolved twice counts twice.
    pub resolved_count: i32,
    /// When the manager was first heard of.
    pub first_seen_at: DateTime<Utc>,
    /// When the manager was registered.
    pub registered_at: Option<DateTime<Utc>>,
    /// When the manager left.
    pub deactivated_at: Option<DateTime<Utc>>,
    /// When the manager was forgotten.
    pub erased_at: Option<DateTime<Utc>>,
    /// The position of the last event in the row.
    pub last_position: i64,
}

impl Projection for Managers {
    type Row = Row;

    fn definition(&self) -> &'static Definition {
        &DEFINITION
    }

    fn keys(&self, recorded: &Recorded, keys: &mut Vec<Uuid>) {
        match &recorded.event {
            Event::Manager(_) => keys.push(recorded.stream.id),
            Event::Consultation(event) => load::for_each_change(event, |manager, _| {
                if !keys.contains(&manager.uuid()) {
                    keys.push(manager.uuid());
                }
            }),
            Event::Client(_) | Event::Workspace(_) | Event::CatalogEntry(_) => {}
        }
    }

    fn apply(&self, row: Option<Row>, key: Uuid, recorded: &Recorded) -> Option<Row> {
        let mut row = row.unwrap_or_else(|| heard_of(ManagerId(key), recorded));
        match &recorded.event {
            Event::Manager(event) => row.fold_manager(event, recorded.occurred_at),
            Event::Consultation(event) => row.fold_load(event),
            Event::Client(_) | Event::Workspace(_) | Event::CatalogEntry(_) => {}
        }
        row.last_position = recorded.position.0;
        Some(row)
    }
}

/// A manager of whom only the id is known.
fn heard_of(id: ManagerId, recorded: &Recorded) -> Row {
    Row {
        id,
        workspace_id: recorded.workspace_id,
        person_id: id.into(),
        name: None,
        email: None,
        team: None,
        skills: Vec::new(),
        capacity: 0,
        availability: Availability::Offline,
        active: false,
        external_references: Vec::new(),
        open_consultation_count: 0,
        open_handover_count: 0,
        resolved_count: 0,
        first_seen_at: recorded.occurred_at,
        registered_at: None,
        deactivated_at: None,
        erased_at: None,
        last_position: recorded.position.0,
    }
}

impl Row {
    fn fold_manager(&mut self, event: &ManagerEvent, at: DateTime<Utc>) {
        match event {
            ManagerEvent::ManagerRegistered(registered) => self.register(registered, at),
            ManagerEvent::ManagerDetailsChanged(changed) => {
                if changed.name.is_some() {
                    self.name = known_if_any(changed.name.as_ref());
                }
                if changed.email.is_some() {
                    self.email = known_if_any(changed.email.as_ref());
                }
                if changed.team.is_some() {
                    self.team.clone_from(&changed.team);
                }
            }
            ManagerEvent::SkillsChanged(changed) => self.skills.clone_from(&changed.skills),
            ManagerEvent::CapacityChanged(changed) => self.capacity = changed.to,
            ManagerEvent::AvailabilityChanged(changed) => self.availability = changed.to,
            ManagerEvent::ManagerReferenceLinked(linked) => {
                self.external_references.push(linked.reference.clone());
            }
            ManagerEvent::ManagerDeactivated(_) => {
                self.active = false;
                self.availability = Availability::Offline;
                self.deactivated_at = Some(at);
            }
            ManagerEvent::ManagerErased(_) => {
                self.name = None;
                self.email = None;
                self.erased_at = Some(at);
            }
        }
    }

    fn register(&mut self, registered: &ManagerRegistered, at: DateTime<Utc>) {
        self.name = known(&registered.name);
        self.email = known_if_any(registered.email.as_ref());
        self.team.clone_from(&registered.team);
        self.skills.clone_from(&registered.skills);
        self.capacity = registered.capacity;
        self.active = true;
        self.external_references.clone_from(&registered.references);
        self.registered_at = Some(at);
    }

    fn fold_load(&mut self, event: &ConsultationEvent) {
        load::for_each_change(event, |manager, change| {
            if manager == self.id {
                self.open_consultation_count += change.consultations;
                self.open_handover_count += change.handovers;
                self.resolved_count += change.resolved;
            }
        });
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
