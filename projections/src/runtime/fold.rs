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
    checkpoint, erase,
    fault::Fault,
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
    pub(super) table: Table,
    pub(super) rows: Box<dyn Rows>,
    pub(super) parked: Parked,
    pub(super) lease: Lease,
    /// Where the table stands: what is committed.
    pub(super) cursor: Cursor,
    /// Whether rows stay in memory from page to page. Only a build that nobody else writes may do so.
    pub(super) keeps_rows: bool,
    pub(super) counts: Counts,
}

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
        let rows = projection.rows();
        Ok(Self {
            projection,
            table,
            rows,
            parked: Parked::default(),
            lease,
            cursor,
            keeps_rows: false,
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
        let result = self.apply_or_roll_back(pool, events, to).await;
        if result.is_err() {
            self.parked.forget();
        }
        if result.is_err() || !self.keeps_rows {
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
        self.parked.refresh(&mut transaction, &self.lease, changes).await?;
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

    /// The cursor after an event of this log.
    pub(super) fn cursor_after(event: &Recorded, epoch: i32) -> Cursor {
        let mut hash_prefix = [0; 8];
        hash_prefix.copy_from_slice(&event.hash[..8]);
        Cursor { epoch, position: event.position, hash_prefix }
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
