//! A handover as the API shows it.

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, Enum, ID, SimpleObject};
use chrono::{DateTime, Utc};
use ledgerdesk_domain::id::ManagerId;
use ledgerdesk_projections::{as_of::Snapshot, handovers::Row};
use uuid::Uuid;

use super::{
    actor::Actor, consultation::Consultation, enums::HandoverOutcome, id, loaders, manager::Manager,
    position::Position,
};
use crate::graphql::{error::Fault, global_id::NodeKind};

/// How far a handover is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "ledgerdesk_projections::handovers::State")]
pub enum HandoverState {
    /// Waits for an offer; also after a manager declined.
    Requested,
    /// Waits for the manager who was asked.
    Offered,
    /// Somebody took over and works on it.
    Accepted,
    /// Its work is done, or fell away.
    Resolved,
    /// Given back to whoever asked.
    Returned,
    /// Nobody took over in time.
    Expired,
}

/// A request that somebody else takes a consultation over, from its asking to its end (эскалация).
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct Handover {
    #[graphql(skip)]
    row: Arc<Row>,
    /// The consultation as it was, if this is shown as it was.
    #[graphql(skip)]
    then: Option<Arc<Snapshot>>,
    /// Its id.
    pub(super) id: ID,
    /// How far it is.
    state: HandoverState,
    /// When it was asked for.
    requested_at: DateTime<Utc>,
    /// Who asked.
    requested_by: Actor,
    /// Why; null once the client was erased.
    reason: Option<String>,
    /// The team asked.
    to_team: Option<String>,
    /// When the last offer was made.
    offered_at: Option<DateTime<Utc>>,
    /// When the standing offer ends.
    expires_at: Option<DateTime<Utc>>,
    /// How many offers were made.
    offer_count: i32,
    /// How many were declined.
    decline_count: i32,
    /// Why the last one was.
    decline_reason: Option<String>,
    /// When somebody took over.
    accepted_at: Option<DateTime<Utc>>,
    /// The first message of a person to the client after that.
    first_response_at: Option<DateTime<Utc>>,
    /// When its work was done or fell away.
    resolved_at: Option<DateTime<Utc>>,
    /// Which of the two.
    outcome: Option<HandoverOutcome>,
    /// When it was given back.
    returned_at: Option<DateTime<Utc>>,
    /// Why.
    return_reason: Option<String>,
    /// When its time ran out.
    expired_at: Option<DateTime<Utc>>,
    /// The position of its last event.
    position: Position,
}

impl From<Arc<Row>> for Handover {
    fn from(row: Arc<Row>) -> Self {
        Self {
            id: id(NodeKind::Handover, row.id),
            state: row.state.into(),
            requested_at: row.requested_at,
            requested_by: Actor::new(row.requested_by_kind, row.requested_by_id),
            reason: row.reason.clone(),
            to_team: row.to_team.clone(),
            offered_at: row.offered_at,
            expires_at: row.expires_at,
            offer_count: row.offer_count,
            decline_count: row.decline_count,
            decline_reason: row.decline_reason.clone(),
            accepted_at: row.accepted_at,
            first_response_at: row.first_response_at,
            resolved_at: row.resolved_at,
            outcome: row.outcome.map(Into::into),
            returned_at: row.returned_at,
            return_reason: row.return_reason.clone(),
            expired_at: row.expired_at,
            position: row.last_position.into(),
            then: None,
            row,
        }
    }
}

impl Handover {
    /// As it was, together with its consultation.
    pub(super) fn at(row: Arc<Row>, then: &Arc<Snapshot>) -> Self {
        Self { then: Some(Arc::clone(then)), ..Self::from(row) }
    }

    /// The one with this id, as it was or as it is.
    pub(super) async fn load(
        ctx: &Context<'_>,
        id: Uuid,
        then: Option<&Arc<Snapshot>>,
    ) -> Result<Option<Self>, Fault> {
        match then {
            Some(then) => Ok(then.handovers.get(&id).map(|row| Self::at(Arc::clone(row), then))),
            None => Ok(loaders(ctx)?.handovers.load(id).await?.map(Self::from)),
        }
    }
}

async fn manager(ctx: &Context<'_>, id: Option<ManagerId>) -> Result<Option<Manager>, Fault> {
    match id {
        Some(id) => Manager::load(ctx, id).await,
        None => Ok(None),
    }
}

#[ComplexObject]
impl Handover {
    /// The consultation.
    async fn consultation(&self, ctx: &Context<'_>) -> Result<Option<Consultation>, Fault> {
        Consultation::of_part(ctx, self.row.consultation_id, self.then.as_ref()).await
    }

    /// The manager asked.
    async fn to_manager(&self, ctx: &Context<'_>) -> Result<Option<Manager>, Fault> {
        manager(ctx, self.row.to_manager).await
    }

    /// Who held the consultation when it was asked for.
    #[graphql(name = "fromAssignee")]
    async fn holder_before(&self, ctx: &Context<'_>) -> Result<Option<Manager>, Fault> {
        manager(ctx, self.row.from_assignee).await
    }

    /// Who was last made an offer.
    async fn offered_to(&self, ctx: &Context<'_>) -> Result<Option<Manager>, Fault> {
        manager(ctx, self.row.offered_to).await
    }

    /// Who took over.
    async fn assigned_to(&self, ctx: &Context<'_>) -> Result<Option<Manager>, Fault> {
        manager(ctx, self.row.assigned_to).await
    }

    /// Who finished it.
    async fn resolved_by(&self, ctx: &Context<'_>) -> Result<Option<Manager>, Fault> {
        manager(ctx, self.row.resolved_by).await
    }

    /// Who gave it back.
    async fn returned_by(&self, ctx: &Context<'_>) -> Result<Option<Manager>, Fault> {
        manager(ctx, self.row.returned_by).await
    }
}
