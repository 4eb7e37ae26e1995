//! Entries about the stage, who is responsible, and handovers.

use async_graphql::{ComplexObject, Context, Enum, SimpleObject};
use chrono::{DateTime, Utc};
use ledgerdesk_domain::consultation::{HandoverOutcome as DomainOutcome, Status as DomainStatus};
use ledgerdesk_projections::history::Row;
use uuid::Uuid;

use super::{details::Details, entry::Part};
use crate::graphql::{
    error::Fault,
    model::{
        enums::{HandoverOutcome, Status},
        handover::Handover,
        loaders,
        manager::Manager,
    },
};

/// What an entry about the stage has.
#[derive(SimpleObject)]
pub struct StatusPart {
    /// The stage before; null for the opening.
    from_status: Option<Status>,
    /// The stage after.
    to_status: Option<Status>,
    /// When to look again, if it was put on hold until a time.
    hold_until: Option<DateTime<Utc>>,
    /// The kind of resolution, by the workspace's list.
    resolution_code: Option<String>,
}

impl Part for StatusPart {
    fn read(_: &Row, details: &Details<'_>) -> Self {
        Self {
            from_status: details.before::<DomainStatus>().map(Into::into),
            to_status: details.after::<DomainStatus>().map(Into::into),
            hold_until: details.read("until"),
            resolution_code: details.text("code"),
        }
    }
}

/// What an entry about who is responsible has.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct AssignmentPart {
    #[graphql(skip)]
    before: Option<Uuid>,
    #[graphql(skip)]
    after: Option<Uuid>,
    /// The team before.
    from_team: Option<String>,
    /// The team after; null where only the manager was taken off.
    to_team: Option<String>,
}

impl Part for AssignmentPart {
    fn read(_: &Row, details: &Details<'_>) -> Self {
        Self {
            before: details.id("from_assignee"),
            after: details.id("assignee"),
            from_team: details.text("from_team"),
            to_team: details.text("team"),
        }
    }
}

#[ComplexObject]
impl AssignmentPart {
    /// The manager before.
    #[graphql(name = "fromAssignee")]
    async fn assignee_before(&self, ctx: &Context<'_>) -> Result<Option<Manager>, Fault> {
        manager(ctx, self.before).await
    }

    /// The manager after.
    #[graphql(name = "toAssignee")]
    async fn assignee_after(&self, ctx: &Context<'_>) -> Result<Option<Manager>, Fault> {
        manager(ctx, self.after).await
    }
}

/// What happened to a handover.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum HandoverStep {
    /// It was asked for.
    Requested,
    /// A manager was asked to take over.
    Offered,
    /// A manager took over.
    Accepted,
    /// The manager who was asked said no.
    Declined,
    /// Nobody took over in time.
    Expired,
    /// What it was for is done, or fell away.
    Resolved,
    /// It was given back.
    Returned,
}

impl HandoverStep {
    fn of(details: &Details<'_>) -> Option<Self> {
        [
            ("HandoverRequested", Self::Requested),
            ("HandoverOffered", Self::Offered),
            ("HandoverAccepted", Self::Accepted),
            ("HandoverDeclined", Self::Declined),
            ("HandoverExpired", Self::Expired),
            ("HandoverResolved", Self::Resolved),
            ("HandoverReturned", Self::Returned),
        ]
        .into_iter()
        .find_map(|(event_type, step)| details.is(event_type).then_some(step))
    }
}

/// What an entry about a handover has.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct HandoverPart {
    #[graphql(skip)]
    handover: Option<Uuid>,
    #[graphql(skip)]
    manager: Option<Uuid>,
    /// What happened to it.
    step: Option<HandoverStep>,
    /// The team asked, when it was asked for.
    team: Option<String>,
    /// When the offer ends, when it was made.
    expires_at: Option<DateTime<Utc>>,
    /// Whether it was done or fell away, when it ended.
    outcome: Option<HandoverOutcome>,
}

impl Part for HandoverPart {
    fn read(_: &Row, details: &Details<'_>) -> Self {
        let manager = ["manager_id", "to_manager", "offered_to", "accepted_by"];
        Self {
            handover: details.id("handover_id"),
            manager: manager.into_iter().find_map(|field| details.id(field)),
            step: HandoverStep::of(details),
            team: details.text("to_team"),
            expires_at: details.read("expires_at"),
            outcome: details.read::<DomainOutcome>("outcome").map(Into::into),
        }
    }
}

#[ComplexObject]
impl HandoverPart {
    /// The handover as it is now.
    async fn handover(&self, ctx: &Context<'_>) -> Result<Option<Handover>, Fault> {
        let Some(id) = self.handover else { return Ok(None) };
        Ok(loaders(ctx)?.handovers.load(id).await?.map(Handover::from))
    }

    /// The manager it is about: asked, offered to, or who took over.
    async fn manager(&self, ctx: &Context<'_>) -> Result<Option<Manager>, Fault> {
        manager(ctx, self.manager).await
    }
}

pub(super) async fn manager(ctx: &Context<'_>, id: Option<Uuid>) -> Result<Option<Manager>, Fault> {
    let Some(id) = id else { return Ok(None) };
    Ok(loaders(ctx)?.managers.load(id).await?.map(Manager::from))
}
