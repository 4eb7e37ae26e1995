//! `processMining`.

use std::time::Duration;

use async_graphql::{Context, Object};
use ledgerdesk_projections::{
    consultation_list::Row,
    steps::{self, TooMany},
};
use tokio::sync::Semaphore;

use super::{consultation_list::ConsultationFilter, input};
use crate::graphql::{
    consistency::settle,
    error::Fault,
    model::{loaders, mining::ProcessMining, position::Position},
    paging,
};

/// Most steps that one answer looks at: 32 bytes each, and some seconds of reading. In the data of a request or a schema
/// it bounds those.
#[derive(Debug, Clone, Copy)]
pub struct MostSteps(pub usize);

impl Default for MostSteps {
    fn default() -> Self {
        Self(1_000_000)
    }
}

/// How many such answers a node works on at a time; each holds a connection, a core and its steps.
static TURNS: Semaphore = Semaphore::const_new(2);

/// How long one waits for its turn.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

#[derive(Default)]
pub(super) struct ProcessMiningQuery;

#[Object]
impl ProcessMiningQuery {
    /// What the steps of consultations say about the process: what follows what, the paths that they take, what is done
    /// again, from whom to whom work goes, and when it waits. Up to 1,000,000 steps; a filter that leaves more is
    /// refused.
    async fn process_mining(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which consultations; each is looked at as a whole.", default)]
        filter: ConsultationFilter,
        #[graphql(desc = "Only steps of these activities, at most 100.")] only: Option<Vec<String>>,
        #[graphql(desc = "No steps of these activities, at most 100.")] without: Option<Vec<String>>,
        #[graphql(desc = "Wait, at most 2 seconds, until the answer shows this position.")]
        min_position: Option<Position>,
    ) -> Result<ProcessMining, Fault> {
        let filter = filter.read()?;
        let only = only.map(|only| input::texts("only", Some(only))).transpose()?;
        let without = input::texts("without", without)?;
        settle(ctx, &["consultation_list", "search", "steps"], min_position).await?;
        let loaders = loaders(ctx)?;
        let reach = loaders.reach_filtered::<Row>(&filter)?;
        let turn = tokio::time::timeout(LONGEST_WAIT, TURNS.acquire()).await;
        let Ok(Ok(turn)) = turn else {
            let message = "this node is busy with such questions; ask again in a moment".to_owned();
            return Err(Fault::Timeout { message });
        };
        let mark = paging::mark(&format!("{filter:?} {only:?} {without:?}"));
        let MostSteps(most) = ctx.data_opt().copied().unwrap_or_default();
        let mut log = steps::load(&loaders.pool, reach, &filter, most).await?;
        if only.is_some() || !without.is_empty() {
            let is_wanted = |name: &str| only.as_ref().is_none_or(|only| only.iter().any(|one| one == name));
            log = log.keeping(|name| is_wanted(name) && !without.iter().any(|one| one == name));
        }
        Ok(ProcessMining::new(log, mark, turn))
    }
}

impl From<TooMany> for Fault {
    fn from(error: TooMany) -> Self {
        match error {
            TooMany::Steps { most } => Self::TooManySteps {
                message: format!(
                    "these consultations have more than {most} steps; narrow `filter`, for instance by `opened`"
                ),
            },
            TooMany::Database(error) => error.into(),
        }
    }
}
