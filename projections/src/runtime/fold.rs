//! One page of events in one transaction: lock, load, fold, write, move the checkpoint.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use ledgerdesk_domain::event::Recorded;
use ledgerdesk_infrastructure::event_store::Cursor;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::{
    bounded::bounded,
    checkpoint, erase,
    fault::Fault,
    lane::Lane,
    lease::Lease,
    load,
    metrics::Counts,
    parking::{self, Parked},
    registered::Registered,
    rows::Rows,
    table::Table,
    write,
};

/// A build of a projection at its checkpoint, under a lease.
pub(super) struct Fold {
    pub(super) projection: Arc<dyn Registered>,
    pub(super) table: Arc<Table>,
    pub(super) rows: Box<dyn Rows>,
    pub(super) parked: Parked,
    pub(super) lease: Lease,
    /// Where the table stands: what is committed.
    pub(super) cursor: Cursor,
    pub(super) keeps: Keeps,
    pub(super) counts: Counts,
}

/// What stays in memory from page to page. Under the lease only the fold itself and a replay write the table,
/// and the checkpoint tells of replays; so what was written is still what the table has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keeps {
    /// As many rows; with more of them, it starts afresh.
    UpTo(usize),
    /// Everything, until its owner clears it.
    All,
}

/// Rows that a live projection keeps: the busy ones, such as those of the managers on duty, are not read for
/// every page.
const LIVE_ROWS: usize = 2_000;

impl Fold {
    /// Opens the table and stands at `cursor`.
    pub(super) async fn open(
        pool: &PgPool,
        projection: Arc<dyn Registered>,
        lease: Lease,
        cursor: Cursor,
        counts: Counts,
    ) -> Result<Self, Fault> {
        let mut connection = pool.acquire().await?;
        let table = Table::open(&mut connection, projection.definition(), lease.build).await?;
        let rows = projection.rows(Lane::WHOLE);
        Ok(Self {
            projection,
            table: Arc::new(table),
            rows,
            parked: Parked::default(),
            lease,
            cursor,
            keeps: Keeps::UpTo(LIVE_ROWS),
            counts,
        })
    }

    /// Applies the events, which end at `to`, and commits; or changes nothing.
    pub(super) async fn apply(
        &mut self,
        pool: &PgPool,
        events: &[Arc<Recorded>],
        to: Cursor,
    ) -> Result<(), Fault> {
        // A live page beyond this has lost its lease anyway. A rebuild writes tens of thousands of rows at once.
        let patience = self.lease.ttl * if self.keeps == Keeps::All { 20 } else { 1 };
        let result = bounded(patience, self.apply_or_roll_back(pool, events, to)).await;
        if result.is_err() {
            self.parked.forget();
        }
        if result.is_err() || matches!(self.keeps, Keeps::UpTo(most) if self.rows.len() > most) {
            self.rows.clear();
        }
        result
    }

    async fn apply_or_roll_back(
        &mut self,
        pool: &PgPool,
        events: &[Arc<Recorded>],
        to: Cursor,
    ) -> Result<(), Fault> {
        let mut transaction = pool.begin().await?;
        let changes = checkpoint::lock(&mut transaction, &self.lease, self.cursor.position).await?;
        if self.parked.refresh(&mut transaction, &self.lease, changes).await? && self.keeps != Keeps::All {
            // Whoever replayed parked events has written rows.
            self.rows.clear();
        }
        self.write_events(&mut transaction, events).await?;
        checkpoint::advance(&mut transaction, &self.lease, self.cursor.position, to).await?;
        transaction.commit().await?;
        self.counts.page(events.len());
        self.cursor = to;
        Ok(())
    }

    /// Folds the events and writes every row that differs, on a transaction of the caller's. The order of the
    /// log holds also for erasures: what came before one is written before it empties columns.
    pub(super) async fn write_events(
        &mut self,
        connection: &mut PgConnection,
        events: &[Arc<Recorded>],
    ) -> Result<(), Fault> {
        let missing = self.missing(events)?;
        self.load(&mut *connection, &missing).await?;
        for stretch in events.split_inclusive(|event| erase::erased_persons(event).is_some()) {
            let held = self.fold(stretch, None)?;
            parking::hold(&mut *connection, &self.lease, &held).await?;
            if let Some(event) = stretch.last()
                && self.table.erase_sql.is_some()
                && erase::erased_persons(event).is_some()
            {
                self.write(&mut *connection).await?;
                erase::erase(&mut *connection, &self.table, &mut *self.rows, event).await?;
            }
        }
        self.write(connection).await
    }

    /// Whether any of the events changes the table. Code that fails to say so is taken to mean yes: applying the
    /// event finds out what is wrong with it.
    pub(super) fn touches(&self, events: &[Arc<Recorded>]) -> bool {
        let mut keys = Vec::new();
        let any = || {
            events.iter().any(|event| {
                self.projection.keys(event, &mut keys);
                !keys.is_empty() || erase::erased_persons(event).is_some()
            })
        };
        guard(any).unwrap_or(true)
    }

    /// The rows that the events touch and that are not in memory yet.
    pub(super) fn missing(&self, events: &[Arc<Recorded>]) -> Result<Vec<Uuid>, Fault> {
        guard(|| self.rows.missing(events))
    }

    /// Loads rows into memory.
    pub(super) async fn load(&mut self, connection: &mut PgConnection, keys: &[Uuid]) -> Result<(), Fault> {
        load::load(connection, &self.table, &mut *self.rows, keys).await
    }

    /// Folds in memory. Answers what was held back because its key is parked.
    pub(super) fn fold(
        &mut self,
        events: &[Arc<Recorded>],
        only: Option<Uuid>,
    ) -> Result<Vec<(Uuid, Arc<Recorded>)>, Fault> {
        guard(|| self.rows.fold(events, &self.parked.keys, only))
    }

    /// Writes every row that differs from the table.
    pub(super) async fn write(&mut self, connection: &mut PgConnection) -> Result<(), Fault> {
        let written = write::write(connection, &self.table, &mut *self.rows).await?;
        self.counts.rows(written);
        Ok(())
    }
}

/// Runs code of a projection. A panic becomes a fault; what it left half-done is thrown away by the caller.
pub(super) fn guard<T>(code: impl FnOnce() -> T) -> Result<T, Fault> {
    catch_unwind(AssertUnwindSafe(code)).map_err(|panic| {
        Fault::Poison(match panic.downcast_ref::<&'static str>() {
            Some(text) => format!("the fold panicked: {text}"),
            // A text that was put together may quote the event, and with it a person.
            None => "the fold panicked; the message is on standard error".to_owned(),
        })
    })
}
