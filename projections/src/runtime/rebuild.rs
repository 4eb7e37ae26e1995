//! A projection folded anew from the first event, beside the live one.

use std::{sync::Arc, time::Instant};

use ledgerdesk_domain::{event::Recorded, stream::Position};
use ledgerdesk_infrastructure::event_store::{Cursor, Head, ReadError};
use tokio::task::JoinHandle;

use super::{
    bounded::bounded,
    claim::{self, Claim, Start},
    erase,
    fault::Fault,
    fold::{Fold, Keeps},
    kept, lease,
    registered::Registered,
    shared::Shared,
    swap,
    table::{self, Build, Table},
};

/// How far a rebuild is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RebuildProgress {
    /// The last event that was folded.
    pub position: Position,
    /// The head of the log when the rebuild last looked.
    pub head: Position,
}

/// A rebuild that was swapped in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rebuilt {
    /// The position at which it took over.
    pub position: Position,
    /// Events that could not be applied, and what waits behind them.
    pub parked: i64,
    /// Where it began: 0, or where an interrupted one had stopped.
    pub began: Position,
}

/// Told about progress after every page.
pub(super) type OnProgress<'a> = &'a mut (dyn FnMut(RebuildProgress) + Send);

/// Rebuilds and swaps. What is interrupted can be continued.
pub(super) async fn rebuild(
    shared: &Shared,
    projection: &Arc<dyn Registered>,
    start: Start,
    progress: OnProgress<'_>,
) -> Result<Option<Rebuilt>, Fault> {
    // Each keeps rows in memory.
    let _turn = shared.unless_stopping(shared.rebuilds.acquire()).await?;
    let Some(mut build) = Rebuild::claim(shared, projection, start).await? else { return Ok(None) };
    let result = build.run(progress).await;
    if result.is_err() {
        build.leave().await;
    }
    let rebuilt = result?;
    tracing::info!(
        projection = projection.definition().name,
        version = projection.definition().version,
        position = rebuilt.position.0,
        parked = rebuilt.parked,
        "a rebuild was swapped in"
    );
    Ok(Some(rebuilt))
}

/// A count of changes that stands for none that was read.
const UNREAD: i64 = -1;

/// A page as it was read.
type Page = Result<Vec<Arc<Recorded>>, ReadError>;

/// A rebuild under way.
pub(super) struct Rebuild<'a> {
    pub(super) shared: &'a Shared,
    pub(super) fold: Fold,
    /// Where it began: at the first event, or where an interrupted one had stopped.
    pub(super) began: Position,
    /// What was folded; ahead of the table by what is in memory.
    pub(super) reached: Cursor,
    pub(super) head: Head,
    /// Up to here, page by page: poison was met.
    careful_to: Position,
    renewed: Instant,
    /// The page after the one that is being folded.
    ahead: Option<(Position, JoinHandle<Page>)>,
}

impl<'a> Rebuild<'a> {
    /// Claims the rebuild; nothing if one is running.
    pub(super) async fn claim(
        shared: &'a Shared,
        projection: &Arc<dyn Registered>,
        start: Start,
    ) -> Result<Option<Self>, Fault> {
        let (definition, lease) = (projection.definition(), shared.settings.lease);
        bounded(lease, lease::ensure(&shared.pool, definition)).await?;
        let claimed =
            bounded(lease, claim::rebuild(&shared.pool, definition, &shared.settings, start)).await?;
        let Some(claim) = claimed else { return Ok(None) };
        Self::open(shared, projection, claim).await.map(Some)
    }

    /// Opens a build that was claimed; gives the claim back if that fails.
    pub(super) async fn open(
        shared: &'a Shared,
        projection: &Arc<dyn Registered>,
        claim: Claim,
    ) -> Result<Self, Fault> {
        let lease = claim.lease.clone();
        let opened = Self::open_claimed(shared, projection, claim).await;
        if opened.is_err() {
            kept::release(&shared.pool, &lease).await?;
        }
        opened
    }

    async fn open_claimed(
        shared: &'a Shared,
        projection: &Arc<dyn Registered>,
        Claim { lease, mut cursor }: Claim,
    ) -> Result<Self, Fault> {
        let counts = shared.metrics.counts(projection.definition().name);
        let head = shared.log.fetch_head().await?;
        if cursor != Cursor::START {
            match (shared.log.follow(cursor).await, lease.build) {
                (Ok(_), _) => {}
                // The log was restored: what was built tells of another history.
                (Err(ReadError::ForeignCursor { .. }), Build::Rebuild) => {
                    let mut transaction = shared.pool.begin().await?;
                    claim::start_over(&mut transaction, projection.definition()).await?;
                    transaction.commit().await?;
                    cursor = Cursor::START;
                }
                (Err(error), _) => return Err(error.into()),
            }
        }
        let opening = Fold::open(&shared.pool, Arc::clone(projection), lease, cursor, counts);
        let mut fold = bounded(shared.settings.lease, opening).await?;
        fold.keeps = Keeps::All;
        if cursor == Cursor::START {
            fold.rows.assume_empty();
        } else {
            let mut connection = shared.pool.acquire().await?;
            fold.parked.refresh(&mut connection, &fold.lease, UNREAD).await?;
            fold.parked.forget();
        }
        Ok(Self {
            shared,
            fold,
            began: cursor.position,
            reached: cursor,
            head,
            careful_to: Position::START,
            renewed: Instant::now(),
            ahead: None,
        })
    }

