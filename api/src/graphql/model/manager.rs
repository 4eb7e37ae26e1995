//! A manager as the API shows it.

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, ID, SimpleObject};
use chrono::{DateTime, Utc};
use ledgerdesk_domain::id::ManagerId;
use ledgerdesk_projections::{calls, handovers, managers::Row, ratings, redates};

use super::{
    call::Call, consultation::Consultation, enums::Availability, handover::Handover, id, loaders,
    position::Position, rating::Rating, redate::Redate, reference::ExternalReference,
};
use crate::graphql::{
    error::Fault,
    global_id::NodeKind,
    paging::{self, Listing, Paging},
    query::filters::{
        CallFilter, ConsultationFilter, ConsultationOrder, HandoverFilter, RatingFilter, RedateFilter,
    },
};

/// A person who answers clients (менеджер). One who was never registered (an import may name only an id) has a
/// load but no name.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct Manager {
    #[graphql(skip)]
    row: Arc<Row>,
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
            row,
        }
    }
}

impl Manager {
    /// The manager with this id, if the caller's workspace has it.
    pub async fn load(ctx: &Context<'_>, id: ManagerId) -> Result<Option<Self>, Fault> {
        Ok(loaders(ctx)?.managers.load(id.uuid()).await?.map(Self::from))
    }
}

#[ComplexObject]
impl Manager {
    /// Consultations that the manager holds, those with the newest change first unless asked otherwise.
    #[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
    async fn consultations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones.", default)] filter: ConsultationFilter,
        #[graphql(desc = "In which order.")] order_by: Option<ConsultationOrder>,
        #[graphql(desc = "How many from the start, 1 to 100; 20 if neither is given.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
    ) -> Result<Listing<Consultation>, Fault> {
        let paging = Paging { first, after, last, before };
        let keyset = order_by.unwrap_or_default().keyset();
        let parent = ("t.assignee", self.row.id.uuid());
        paging::listing_below(&loaders(ctx)?.consultations_below, parent, filter.read()?, keyset, &paging)
            .await
    }

    /// Handovers that the manager took over, the newest request first.
    async fn handovers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones.", default)] filter: HandoverFilter,
        #[graphql(desc = "How many from the start, 1 to 100; 20 if neither is given.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
    ) -> Result<Listing<Handover>, Fault> {
        let paging = Paging { first, after, last, before };
        let parent = ("t.assigned_to", self.row.id.uuid());
        paging::listing_below(
            &loaders(ctx)?.handovers_below,
            parent,
            filter.read()?,
            handovers::Order::RequestedAt.keyset(true),
            &paging,
        )
        .await
    }

    /// Moves of promised times of consultations that the manager held then, the newest first.
    async fn redates(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones.", default)] filter: RedateFilter,
        #[graphql(desc = "How many from the start, 1 to 100; 20 if neither is given.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
    ) -> Result<Listing<Redate>, Fault> {
        let paging = Paging { first, after, last, before };
        let parent = ("t.assignee", self.row.id.uuid());
        paging::listing_below(
            &loaders(ctx)?.redates_below,
            parent,
            filter.read()?,
            redates::Order::RedatedAt.keyset(true),
            &paging,
        )
        .await
    }

    /// Call attempts by or to the manager, the newest first.
    async fn calls(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones.", default)] filter: CallFilter,
        #[graphql(desc = "How many from the start, 1 to 100; 20 if neither is given.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
    ) -> Result<Listing<Call>, Fault> {
        let paging = Paging { first, after, last, before };
        let parent = ("t.manager_id", self.row.id.uuid());
        paging::listing_below(
            &loaders(ctx)?.calls_below,
            parent,
            filter.read()?,
            calls::keyset(true),
            &paging,
        )
        .await
    }

    /// Ratings about the manager, the latest change first.
    async fn ratings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones.", default)] filter: RatingFilter,
        #[graphql(desc = "How many from the start, 1 to 100; 20 if neither is given.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
    ) -> Result<Listing<Rating>, Fault> {
        let paging = Paging { first, after, last, before };
        let parent = ("t.attributed_to", self.row.id.uuid());
        paging::listing_below(
            &loaders(ctx)?.ratings_below,
            parent,
            filter.read()?,
            ratings::Order::ChangedAt.keyset(true),
            &paging,
        )
        .await
    }
}
