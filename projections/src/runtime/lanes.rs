//! Catching up with several connections: a stretch of the log is split by the keys of its rows.
//!
//! Each lane folds and writes its own rows in its own transaction. None commits before all have written, so that
//! whatever is wrong with an event is found while nothing of the stretch is there yet: then all roll back, and its
//! pages are applied one by one. What is left to go wrong is an end between the commits. It leaves the record of those
//! lanes that were committed, and whoever leads next completes the others, of that very stretch, before anything else.
//! The last transaction moves the checkpoint and removes the record. Until then the checkpoint stands at the beginning,
//! and no more is promised to those who wait for a position.
//!
//! Each lane holds a share of the lock on the checkpoint row, with the token checked under it: nobody takes the lead
//! over, replays or swaps while a lane is under way, and a leader that was away writes nothing. A replay between the
//! commits does no harm, because what is parked there was parked by a lane that has come to the end of the stretch.
//!
//! Not split are events that erase somebody, that were met where a leader had vanished, or that come while keys are
//! parked.

use std::{sync::Arc, time::Instant};

use futures_util::future::join_all;
use ledgerdesk_domain::{event::Recorded, stream::Position};
use ledgerdesk_infrastructure::event_store::LogPage;
use sqlx::{PgPool, Postgres, Transaction};
use tokio::{sync::SemaphorePermit, task::JoinSet};

use super::{
    bounded::bounded,
    checkpoint,
    claim::Claim,
    erase,
    fault::Fault,
    fold::Fold,
    kept,
    lane::{self, Lane, Stretch, UnderWay},
    lease::Lease,
    log::Pages,
    page_size::PageSize,
    pause::Pause,
    registered::Registered,
    settings::Settings,
    shared::Shared,
    table::Table,
};

/// When a leader splits, and how much at once.
pub(super) struct Lanes {
    /// Events of a stretch for each lane.
    size: PageSize,
    /// The head of the log when it was last looked at.
    head: Position,
    /// Up to here nothing is split.
    careful_to: Position,
}

impl Lanes {
    /// For a leader that stands at `position`. Where the last one `vanished`, it may have been in a stretch that ended
    /// it.
    pub(super) fn new(settings: &Settings, head: Position, position: Position, vanished: bool) -> Self {
        let suspects = if vanished { settings.lanes.saturating_mul(settings.max_page) } else { 0 };
        let careful_to = position.0.saturating_add(i64::try_from(suspects).unwrap_or(i64::MAX));
        let size = PageSize::new(settings.page, settings.max_page);
        Self { size, head, careful_to: Position(careful_to) }
    }

    /// Whether nothing at this position and beyond it was being applied when a leader vanished.
    pub(super) fn trusts(&self, position: Position) -> bool {
        position >= self.careful_to
    }

    /// Applies a page and those behind it in lanes, if the projection is far behind and several lanes are free.
    /// Answers the pages that are left to be applied one by one.
    pub(super) async fn take(
        &mut self,
        shared: &Shared,
        fold: &mut Fold,
        pages: &mut dyn Pages,
        page: LogPage,
    ) -> Result<Vec<LogPage>, Fault> {
        if erases(&page) || !self.is_far_behind(shared, fold, &page).await? {
            return Ok(vec![page]);
        }
        let Some((lanes, _permits)) = free(shared) else { return Ok(vec![page]) };
        if bounded(fold.lease.ttl, has_parked(&shared.pool, &fold.lease)).await? {
            return Ok(vec![page]);
        }
        let (mut stretch, rest) = self.gather(shared, pages, page, lanes).await?;
        let Some(end) = stretch.last().map(|page| page.cursor) else { return Ok(rest) };
        let events: Vec<_> = stretch.iter().flat_map(|page| page.events.iter().cloned()).collect();
        let count = events.len();
        let started = Instant::now();
        let work = Work::new(fold, Stretch { end, lanes }, events);
        fold.counts.lanes(lanes);
        let done = work.apply(shared, fold).await;
        fold.counts.lanes(0);
        if done? {
            self.size.adapt(count / usize::from(lanes), started.elapsed());
            fold.counts.stretch();
            shared.publish(fold.lease.name, Some(fold.cursor.position));
            return Ok(rest);
        }
        stretch.extend(rest);
        Ok(stretch)
    }

