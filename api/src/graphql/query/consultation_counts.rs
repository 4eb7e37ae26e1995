//! `consultationCounts`.

use async_graphql::{Context, Object, SimpleObject};
use ledgerdesk_domain::consultation::Status as DomainStatus;
use ledgerdesk_projections::consultation_list::{Row, count_by_status};

use super::consultation_list::ConsultationFilter;
use crate::graphql::{
    as_of::{AsOf, Cut},
    as_of_list,
    consistency::settle,
    error::Fault,
    model::{enums::Status, loaders, position::Position},
};

/// How many consultations of a view have a status.
#[derive(SimpleObject)]
struct StatusCount {
    /// The status.
    status: Status,
    /// How many.
    count: i64,
}

#[derive(Default)]
pub(super) struct ConsultationCountsQuery;

#[Object]
impl ConsultationCountsQuery {
    /// How many consultations each status has: every status once, in the order of the lifecycle.
    ///
    /// With `asOf` or `asKnownAt`, how many it had at that moment, narrowed as `consultations` is then.
    async fn consultation_counts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones are counted.", default)] filter: ConsultationFilter,
        #[graphql(desc = "Wait, at most 2 seconds, until the answer shows this position.")]
        min_position: Option<Position>,
        #[graphql(desc = "As of this moment, as in `consultations`.")] as_of: Option<AsOf>,
        #[graphql(desc = "Only what was recorded by then, as in `consultations`.")] as_known_at: Option<AsOf>,
    ) -> Result<Vec<StatusCount>, Fault> {
        let cut = Cut::read(ctx, ("asOf", as_of), ("asKnownAt", as_known_at)).await?;
        let filter = filter.read()?;
        settle(ctx, &["consultation_list", "search"], min_position).await?;
        let counts = if cut.is_now() {
            let loaders = loaders(ctx)?;
            let reach = loaders.reach_filtered::<Row>(&filter)?;
            count_by_status(&loaders.pool, reach, &filter).await?
        } else {
            as_of_list::counts(ctx, cut, filter).await?
        };
        let count =
            |status| counts.iter().find(|count| count.status == status).map_or(0, |count| count.count);
        let every = DomainStatus::ALL.into_iter();
        Ok(every.map(|status| StatusCount { status: status.into(), count: count(status) }).collect())
    }
}
