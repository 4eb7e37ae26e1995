//! A manager as the API shows it.

use std::sync::Arc;

use async_graphql::{Context, ID, SimpleObject};
use chrono::{DateTime, Utc};
use ledgerdesk_domain::id::ManagerId;
use ledgerdesk_projections::managers::Row;

use super::{enums::Availability, id, loaders, position::Position, reference::ExternalReference};
use crate::graphql::{error::Fault, global_id::NodeKind};

/// A person who answers clients (менеджер). One who was never registered (an import may name only an id) has a
/// load but no name.
#[derive(SimpleObject)]
pub struct Manager {
    /// The manager's id.
    pub(super) id: ID,
    /// The name; null until registered and once erased.
    name: Option<String>,
    /// The e-mail address.
    email: Option<String>,
    /// The team.
    team: Option<String>,
    /// What the manager can, sorted.
    skills: Vec<String>,
    /// How many open consultations at once; 0 until registered.
    capacity: u32,
    /// Whether the manager takes work now.
    availability: Availability,
    /// Registered, and not deactivated since.
    active: bool,
    /// The same person in other systems.
    external_references: Vec<ExternalReference>,
    /// Open consultations that the manager holds.
    open_consultation_count: i32,
    /// Handovers that the manager took over and that are not done.
    open_handover_count: i32,
    /// Consultations that the manager resolved; one that was reopened and resolved again counts twice.
    resolved_count: i32,
    /// When the manager was first heard of.
    first_seen_at: DateTime<Utc>,
    /// When the manager was registered.
    registered_at: Option<DateTime<Utc>>,
    /// When the manager left.
    deactivated_at: Option<DateTime<Utc>>,
    /// When the manager was forgotten.
    erased_at: Option<DateTime<Utc>>,
    /// The position of the last event that this shows.
    position: Position,
}

impl From<Arc<Row>> for Manager {
    fn from(row: Arc<Row>) -> Self {
        Self {
            id: id(NodeKind::Manager, row.id),
            name: row.name.clone(),
            email: row.email.clone(),
            team: row.team.clone(),
            skills: row.skills.clone(),
            capacity: row.capacity,
            availability: row.availability.into(),
            active: row.active,
            external_references: row.external_references.iter().map(Into::into).collect(),
            open_consultation_count: row.open_consultation_count,
            open_handover_count: row.open_handover_count,
            resolved_count: row.resolved_count,
            first_seen_at: row.first_seen_at,
            registered_at: row.registered_at,
            deactivated_at: row.deactivated_at,
            erased_at: row.erased_at,
            position: row.last_position.into(),
        }
    }
}

impl Manager {
    /// The manager with this id, if the caller's workspace has it.
    pub async fn load(ctx: &Context<'_>, id: ManagerId) -> Result<Option<Self>, Fault> {
        Ok(loaders(ctx)?.managers.load(id.uuid()).await?.map(Self::from))
    }
}
