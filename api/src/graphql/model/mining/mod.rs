//! What the steps of consultations say about the process.

mod duration;
mod flow;
mod hands;
mod page;
mod waiting;

use std::sync::{Arc, OnceLock};

use async_graphql::{Context, Object};
use ledgerdesk_projections::mining::{self, ActivityUse, EventLog, Follows, Handed, Rework, Variant};
use tokio::sync::SemaphorePermit;

use self::{
    duration::DurationStatistics,
    flow::{ActivityReport, DirectlyFollows, ProcessVariant, ReworkedActivity},
    hands::{PeopleHandover, TeamHandover},
    page::{Listed, Mined},
    waiting::WaitingTime,
};
use crate::graphql::error::Fault;

/// The steps of the consultations that a filter leaves, and what they say. Each list is worked out once, when it is
/// first asked for.
pub struct ProcessMining(Arc<Found>);

struct Found {
    log: EventLog,
    /// Tells the lists of one filter from those of another.
    mark: [u8; 4],
    activities: OnceLock<Vec<ActivityUse>>,
    follows: OnceLock<Vec<Follows>>,
    variants: OnceLock<Vec<Variant>>,
    rework: OnceLock<Vec<Rework>>,
    people: OnceLock<Vec<Handed>>,
    teams: OnceLock<Vec<Handed>>,
    /// A node looks at few such logs at a time.
    _turn: SemaphorePermit<'static>,
}

impl ProcessMining {
    /// What is to be said about these steps.
    pub(in crate::graphql) fn new(log: EventLog, mark: [u8; 4], turn: SemaphorePermit<'static>) -> Self {
        Self(Arc::new(Found {
            log,
            mark,
            activities: OnceLock::new(),
            follows: OnceLock::new(),
            variants: OnceLock::new(),
            rework: OnceLock::new(),
            people: OnceLock::new(),
            teams: OnceLock::new(),
            _turn: turn,
        }))
    }

    /// A page of one of the lists. They are worked out beside the threads that answer requests.
    async fn list<T, N>(
        &self,
        (name, list): (&'static str, fn(&Found) -> &[T]),
        show: fn(&EventLog, &T) -> N,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Mined<N>, Fault>
    where
        T: 'static,
        N: async_graphql::OutputType + 'static,
    {
        let listed = Listed::new(name, self.0.mark, first, after.as_deref())?;
        let found = Arc::clone(&self.0);
        let page = move || listed.page(list(&found), |item| show(&found.log, item));
        worked_out(page).await
    }
}

async fn worked_out<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Fault> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Fault::internal(&error))
}

impl Found {
    fn activities(&self) -> &[ActivityUse] {
        self.activities.get_or_init(|| mining::activities(&self.log))
    }

    fn follows(&self) -> &[Follows] {
        self.follows.get_or_init(|| mining::directly_follows(&self.log))
    }

    fn variants(&self) -> &[Variant] {
        self.variants.get_or_init(|| mining::variants(&self.log))
    }

    fn rework(&self) -> &[Rework] {
        self.rework.get_or_init(|| mining::rework(&self.log))
    }

    fn people(&self) -> &[Handed] {
        self.people.get_or_init(|| mining::between_people(&self.log))
    }

    fn teams(&self) -> &[Handed] {
        self.teams.get_or_init(|| mining::between_teams(&self.log))
    }
}

/// What the steps of consultations say about the process. A case is a consultation with all of its steps, in the order
/// in which they happened. `docs/mining.md` has the definitions.
#[Object]
impl ProcessMining {
    /// How many consultations there are.
    async fn case_count(&self) -> u64 {
        self.0.log.case_count() as u64
    }

    /// How many steps they have.
    async fn event_count(&self) -> u64 {
        self.0.log.step_count() as u64
    }

    /// How long consultations take, from the first step to the last; null where there are none.
    async fn case_durations(&self) -> Result<Option<DurationStatistics>, Fault> {
        let found = Arc::clone(&self.0);
        let durations = worked_out(move || mining::case_durations(&found.log)).await?;
        Ok(durations.map(DurationStatistics::from))
    }

    /// The activities, the most frequent first, and where consultations start and end.
    async fn activities(
        &self,
        #[graphql(desc = "How many, 1 to 100; 20 if nothing is given.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
    ) -> Result<Mined<ActivityReport>, Fault> {
        self.list(("activities", Found::activities), ActivityReport::new, first, after).await
    }

    /// The directly-follows graph: which activity comes right after which, how often and how much later; the most
    /// frequent first.
    async fn directly_follows(
        &self,
        #[graphql(desc = "How many, 1 to 100; 20 if nothing is given.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
    ) -> Result<Mined<DirectlyFollows>, Fault> {
        self.list(("follows", Found::follows), DirectlyFollows::new, first, after).await
    }

    /// The paths that consultations take, the most frequent first.
    async fn variants(
        &self,
        #[graphql(desc = "How many, 1 to 100; 20 if nothing is given.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
    ) -> Result<Mined<ProcessVariant>, Fault> {
        self.list(("variants", Found::variants), ProcessVariant::new, first, after).await
    }

    /// The activities that are done more than once in a consultation, those of most consultations first.
    async fn rework(
        &self,
        #[graphql(desc = "How many, 1 to 100; 20 if nothing is given.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
    ) -> Result<Mined<ReworkedActivity>, Fault> {
        self.list(("rework", Found::rework), ReworkedActivity::new, first, after).await
    }

    /// From whom to whom work goes: whose step comes right after whose, also where it stays; the most frequent first.
    async fn handover_of_work(
        &self,
        #[graphql(desc = "How many, 1 to 100; 20 if nothing is given.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
    ) -> Result<Mined<PeopleHandover>, Fault> {
        self.list(("people", Found::people), PeopleHandover::new, first, after).await
    }

    /// The same between the teams that were responsible.
    async fn handover_of_work_between_teams(
        &self,
        #[graphql(desc = "How many, 1 to 100; 20 if nothing is given.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
    ) -> Result<Mined<TeamHandover>, Fault> {
        self.list(("teams", Found::teams), TeamHandover::new, first, after).await
    }

    /// How long consultations wait from one step to the next, by the hour of the week in which the wait begins: a heat
    /// map of at most 168 cells, from Monday on; hours without any are left out.
    async fn waiting_times(
        &self,
        _ctx: &Context<'_>,
        #[graphql(desc = "Only waits after this activity.")] from: Option<String>,
        #[graphql(desc = "Only waits for this activity.")] to: Option<String>,
        #[graphql(
            desc = "The time zone of hours and weekdays, as the IANA names it.",
            default_with = "\"UTC\".to_owned()"
        )]
        time_zone: String,
    ) -> Result<Vec<WaitingTime>, Fault> {
        let waits = waiting::waits(&self.0.log, from.as_deref(), to.as_deref())?;
        let zone = waiting::zone(&time_zone)?;
        let found = Arc::clone(&self.0);
        let cells = worked_out(move || mining::waiting(&found.log, waits, zone)).await?;
        Ok(cells.into_iter().map(WaitingTime::from).collect())
    }
}
