//! A call attempt as the API shows it.

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, ID, SimpleObject};
use chrono::{DateTime, Utc};
use ledgerdesk_projections::{as_of::Snapshot, calls::Row};

use super::{
    consultation::Consultation,
    enums::{CallDirection, CallOutcome},
    id, loaders,
    manager::Manager,
    position::Position,
    redate::Redate,
};
use crate::graphql::{error::Fault, global_id::NodeKind};

/// A call attempt (дозвон).
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct Call {
    #[graphql(skip)]
    row: Arc<Row>,
    /// The consultation as it was, if this is shown as it was.
    #[graphql(skip)]
    then: Option<Arc<Snapshot>>,
    /// Its id.
    pub(super) id: ID,
    /// The how-manieth of its consultation, from 1.
    attempt: i32,
    /// Which way.
    direction: CallDirection,
    /// How it ended.
    outcome: CallOutcome,
    /// When it began to ring.
    started_at: DateTime<Utc>,
    /// How long it rang, in seconds.
    wait_seconds: Option<u32>,
    /// How long the two talked, in seconds.
    duration_seconds: Option<u32>,
    /// The client's number; null once the client was erased.
    phone: Option<String>,
    /// Where the recording lies.
    recording: Option<String>,
    /// The position of its event.
    position: Position,
}

impl From<Arc<Row>> for Call {
    fn from(row: Arc<Row>) -> Self {
        Self {
            id: id(NodeKind::Call, row.id),
            attempt: row.attempt,
            direction: row.direction.into(),
            outcome: row.outcome.into(),
            started_at: row.started_at,
            wait_seconds: row.wait_seconds,
            duration_seconds: row.duration_seconds,
            phone: row.phone.clone(),
            recording: row.recording.clone(),
            position: row.last_position.into(),
            then: None,
            row,
        }
    }
}

impl Call {
    /// As it was, together with its consultation.
    pub(super) fn at(row: Arc<Row>, then: &Arc<Snapshot>) -> Self {
        Self { then: Some(Arc::clone(then)), ..Self::from(row) }
    }
}

#[ComplexObject]
impl Call {
    /// The consultation.
    async fn consultation(&self, ctx: &Context<'_>) -> Result<Option<Consultation>, Fault> {
        Consultation::of_part(ctx, self.row.consultation_id, self.then.as_ref()).await
    }

    /// Who called or was called.
    async fn manager(&self, ctx: &Context<'_>) -> Result<Option<Manager>, Fault> {
        let Some(manager) = self.row.manager_id else { return Ok(None) };
        Ok(loaders(ctx)?.managers.load(manager.uuid()).await?.map(Manager::from))
    }

    /// The redate that it serves.
    async fn redate(&self, ctx: &Context<'_>) -> Result<Option<Redate>, Fault> {
        let Some(redate) = self.row.redate_id else { return Ok(None) };
        Redate::load(ctx, redate.uuid(), self.then.as_ref()).await
    }
}
