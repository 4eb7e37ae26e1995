//! What is due, as the API shows it.

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, Enum, ID, SimpleObject};
use chrono::{DateTime, Utc};
use ledgerdesk_infrastructure::clock::Clock as ServerClock;
use ledgerdesk_projections::deadlines::{self, Row};

use super::{consultation::Consultation, handover::Handover, id, loaders, service_level::ClockKind};
use crate::graphql::{error::Fault, global_id::NodeKind};

/// How a clock that runs stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "deadlines::State")]
pub enum DeadlineState {
    /// There is time.
    Due,
    /// The deadline is near: its warning was due.
    Warned,
    /// The deadline has passed, and what was promised is still to be done.
    Breached,
}

/// A clock of a service level that runs, and when it is due. One that stands still before its deadline is not due, and
/// one that ended is due no more.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct Deadline {
    #[graphql(skip)]
    row: Arc<Row>,
    /// The consultation's id.
    consultation_id: ID,
    /// What is measured.
    clock: ClockKind,
    /// The how-manieth clock of its kind in the consultation, from 1.
    number: i32,
    /// When the warning is or was due; null where none is wanted.
    warn_at: Option<DateTime<Utc>>,
    /// When the deadline passes, if nothing happens before, or passed.
    due_at: DateTime<Utc>,
}

impl From<Arc<Row>> for Deadline {
    fn from(row: Arc<Row>) -> Self {
        Self {
            consultation_id: id(NodeKind::Consultation, row.consultation_id),
            clock: row.clock.into(),
            number: row.number,
            warn_at: row.warn_at,
            due_at: row.due_at,
            row,
        }
    }
}

#[ComplexObject]
impl Deadline {
    /// How it stands now.
    #[expect(clippy::unused_async, reason = "fields of an object are asynchronous")]
    async fn state(&self, ctx: &Context<'_>) -> Result<DeadlineState, Fault> {
        Ok(self.row.state(ctx.data::<Arc<dyn ServerClock>>()?.now()).into())
    }

    /// When the deadline passed; null while there is time.
    #[expect(clippy::unused_async, reason = "fields of an object are asynchronous")]
    async fn breached_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime<Utc>>, Fault> {
        let now = ctx.data::<Arc<dyn ServerClock>>()?.now();
        Ok((self.row.state(now) == deadlines::State::Breached).then_some(self.row.due_at))
    }

    /// The consultation.
    async fn consultation(&self, ctx: &Context<'_>) -> Result<Option<Consultation>, Fault> {
        Consultation::load(ctx, self.row.consultation_id).await
    }

    /// The handover, for a clock of one.
    async fn handover(&self, ctx: &Context<'_>) -> Result<Option<Handover>, Fault> {
        let Some(id) = self.row.handover_id else { return Ok(None) };
        Ok(loaders(ctx)?.handovers.load(id.uuid()).await?.map(Handover::from))
    }
}
