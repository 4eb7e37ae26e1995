//! Entries about deadlines.

use async_graphql::{ComplexObject, Context, Enum, SimpleObject};
use chrono::{DateTime, Utc};
use ledgerdesk_domain::service_level::ClockKind as DomainClockKind;
use ledgerdesk_projections::history::Row;
use uuid::Uuid;

use super::{details::Details, entry::Part, stages::manager};
use crate::graphql::{
    error::Fault,
    model::{handover::Handover, loaders, manager::Manager, service_level::ClockKind},
};

/// What was told of a deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum SlaStep {
    /// It came near.
    Warned,
    /// It passed.
    Breached,
}

/// What an entry about a service level has.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct SlaPart {
    #[graphql(skip)]
    handover: Option<Uuid>,
    #[graphql(skip)]
    assignee: Option<Uuid>,
    /// What was told.
    step: SlaStep,
    /// What is measured.
    clock: Option<ClockKind>,
    /// The how-manieth clock of its kind in this consultation, from 1.
    number: Option<i32>,
    /// When the deadline passes or passed, as was known then.
    due_at: Option<DateTime<Utc>>,
    /// The rule that sets it.
    rule: Option<String>,
    /// The version of the table that has the rule.
    policy_version: Option<i32>,
    /// The team that held the consultation then.
    held_by_team: Option<String>,
}

impl Part for SlaPart {
    fn read(_: &Row, details: &Details<'_>) -> Self {
        Self {
            handover: details.id("handover_id"),
            assignee: details.id("assignee"),
            step: if details.is("ServiceLevelWarned") { SlaStep::Warned } else { SlaStep::Breached },
            clock: details.read::<DomainClockKind>("clock").map(Into::into),
            number: details.read("number"),
            due_at: details.read("due_at"),
            rule: details.text("rule"),
            policy_version: details.read("policy_version"),
            held_by_team: details.text("team"),
        }
    }
}

#[ComplexObject]
impl SlaPart {
    /// The handover, for a clock of one.
    async fn clock_handover(&self, ctx: &Context<'_>) -> Result<Option<Handover>, Fault> {
        let Some(id) = self.handover else { return Ok(None) };
        Ok(loaders(ctx)?.handovers.load(id).await?.map(Handover::from))
    }

    /// Who held the consultation then.
    async fn held_by(&self, ctx: &Context<'_>) -> Result<Option<Manager>, Fault> {
        manager(ctx, self.assignee).await
    }
}