    async fn is_far_behind(&mut self, shared: &Shared, fold: &Fold, page: &LogPage) -> Result<bool, Fault> {
        let settings = &shared.settings;
        if settings.lanes < 2 || page.cursor.position <= self.careful_to {
            return Ok(false);
        }
        let far = |head: Position| head.0 - fold.cursor.position.0 >= settings.lanes_from;
        // Only a page that is full may have many behind it.
        if !far(self.head) && page.events.len() >= settings.page {
            self.head = shared.unless_stopping(shared.log.fetch_head()).await??.position;
        }
        Ok(far(self.head))
    }

    /// The pages of a stretch that begins with `page`, and what was read and does not belong to it.
    async fn gather(
        &self,
        shared: &Shared,
        pages: &mut dyn Pages,
        page: LogPage,
        lanes: u16,
    ) -> Result<(Vec<LogPage>, Vec<LogPage>), Fault> {
        let goal = self.size.limit().saturating_mul(usize::from(lanes));
        let mut count = page.events.len();
        let mut position = page.cursor.position;
        let mut stretch = vec![page];
        while count < goal && position < self.head {
            match shared.unless_stopping(pages.next_page(goal - count)).await? {
                Ok(page) if erases(&page) => return Ok((stretch, vec![page])),
                Ok(page) => {
                    count += page.events.len();
                    position = page.cursor.position;
                    stretch.push(page);
                }
                // It is met again by who asks for the next page, after what came before it was applied.
                Err(_) => break,
            }
        }
        Ok((stretch, Vec::new()))
    }
}

