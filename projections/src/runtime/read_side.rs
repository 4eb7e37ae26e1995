//! The read side as the rest of the program sees it.

use std::{future::Future, sync::Arc, time::Duration};

use ledgerdesk_domain::stream::Position;
use ledgerdesk_infrastructure::event_store::EventStore;
use sqlx::PgPool;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    claim::Start,
    compare::{self, Comparison},
    error::{ReadSideError, Stale},
    fault::Fault,
    lag,
    log::Log,
    rebuild::{self, RebuildProgress, Rebuilt},
    registered::Registry,
    replay::{self, Replayed},
    runner,
    settings::Settings,
    shared::Shared,
    status::{self, ParkedEvent, ProjectionStatus},
    switch::{self, Switched},
    wait,
};

/// Every projection of this program on one database. Cheap to clone.
#[derive(Clone)]
pub struct ReadSide {
    shared: Arc<Shared>,
    tasks: TaskTracker,
}

impl ReadSide {
    /// Starts to keep every projection up to date until `shutdown`, beside the other nodes of the database.
    pub fn start(
        pool: PgPool,
        store: EventStore,
        registry: Registry,
        settings: Settings,
        shutdown: CancellationToken,
    ) -> Self {
        let read_side = Self::attach(pool, store, registry, settings, shutdown);
        read_side.spawn();
        read_side
    }

    /// Looks at the projections of a database without leading any: for commands.
    pub fn attach(
        pool: PgPool,
        store: EventStore,
        registry: Registry,
        settings: Settings,
        shutdown: CancellationToken,
    ) -> Self {
        Self::over(pool, Arc::new(store), registry, settings, shutdown)
    }

    pub(super) fn over(
        pool: PgPool,
        log: Arc<dyn Log>,
        registry: Registry,
        settings: Settings,
        shutdown: CancellationToken,
    ) -> Self {
        let shared = Arc::new(Shared::new(pool, log, registry, settings, shutdown));
        Self { shared, tasks: TaskTracker::new() }
    }

    pub(super) fn spawn(&self) {
        for projection in self.shared.registry.iter() {
            let (shared, projection) = (Arc::clone(&self.shared), Arc::clone(projection));
            let name = projection.definition().name;
            self.supervise(name, move || {
                let (shared, projection) = (Arc::clone(&shared), Arc::clone(&projection));
                async move { runner::run(&shared, &projection).await }
            });
        }
        let shared = Arc::clone(&self.shared);
        self.supervise("lag", move || {
            let shared = Arc::clone(&shared);
            async move { lag::measure(&shared).await }
        });
        self.tasks.close();
    }

    /// Runs a task until it ends; one that panics is started again.
    fn supervise<F>(&self, name: &'static str, task: impl Fn() -> F + Send + 'static)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let shared = Arc::clone(&self.shared);
        self.tasks.spawn(async move {
            while let Err(panic) = tokio::spawn(task()).await {
                tracing::error!(task = name, %panic, "a task of the read side panicked; it starts again");
                shared.publish(name, None);
                if shared.pause(Duration::from_secs(1)).await.is_err() {
                    return;
                }
            }
        });
    }

    /// Waits until everything has stopped after the shutdown: each page finished, each lease given back.
    pub async fn stopped(&self) {
        self.tasks.close();
        self.tasks.wait().await;
    }

    /// Waits until each of the projections shows `position`, at most for `timeout`. At once where this node
    /// leads, by looking at the checkpoint where another does.
    pub async fn wait_for(
        &self,
        projections: &[&str],
        position: Position,
        timeout: Duration,
    ) -> Result<(), Stale> {
        wait::wait_for(&self.shared, projections, position, timeout).await
    }

    /// Whether this node leads all of these projections at this moment.
    pub fn leads(&self, projections: &[&str]) -> bool {
        projections.iter().all(|name| self.shared.led.get(name).is_some_and(|led| led.borrow().is_some()))
    }

    /// Where every projection stands, in the order of the registry.
    pub async fn status(&self) -> Result<Vec<ProjectionStatus>, ReadSideError> {
        status::status(&self.shared).await
    }

    /// What a projection could not apply, and what waits behind it, in the order of the log.
    pub async fn parked(&self, name: &str, limit: i64) -> Result<Vec<ParkedEvent>, ReadSideError> {
        status::parked(&self.shared, name, limit).await
    }

    /// Folds a projection anew beside the live one and swaps it in, without downtime, whatever node leads. Goes on
    /// where an interrupted rebuild of the same version stopped.
    pub async fn rebuild(
        &self,
        name: &str,
        mut progress: impl FnMut(RebuildProgress) + Send,
    ) -> Result<Rebuilt, ReadSideError> {
        let projection = self.shared.find(name)?;
        finish(name, rebuild::rebuild(&self.shared, projection, Start::Continue, &mut progress).await)
    }

    /// As [`ReadSide::rebuild`], but from the first event, also where an interrupted rebuild could go on.
    pub async fn rebuild_from_zero(
        &self,
        name: &str,
        mut progress: impl FnMut(RebuildProgress) + Send,
    ) -> Result<Rebuilt, ReadSideError> {
        let projection = self.shared.find(name)?;
        finish(name, rebuild::rebuild(&self.shared, projection, Start::Zero, &mut progress).await)
    }

    /// Puts the table back that the last rebuild replaced, after it has caught up, without downtime.
    pub async fn switch(
        &self,
        name: &str,
        mut progress: impl FnMut(RebuildProgress) + Send,
    ) -> Result<Switched, ReadSideError> {
        switch::switch(&self.shared, self.shared.find(name)?, &mut progress).await
    }

    /// Folds a projection anew beside the live one, compares both at the same position, and drops it again.
    pub async fn equals_rebuild(
        &self,
        name: &str,
        mut progress: impl FnMut(RebuildProgress) + Send,
    ) -> Result<Comparison, ReadSideError> {
        let projection = self.shared.find(name)?;
        finish(name, compare::compare(&self.shared, projection, &mut progress).await)
    }

    /// Applies a projection's parked events again, in order, while it goes on.
    pub async fn replay(&self, name: &str) -> Result<Replayed, ReadSideError> {
        let projection = self.shared.find(name)?;
        finish(name, replay::replay(&self.shared, projection).await.map(Some))
    }

    /// Adds the metrics of the read side: lag in events and seconds, pages, events, rows, parked events,
    /// lease changes, rebuilds; each by projection.
    pub fn register_metrics(&self, registry: &mut prometheus_client::registry::Registry) {
        self.shared.metrics.register(registry);
    }
}

fn finish<T>(name: &str, result: Result<Option<T>, Fault>) -> Result<T, ReadSideError> {
    match result {
        Ok(Some(value)) => Ok(value),
        Ok(None) => Err(ReadSideError::Running { name: name.to_owned() }),
        Err(fault) => Err(ReadSideError::from_fault(name, fault)),
    }
}