    /// Catches up and swaps.
    pub(super) async fn run(&mut self, progress: OnProgress<'_>) -> Result<Rebuilt, Fault> {
        let mut tries = 0;
        self.catch_up(None, progress).await?;
        self.index().await?;
        loop {
            self.catch_up(None, progress).await?;
            match bounded(self.shared.settings.lease, swap::swap(self)).await {
                Ok(rebuilt) => return Ok(rebuilt),
                Err(Fault::Poison(_)) => self.be_careful(None).await?,
                // A long query holds the live table: let it end, and go on with what came meanwhile.
                Err(Fault::Database(error)) if swap::is_lock_timeout(&error) && tries < swap::TRIES => {
                    tries += 1;
                    self.be_careful(Some(self.fold.cursor.position)).await?;
                    self.shared.pause(swap::PAUSE * tries).await?;
                }
                Err(fault) => return Err(fault),
            }
        }
    }

    /// Makes the indexes of the table.
    async fn index(&self) -> Result<(), Fault> {
        let (definition, build) = (self.fold.table.definition, self.fold.lease.build);
        self.keeping_the_lease(async {
            let _turn = self.shared.indexes.acquire().await;
            let mut connection = self.shared.pool.acquire().await?;
            Table::index(&mut connection, definition, build).await
        })
        .await
    }

    /// Does what may take longer than the lease lasts, and renews it meanwhile.
    pub(super) async fn keeping_the_lease<T>(
        &self,
        work: impl Future<Output = Result<T, Fault>>,
    ) -> Result<T, Fault> {
        let (shared, lease, at) = (self.shared, &self.fold.lease, self.fold.cursor.position);
        tokio::pin!(work);
        loop {
            tokio::select! {
                done = &mut work => return done,
                () = shared.shutdown.cancelled() => return Err(Fault::Stopping),
                () = tokio::time::sleep(shared.settings.lease / 3) => lease.renew(&shared.pool, at).await?,
            }
        }
    }

    /// Folds up to the head, or exactly to `until`, and writes everything.
    pub(super) async fn catch_up(
        &mut self,
        until: Option<Position>,
        progress: OnProgress<'_>,
    ) -> Result<(), Fault> {
        loop {
            let events = self.next_page(until).await?;
            let full = events.len() == self.shared.settings.max_page;
            if !events.is_empty() {
                self.take(&events).await?;
                self.head.position = self.head.position.max(self.reached.position);
                progress(RebuildProgress { position: self.reached.position, head: self.head.position });
            }
            self.renew().await?;
            if !full {
                self.head = self.shared.log.fetch_head().await?;
                let goal = until.unwrap_or(self.head.position);
                self.flush().await?;
                if self.reached.position >= goal {
                    return Ok(());
                }
            }
        }
    }

    /// The page after what was reached; meanwhile the one behind it is read in advance.
    async fn next_page(&mut self, until: Option<Position>) -> Result<Vec<Arc<Recorded>>, Fault> {
        let shared = self.shared;
        let after = self.reached.position;
        if after >= self.careful_to {
            while !shared.unless_stopping(shared.pace.keep(self.fold.lease.name, after)).await? {
                self.renew().await?;
            }
        }
        let limit = |after: Position| {
            let left = until.map_or(i64::MAX, |until| until.0 - after.0);
            shared.settings.max_page.min(usize::try_from(left).unwrap_or(0))
        };
        let events = match self.ahead.take() {
            Some((start, page)) if start == after => {
                shared.unless_stopping(page).await?.map_err(|_| Fault::Stopping)??
            }
            _ if limit(after) == 0 => Vec::new(),
            _ => shared.unless_stopping(shared.log.read_together(after, limit(after))).await??,
        };
        if let Some(last) = events.last()
            && events.len() == shared.settings.max_page
            && limit(last.position) > 0
        {
            let (log, start, limit) = (Arc::clone(&shared.log), last.position, limit(last.position));
            self.ahead = Some((start, tokio::spawn(async move { log.read_together(start, limit).await })));
        }
        Ok(events)
    }

    /// Folds a page: in memory as long as nothing speaks against it.
    async fn take(&mut self, events: &[Arc<Recorded>]) -> Result<(), Fault> {
        let Some(last) = events.last() else { return Ok(()) };
        let to = Cursor::after_event(self.head.epoch, last);
        let erases = self.fold.table.erase_sql.is_some()
            && events.iter().any(|event| erase::erased_persons(event).is_some());
        let careful = last.position <= self.careful_to || !self.fold.parked.keys.is_empty();
        if careful || erases {
            self.take_and_write(events, to).await?;
        } else {
            match self.fold_in_memory(events).await {
                Ok(()) => self.reached = to,
                Err(Fault::Poison(_)) => return self.be_careful(Some(last.position)).await,
                Err(fault) => return Err(fault),
            }
        }
        let definition = self.fold.table.definition;
        let most = if definition.insert_only { 0 } else { self.shared.settings.rebuild_rows };
        // Rows that no later event touches are written while the next page is being read.
        if self.fold.rows.len() > most {
            self.flush().await?;
            self.fold.rows.clear();
        }
        Ok(())
    }

