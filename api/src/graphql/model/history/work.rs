//! Entries about promised times, calls and ratings.

use async_graphql::{ComplexObject, Context, SimpleObject};
use chrono::{DateTime, Utc};
use ledgerdesk_domain::consultation::{CallDirection as DomainDirection, CallOutcome as DomainCallOutcome};
use ledgerdesk_projections::history::Row;
use uuid::Uuid;

use super::{details::Details, entry::Part, stages::manager};
use crate::graphql::{
    error::Fault,
    model::{
        call::Call,
        enums::{CallDirection, CallOutcome},
        loaders,
        manager::Manager,
        rating::{Rating, RatingState},
        redate::Redate,
    },
};

/// What an entry about a promised time has.
#[derive(SimpleObject)]
pub struct AppointmentPart {
    /// The time promised before.
    previously_for: Option<DateTime<Utc>>,
    /// The time promised, or the start of the window promised.
    appointed_for: Option<DateTime<Utc>>,
    /// The end of that window.
    appointed_until: Option<DateTime<Utc>>,
}

impl Part for AppointmentPart {
    fn read(_: &Row, details: &Details<'_>) -> Self {
        Self {
            previously_for: details.read("previous"),
            appointed_for: details.read("appointed_for"),
            appointed_until: details.read("appointed_until"),
        }
    }
}

/// What an entry about a redate has.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct RedatePart {
    #[graphql(skip)]
    redate: Option<Uuid>,
    /// The how-manieth of its consultation, from 1.
    number: Option<i32>,
    /// The time before.
    moved_from: Option<DateTime<Utc>>,
    /// The time after.
    moved_to: Option<DateTime<Utc>>,
}

impl Part for RedatePart {
    fn read(_: &Row, details: &Details<'_>) -> Self {
        Self {
            redate: details.id("redate_id"),
            number: details.read("number"),
            moved_from: details.read("from"),
            moved_to: details.read("to"),
        }
    }
}

#[ComplexObject]
impl RedatePart {
    /// The redate, with who wanted it and whether the new promise was kept.
    async fn redate(&self, ctx: &Context<'_>) -> Result<Option<Redate>, Fault> {
        let Some(id) = self.redate else { return Ok(None) };
        Ok(loaders(ctx)?.redates.load(id).await?.map(Redate::from))
    }
}

/// What an entry about a call has.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct CallPart {
    #[graphql(skip)]
    call: Option<Uuid>,
    #[graphql(skip)]
    manager: Option<Uuid>,
    /// Which way.
    direction: Option<CallDirection>,
    /// How it ended.
    outcome: Option<CallOutcome>,
    /// The how-manieth of its consultation, from 1.
    attempt: Option<i32>,
    /// How long the two talked, in seconds.
    duration_seconds: Option<u32>,
}

impl Part for CallPart {
    fn read(_: &Row, details: &Details<'_>) -> Self {
        Self {
            call: details.id("call_id"),
            manager: details.id("manager_id"),
            direction: details.read::<DomainDirection>("direction").map(Into::into),
            outcome: details.read::<DomainCallOutcome>("outcome").map(Into::into),
            attempt: details.read("attempt"),
            duration_seconds: details.read("duration_seconds"),
        }
    }
}

#[ComplexObject]
impl CallPart {
    /// The call attempt.
    async fn call(&self, ctx: &Context<'_>) -> Result<Option<Call>, Fault> {
        let Some(id) = self.call else { return Ok(None) };
        Ok(loaders(ctx)?.calls.load(id).await?.map(Call::from))
    }

    /// Who called or was called.
    async fn manager(&self, ctx: &Context<'_>) -> Result<Option<Manager>, Fault> {
        manager(ctx, self.manager).await
    }
}

/// What an entry about a rating has.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct RatingPart {
    #[graphql(skip)]
    rating: Option<Uuid>,
    /// Whether it was asked for, given or revised.
    step: Option<RatingState>,
    /// The mean of the scores given then, in hundredths.
    score: Option<i32>,
}

impl Part for RatingPart {
    fn read(row: &Row, details: &Details<'_>) -> Self {
        let step = [
            ("RatingRequested", RatingState::Requested),
            ("RatingSubmitted", RatingState::Submitted),
            ("RatingRevised", RatingState::Revised),
        ];
        Self {
            rating: details.id("rating_id"),
            step: step.into_iter().find_map(|(event_type, step)| details.is(event_type).then_some(step)),
            score: row.to_value.as_deref().and_then(|hundredths| hundredths.parse().ok()),
        }
    }
}

#[ComplexObject]
impl RatingPart {
    /// The rating as it is now.
    async fn rating(&self, ctx: &Context<'_>) -> Result<Option<Rating>, Fault> {
        let Some(id) = self.rating else { return Ok(None) };
        Ok(loaders(ctx)?.ratings.load(id).await?.map(Rating::from))
    }
}
