//! `analytics`: metrics, reports, and what their numbers are made of.

mod definition;
mod difference;
mod facts;
pub(in crate::graphql) mod input;
pub(in crate::graphql) mod report;

use async_graphql::{Context, ID, Object, connection::Connection};
use chrono::{DateTime, Utc};
use ledgerdesk_projections::analytics::{self, Snapshot, read_models};

use self::{
    definition::{DimensionDefinition, MetricDefinition},
    difference::DifferenceReport,
    facts::{FactCursor, MetricFact, Standing},
    input::{By, GroupInput, MetricInput, ReportInput, TimeBucket},
    report::AnalyticsReport,
};
use super::consultation_list::ConsultationFilter;
use crate::graphql::{
    consistency::settle,
    error::Fault,
    global_id::{self, NodeKind},
    model::position::Position,
};

#[derive(Default)]
pub(super) struct AnalyticsQuery;

#[Object]
impl AnalyticsQuery {
    /// Numbers about consultations and the work with them, each by a definition of the registry (`docs/metrics.md`).
    async fn analytics(&self) -> Analytics {
        Analytics
    }
}

/// Numbers about consultations and the work with them.
pub(super) struct Analytics;

/// Numbers about consultations and the work with them.
#[Object]
impl Analytics {
    /// Every definition, the versions of a metric in their order.
    async fn metrics(&self) -> Vec<MetricDefinition> {
        analytics::all().map(MetricDefinition).collect()
    }

    /// By what metrics can be broken down.
    async fn dimensions(&self) -> Vec<DimensionDefinition> {
        DimensionDefinition::all()
    }

    /// Metrics by groups, all as of one position of the log.
    async fn report(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked.")] input: ReportInput,
        #[graphql(desc = "Wait, at most 2 seconds, until the answer shows this position.")]
        min_position: Option<Position>,
    ) -> Result<AnalyticsReport, Fault> {
        let question = input.read()?;
        let reach = input::reach(ctx, &question)?;
        settle(ctx, &read_models(&question), min_position).await?;
        let mut snapshot = Snapshot::of(&input::source(ctx)?, reach.workspace, &question).await?;
        let answer = snapshot.report(reach, &question).await?;
        Ok(AnalyticsReport::new(&question, answer))
    }

    /// What a number is made of: the facts of a metric, in the order of their moments.
    #[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
    async fn facts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of which metric.")] metric: MetricInput,
        #[graphql(desc = "From this time on.")] from: DateTime<Utc>,
        #[graphql(desc = "Before this time.")] to: DateTime<Utc>,
        #[graphql(desc = "The size of the buckets, where the group names one.")] bucket: Option<TimeBucket>,
        #[graphql(desc = "Whose local time, by IANA name; UTC if not given.")] time_zone: Option<String>,
        #[graphql(desc = "Only facts of these consultations.")] filter: Option<ConsultationFilter>,
        #[graphql(
            desc = "Only facts of this group, as the keys of a report name it; of all if not given.",
            default
        )]
        group: Vec<GroupInput>,
        #[graphql(
            desc = "The business calendar by its key, where the metric runs by one; the default one if not given."
        )]
        calendar: Option<String>,
        #[graphql(desc = "As of when clocks that still run are looked at; now if not given.")] as_of: Option<
            DateTime<Utc>,
        >,
        #[graphql(desc = "How many, 1 to 100; 20 if not given.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "Wait, at most 2 seconds, until the answer shows this position.")]
        min_position: Option<Position>,
    ) -> Result<Connection<FactCursor, MetricFact, Standing>, Fault> {
        let by = By { calendar, as_of };
        let question = input::about(metric, (from, to), (bucket, time_zone, filter), by)?;
        let groups = input::groups(group)?;
        settle(ctx, &read_models(&question), min_position).await?;
        facts::page(ctx, &question, &groups, first, after).await
    }

    /// Where two versions of a metric differ, consultation by consultation.
    #[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
    async fn difference(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which metric.")] metric: String,
        #[graphql(desc = "The one version.")] one: i32,
        #[graphql(desc = "The other version.")] other: i32,
        #[graphql(desc = "From this time on.")] from: DateTime<Utc>,
        #[graphql(desc = "Before this time.")] to: DateTime<Utc>,
        #[graphql(desc = "Only facts of these consultations.")] filter: Option<ConsultationFilter>,
        #[graphql(
            desc = "The business calendar by its key, where the metric runs by one; the default one if not given."
        )]
        calendar: Option<String>,
        #[graphql(desc = "Wait, at most 2 seconds, until the answer shows this position.")]
        min_position: Option<Position>,
    ) -> Result<DifferenceReport, Fault> {
        let by = By { calendar, ..By::default() };
        let question = input::versions(&metric, (one, other), (from, to), filter, by)?;
        settle(ctx, &read_models(&question), min_position).await?;
        DifferenceReport::new(ctx, question)
    }
}

/// The id of a consultation.
fn consultation_id(id: ledgerdesk_domain::id::ConsultationId) -> ID {
    ID(global_id::encode(NodeKind::Consultation, id.uuid()))
}