    async fn fold_in_memory(&mut self, events: &[Arc<Recorded>]) -> Result<(), Fault> {
        let missing = self.fold.missing(events)?;
        if !missing.is_empty() {
            let loading = async {
                let mut connection = self.shared.pool.acquire().await?;
                self.fold.load(&mut connection, &missing).await
            };
            bounded(self.shared.settings.lease, loading).await?;
        }
        // Nothing is held back: no key is parked on this path.
        self.fold.fold(events, None).map(|_| ())
    }

    /// Folds and writes a page, with what is still in memory; finds and parks poison.
    async fn take_and_write(&mut self, events: &[Arc<Recorded>], to: Cursor) -> Result<(), Fault> {
        let pending = self.reached.position > self.fold.cursor.position;
        match self.apply(events, to).await {
            Err(Fault::Poison(_)) if pending => self.be_careful(Some(to.position)).await,
            Err(Fault::Poison(_)) => {
                let attempts = self.shared.settings.attempts;
                self.fold.isolate(&self.shared.pool, events, to.epoch, attempts).await?;
                self.reached = self.fold.cursor;
                Ok(())
            }
            result => result,
        }
    }

    /// Folds and writes events, with what is still in memory. What could not be written is not in memory any more, and
    /// nothing of it counts as reached: whoever writes next would leave it out.
    async fn apply(&mut self, events: &[Arc<Recorded>], to: Cursor) -> Result<(), Fault> {
        let result = self.fold.apply(&self.shared.pool, events, to).await;
        self.reached = self.fold.cursor;
        result
    }

    /// Writes what is in memory and moves the checkpoint to what was reached.
    async fn flush(&mut self) -> Result<(), Fault> {
        if self.reached == self.fold.cursor {
            return Ok(());
        }
        let reached = self.reached;
        let shared = self.shared;
        // Who stops writes what it has if it need not wait for that.
        let _turn = match shared.flushes.try_acquire() {
            Ok(turn) => Some(turn),
            Err(_) => self.keeping_the_lease(async { Ok(shared.flushes.acquire().await.ok()) }).await?,
        };
        match self.apply(&[], reached).await {
            Err(Fault::Poison(_)) => self.be_careful(Some(reached.position)).await,
            result => result,
        }
    }

    /// Throws away what is in memory, goes back to the table's checkpoint and from there page by page, up to
    /// `to` or else a page beyond.
    async fn be_careful(&mut self, to: Option<Position>) -> Result<(), Fault> {
        self.fold.rows.clear();
        self.fold.parked.forget();
        self.reached = self.fold.cursor;
        let page = i64::try_from(self.shared.settings.max_page).unwrap_or(i64::MAX);
        self.shared.pace.leave(self.fold.lease.name);
        self.careful_to = to.unwrap_or(Position(self.reached.position.0.saturating_add(page)));
        self.renew().await
    }

    async fn renew(&mut self) -> Result<(), Fault> {
        if self.renewed.elapsed() >= self.shared.settings.lease / 3 {
            self.fold.lease.renew(&self.shared.pool, self.fold.cursor.position).await?;
            self.renewed = Instant::now();
        }
        Ok(())
    }

    /// Stops half-way: what is in memory is written if that can be done, and the claim given back. Whoever claims
    /// the build next goes on from there.
    pub(super) async fn leave(&mut self) {
        if let Err(error) = self.flush().await {
            tracing::debug!(%error, "what was in memory is folded again by who continues");
        }
        if let Err(error) = kept::release(&self.shared.pool, &self.fold.lease).await {
            tracing::warn!(%error, "an interrupted build is left to its lease's end");
        }
    }

    /// Removes the table and gives the claim back, unless it is somebody else's by now.
    pub(super) async fn abandon(&mut self) -> Result<(), Fault> {
        let mut transaction = self.shared.pool.begin().await?;
        let given_back = sqlx::query(
            "update ledgerdesk.projections set holder = null, position = 0, expires_at = clock_timestamp()
              where name = $1 and build = 'rebuild' and token = $2",
        )
        .bind(self.fold.lease.name)
        .bind(self.fold.lease.token)
        .execute(&mut *transaction)
        .await?;
        if given_back.rows_affected() > 0 {
            let definition = self.fold.table.definition;
            table::drop_table(&mut transaction, Build::Rebuild.schema(), definition).await?;
        }
        transaction.commit().await?;
        Ok(())
    }
}

impl Drop for Rebuild<'_> {
    fn drop(&mut self) {
        self.shared.pace.leave(self.fold.lease.name);
    }
}
