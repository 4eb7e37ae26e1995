//! A redate as the API shows it.

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, ID, SimpleObject};
use chrono::{DateTime, Utc};
use ledgerdesk_projections::{as_of::Snapshot, redates::Row};
use uuid::Uuid;

use super::{actor::Actor, consultation::Consultation, id, loaders, manager::Manager, position::Position};
use crate::graphql::{error::Fault, global_id::NodeKind};

/// A move of a promised time (перенос), and whether the new promise was kept.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct Redate {
    #[graphql(skip)]
    row: Arc<Row>,
    /// The consultation as it was, if this is shown as it was.
    #[graphql(skip)]
    then: Option<Arc<Snapshot>>,
    /// Its id.
    pub(super) id: ID,
    /// The how-manieth of its consultation, from 1.
    number: i32,
    /// When the time was moved.
    redated_at: DateTime<Utc>,
    /// The time before.
    moved_from: DateTime<Utc>,
    /// The time after.
    moved_to: DateTime<Utc>,
    /// How long before the old time it was moved, in seconds; negative when that had passed.
    lead_seconds: i64,
    /// Who wanted it.
    initiator: Actor,
    /// Why; null once the client was erased.
    reason: Option<String>,
    /// Call attempts that serve it.
    call_count: i32,
    /// When the first answered one of them began: the promise kept.
    answered_at: Option<DateTime<Utc>>,
    /// The position of its last event.
    position: Position,
}

impl From<Arc<Row>> for Redate {
    fn from(row: Arc<Row>) -> Self {
        Self {
            id: id(NodeKind::Redate, row.id),
            number: row.number,
            redated_at: row.redated_at,
            moved_from: row.moved_from,
            moved_to: row.moved_to,
            lead_seconds: row.lead_seconds,
            initiator: Actor::new(row.initiator_kind, row.initiator_id),
            reason: row.reason.clone(),
            call_count: row.call_count,
            answered_at: row.answered_at,
            position: row.last_position.into(),
            then: None,
            row,
        }
    }
}

impl Redate {
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
            Some(then) => Ok(then.redates.get(&id).map(|row| Self::at(Arc::clone(row), then))),
            None => Ok(loaders(ctx)?.redates.load(id).await?.map(Self::from)),
        }
    }
}

#[ComplexObject]
impl Redate {
    /// The consultation.
    async fn consultation(&self, ctx: &Context<'_>) -> Result<Option<Consultation>, Fault> {
        Consultation::of_part(ctx, self.row.consultation_id, self.then.as_ref()).await
    }

    /// Who held the consultation then.
    async fn assignee(&self, ctx: &Context<'_>) -> Result<Option<Manager>, Fault> {
        let Some(manager) = self.row.assignee else { return Ok(None) };
        Ok(loaders(ctx)?.managers.load(manager.uuid()).await?.map(Manager::from))
    }
}