/// As many lanes as are free, if they are several. Every lane holds a connection until the last one has written: all of
/// a node together take no more than half of the pool, so that none of them waits for another's.
fn free(shared: &Shared) -> Option<(u16, [SemaphorePermit<'_>; 2])> {
    let most = u16::try_from(shared.settings.lanes).unwrap_or(u16::MAX);
    let most = most.min(u16::try_from(shared.writers.available_permits()).unwrap_or(u16::MAX));
    (2..=most).rev().find_map(|lanes| {
        let writers = shared.writers.try_acquire_many(u32::from(lanes)).ok()?;
        Some((lanes, [writers, shared.lanes.try_acquire_many(u32::from(lanes)).ok()?]))
    })
}

fn erases(page: &LogPage) -> bool {
    page.events.iter().any(|event| erase::erased_persons(event).is_some())
}

/// Nobody but the leader parks; so this stays as it is until the leader itself does.
async fn has_parked(pool: &PgPool, lease: &Lease) -> Result<bool, Fault> {
    Ok(sqlx::query_scalar(
        "select exists (select from ledgerdesk.parked_events where projection = $1 and build = $2)",
    )
    .bind(lease.name)
    .bind(lease.build.as_str())
    .fetch_one(pool)
    .await?)
}

/// Completes the stretch that somebody left between its commits, if there is one. Answers whether there was.
pub(super) async fn complete(shared: &Shared, fold: &mut Fold) -> Result<bool, Fault> {
    let finding = async {
        let mut connection = shared.pool.acquire().await?;
        lane::under_way(&mut connection, fold.lease.name, fold.lease.build).await
    };
    let Some(UnderWay { stretch, committed }) = bounded(fold.lease.ttl, finding).await? else {
        return Ok(false);
    };
    // Whether its end belongs to this history is known from here on.
    shared.unless_stopping(shared.log.follow(stretch.end)).await??;
    let _permit = shared.unless_stopping(shared.writers.acquire()).await?;
    let events = read(shared, fold.cursor.position, stretch.end.position).await?;
    let work = Work::new(fold, stretch, events);
    for lane in stretch.lanes().filter(|lane| !committed.contains(lane)) {
        if shared.shutdown.is_cancelled() {
            return Err(Fault::Stopping);
        }
        fold.lease.renew(&shared.pool, fold.cursor.position).await?;
        match bounded(fold.lease.ttl, work.write(&shared.pool, lane)).await {
            Ok(written) => bounded(fold.lease.ttl, written.transaction.commit()).await?,
            Err(Fault::Poison(_)) => work.write_carefully(shared, fold, lane).await?,
            Err(fault) => return Err(fault),
        }
    }
    work.finish(&shared.pool, fold).await?;
    tracing::info!(
        projection = fold.lease.name,
        build = fold.lease.build.as_str(),
        position = fold.cursor.position.0,
        committed = committed.len(),
        lanes = stretch.lanes,
        "a stretch that was left half-way is complete"
    );
    Ok(true)
}

/// The same for a build that was claimed; gives the claim back if that fails.
pub(super) async fn complete_claimed(
    shared: &Shared,
    projection: &Arc<dyn Registered>,
    Claim { lease, cursor }: Claim,
) -> Result<Claim, Fault> {
    let completing = async {
        let counts = shared.metrics.counts(lease.name);
        let opening = Fold::open(&shared.pool, Arc::clone(projection), lease.clone(), cursor, counts);
        let mut fold = bounded(lease.ttl, opening).await?;
        complete(shared, &mut fold).await?;
        Ok::<_, Fault>(fold.cursor)
    };
    match completing.await {
        Ok(cursor) => Ok(Claim { lease, cursor }),
        Err(fault) => {
            kept::release(&shared.pool, &lease).await?;
            Err(fault)
        }
    }
}

/// The events after `after` up to `to`, which the log has.
pub(super) async fn read(
    shared: &Shared,
    after: Position,
    to: Position,
) -> Result<Vec<Arc<Recorded>>, Fault> {
    let mut events: Vec<Arc<Recorded>> = Vec::new();
    let mut reached = after;
    while reached < to {
        let left = usize::try_from(to.0 - reached.0).unwrap_or(usize::MAX);
        let reading = shared.log.read(reached, left.min(shared.settings.max_page));
        let page = shared.unless_stopping(reading).await??;
        let Some(last) = page.last() else {
            return Err(Fault::Paused(Pause::misfit("the log ends within a stretch that was applied")));
        };
        reached = last.position;
        events.extend(page);
    }
    Ok(events)
}

/// A stretch with what every lane needs of it.
#[derive(Clone)]
struct Work {
    projection: Arc<dyn Registered>,
    table: Arc<Table>,
    lease: Lease,
    start: Position,
    stretch: Stretch,
    events: Arc<[Arc<Recorded>]>,
}

/// A lane that has written everything and waits to be committed.
struct Written {
    transaction: Transaction<'static, Postgres>,
    rows: usize,
}

impl Work {
    fn new(fold: &Fold, stretch: Stretch, events: Vec<Arc<Recorded>>) -> Self {
        Self {
            projection: Arc::clone(&fold.projection),
            table: Arc::clone(&fold.table),
            lease: fold.lease.clone(),
            start: fold.cursor.position,
            stretch,
            events: events.into(),
        }
    }

    /// Applies the stretch with all its lanes at once. Answers whether it did; if not, nothing of it was written, and
    /// its pages may show what is wrong with it.
    async fn apply(&self, shared: &Shared, fold: &mut Fold) -> Result<bool, Fault> {
        let mut running = JoinSet::new();
        for lane in self.stretch.lanes() {
            let (work, pool) = (self.clone(), shared.pool.clone());
            running.spawn(async move { bounded(work.lease.ttl, work.write(&pool, lane)).await });
        }
        let (mut written, mut fault) = (Vec::new(), None);
        while let Some(ended) = running.join_next().await {
            match ended {
                Ok(Ok(lane)) => written.push(lane),
                Ok(Err(found)) => fault = Some(found),
                Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
                Err(_) => fault = Some(Fault::Stopping),
            }
        }
        if let Some(fault) = fault {
            let rolling_back = written.into_iter().map(|lane| lane.transaction.rollback());
            // One that cannot be told so is rolled back by the end of its connection.
            _ = bounded(self.lease.ttl, async { Ok::<_, sqlx::Error>(join_all(rolling_back).await) }).await;
            return match fault {
                Fault::Fenced | Fault::Stopping => Err(fault),
                fault => {
                    tracing::info!(projection = self.lease.name, %fault, "a stretch goes page by page");
                    Ok(false)
                }
            };
        }
        fold.counts.rows(written.iter().map(|lane| lane.rows).sum());
        let committing = written.into_iter().map(|lane| bounded(self.lease.ttl, lane.transaction.commit()));
        for committed in join_all(committing).await {
            committed?;
        }
        self.finish(&shared.pool, fold).await?;
        Ok(true)
    }

    /// Brings the lane to the end of the stretch, up to the commit.
    async fn write(&self, pool: &PgPool, lane: Lane) -> Result<Written, Fault> {
        let mut transaction = self.begin(pool).await?;
        let rows = lane::write(&mut transaction, &*self.projection, &self.table, lane, &self.events).await?;
        lane::record(&mut transaction, &self.lease, self.stretch, lane).await?;
        Ok(Written { transaction, rows })
    }

    /// A transaction under the lease, beside those of other lanes.
    async fn begin(&self, pool: &PgPool) -> Result<Transaction<'static, Postgres>, Fault> {
        let mut transaction = pool.begin().await?;
        // A lane that had to wait in a queue for the lock behind somebody who waits for the other lanes would wait for
        // ever, since these wait for it.
        sqlx::query("select set_config('lock_timeout', '1s', true)").execute(&mut *transaction).await?;
        checkpoint::share(&mut transaction, &self.lease, self.start).await?;
        Ok(transaction)
    }

    /// The same for a lane in which something cannot be applied, while others are committed: event by event, and what
    /// fails is parked with what follows it.
    async fn write_carefully(&self, shared: &Shared, fold: &mut Fold, lane: Lane) -> Result<(), Fault> {
        /// Long, because of the steps; nobody takes the lead over meanwhile.
        const PATIENCE: u32 = 20;
        let writing = async {
            let mut transaction = self.begin(&shared.pool).await?;
            let parked = fold
                .park_in(&mut transaction, &self.events, |key| lane.has(key), shared.settings.attempts)
                .await?;
            lane::record(&mut transaction, &self.lease, self.stretch, lane).await?;
            transaction.commit().await?;
            Ok::<_, Fault>(parked)
        };
        let parked = bounded(self.lease.ttl * PATIENCE, writing).await?;
        fold.counts.parked(parked);
        Ok(())
    }

    /// Moves the checkpoint to where all lanes are.
    async fn finish(&self, pool: &PgPool, fold: &mut Fold) -> Result<(), Fault> {
        let Self { lease, start, stretch, .. } = self;
        let finishing = async {
            let mut transaction = pool.begin().await?;
            checkpoint::lock(&mut transaction, lease, *start).await?;
            let end = Some(stretch.end.position);
            if lane::forget(&mut transaction, lease.name, lease.build, end).await? != u64::from(stretch.lanes)
            {
                return Err(Fault::Fenced);
            }
            checkpoint::advance(&mut transaction, lease, *start, stretch.end).await?;
            transaction.commit().await?;
            Ok::<_, Fault>(())
        };
        bounded(lease.ttl, finishing).await?;
        // The lanes have changed rows that are in memory, and may have parked some.
        fold.rows.clear();
        fold.parked.forget();
        fold.cursor = stretch.end;
        fold.counts.page(self.events.len());
        Ok(())
    }
}
