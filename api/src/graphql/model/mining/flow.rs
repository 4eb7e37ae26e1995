//! Activities, what follows what, and the paths that consultations take.

use async_graphql::{ComplexObject, Context, ID, SimpleObject};
use ledgerdesk_projections::mining::{ActivityUse, EventLog, Follows, Rework, Variant};

use super::duration::DurationStatistics;
use crate::graphql::{
    error::Fault,
    global_id::NodeKind,
    model::{consultation::Consultation, id, loaders},
};

/// How often something happens.
#[derive(SimpleObject)]
pub(super) struct ActivityReport {
    /// What happens: the source's words for what was imported, otherwise the event's name with what matters, such as
    /// `CallLogged NO_ANSWER`.
    activity: String,
    /// How many steps it is.
    count: u64,
    /// How many consultations have it.
    case_count: u64,
    /// How many consultations begin with it.
    start_count: u64,
    /// How many consultations end with it, so far.
    end_count: u64,
}

impl ActivityReport {
    pub(super) fn new(log: &EventLog, found: &ActivityUse) -> Self {
        Self {
            activity: name(log, found.activity),
            count: found.steps,
            case_count: found.cases,
            start_count: found.starts,
            end_count: found.ends,
        }
    }
}

/// An activity that comes right after another one in the same consultation.
#[derive(SimpleObject)]
pub(super) struct DirectlyFollows {
    /// The activity before.
    from: String,
    /// The activity after.
    to: String,
    /// How often.
    count: u64,
    /// How much later.
    durations: DurationStatistics,
}

impl DirectlyFollows {
    pub(super) fn new(log: &EventLog, found: &Follows) -> Self {
        Self {
            from: name(log, found.from),
            to: name(log, found.to),
            count: found.durations.count,
            durations: found.durations.into(),
        }
    }
}

/// A path that consultations take.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(super) struct ProcessVariant {
    /// The activities, in order.
    activities: Vec<String>,
    /// How many consultations take it.
    count: u64,
    /// Their part of all, from 0 to 1.
    share: f64,
    /// How long they take, from the first step to the last.
    durations: DurationStatistics,
    /// A consultation that takes it.
    example_id: ID,
    #[graphql(skip)]
    example: uuid::Uuid,
}

/// A path that consultations take.
#[ComplexObject]
impl ProcessVariant {
    /// The consultation that takes it, if the read models still have it.
    async fn example(&self, ctx: &Context<'_>) -> Result<Option<Consultation>, Fault> {
        Ok(loaders(ctx)?.consultations.load(self.example).await?.map(Consultation::from))
    }
}

impl ProcessVariant {
    pub(super) fn new(log: &EventLog, found: &Variant) -> Self {
        Self {
            activities: found.activities.iter().map(|number| name(log, *number)).collect(),
            count: found.durations.count,
            share: share(found.durations.count, log.case_count() as u64),
            durations: found.durations.into(),
            example_id: id(NodeKind::Consultation, found.example),
            example: found.example.uuid(),
        }
    }
}

/// An activity that is done more than once in a consultation.
#[derive(SimpleObject)]
pub(super) struct ReworkedActivity {
    /// What is done.
    activity: String,
    /// How many consultations have it.
    case_count: u64,
    /// How many have it more than once.
    reworked_case_count: u64,
    /// Its steps beyond the first one of each consultation.
    repeat_count: u64,
}

impl ReworkedActivity {
    pub(super) fn new(log: &EventLog, found: &Rework) -> Self {
        Self {
            activity: name(log, found.activity),
            case_count: found.cases,
            reworked_case_count: found.reworked_cases,
            repeat_count: found.repeats,
        }
    }
}

fn name(log: &EventLog, number: u32) -> String {
    log.activities.get(number).cloned().unwrap_or_default()
}

/// A part of all, from 0 to 1.
pub(super) fn share(part: u64, all: u64) -> f64 {
    let number = |count: u64| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    if all == 0 { 0.0 } else { number(part) / number(all) }
}
