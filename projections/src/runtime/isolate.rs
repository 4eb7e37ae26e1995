//! Finding the event that cannot be applied, and parking it.

use std::{collections::HashSet, sync::Arc};

use ledgerdesk_domain::event::Recorded;
use ledgerdesk_infrastructure::event_store::Cursor;
use sqlx::{Connection as _, PgConnection, PgPool};
use uuid::Uuid;

use super::{
    checkpoint, erase,
    fault::Fault,
    fold::{Fold, guard},
    load, parking,
};

impl Fold {
    /// Applies events one of which may be poison: by halves, each attempt counted in a committed row before
    /// it is made, so that an event that ends the process is found as well. An event that fails `limit` times
    /// alone is parked; everything else is applied.
    pub(super) async fn isolate(
        &mut self,
        pool: &PgPool,
        events: &[Arc<Recorded>],
        epoch: i32,
        limit: i32,
    ) -> Result<(), Fault> {
        let mut pending = vec![events];
        while let Some(events) = pending.pop() {
            let Some(last) = events.last() else { continue };
            let to = Cursor::after_event(epoch, last);
            let attempt = checkpoint::count_attempt(pool, &self.lease, to.position).await?;
            let (left, right) = events.split_at(events.len() / 2);
            if attempt > 1 && events.len() > 1 {
                // Counted and never finished: it ended the process.
                pending.extend([right, left]);
                continue;
            }
            if attempt > limit {
                self.park(pool, last, epoch, Err("the process ended each time")).await?;
                continue;
            }
            match self.apply(pool, events, to).await {
                Ok(()) => {}
                Err(Fault::Poison(_)) if events.len() > 1 => pending.extend([right, left]),
                Err(Fault::Poison(_)) if attempt < limit => pending.push(events),
                Err(Fault::Poison(_)) => self.park(pool, last, epoch, Ok(attempt)).await?,
                Err(fault) => {
                    // Neither the event's fault nor the end of the process. Best effort: the database is
                    // likely to be away, and then one more attempt is counted than was the event's.
                    let _ = checkpoint::take_back_attempt(pool, &self.lease, to.position).await;
                    return Err(fault);
                }
            }
        }
        Ok(())
    }

    /// Passes over an event: each of its keys is tried alone, and the event is parked for those that fail.
    /// An event that ended the process is not tried again.
    async fn park(
        &mut self,
        pool: &PgPool,
        event: &Arc<Recorded>,
        epoch: i32,
        tried: Result<i32, &str>,
    ) -> Result<(), Fault> {
        let result = self.park_or_roll_back(pool, event, epoch, tried).await;
        if result.is_err() {
            self.parked.forget();
        }
        self.rows.clear();
        result
    }

    async fn park_or_roll_back(
        &mut self,
        pool: &PgPool,
        event: &Arc<Recorded>,
        epoch: i32,
        tried: Result<i32, &str>,
    ) -> Result<(), Fault> {
        let mut transaction = pool.begin().await?;
        let changes = checkpoint::lock(&mut transaction, &self.lease, self.cursor.position).await?;
        self.parked.refresh(&mut transaction, &self.lease, changes).await?;
        let mut parked = 0;
        for key in self.keys(event) {
            if self.parked.keys.contains(&key) {
                parking::hold(&mut transaction, &self.lease, &[(key, Arc::clone(event))]).await?;
                continue;
            }
            let (attempts, reason) = match tried {
                Ok(attempts) => match self.apply_key(&mut transaction, event, key).await {
                    Ok(()) => continue,
                    Err(Fault::Poison(reason)) => (attempts, reason),
                    Err(fault) => return Err(fault),
                },
                Err(reason) => (0, reason.to_owned()),
            };
            self.tell_of_parking(event, key, &reason);
            parking::park(&mut transaction, &self.lease, key, event, (attempts, &reason)).await?;
            self.parked.keys.insert(key);
            parked += 1;
        }
        erase::erase(&mut transaction, &self.table, &mut *self.rows, event).await?;
        let to = Cursor::after_event(epoch, event);
        checkpoint::advance(&mut transaction, &self.lease, self.cursor.position, to).await?;
        transaction.commit().await?;
        self.counts.parked(parked);
        self.counts.page(1);
        self.cursor = to;
        Ok(())
    }

    /// Applies the events to those rows alone, on a transaction of the caller's: one by one, each behind a savepoint.
    /// What fails is parked. Answers how many events were, without those that wait behind them.
    pub(super) async fn park_in(
        &mut self,
        connection: &mut PgConnection,
        events: &[Arc<Recorded>],
        has: impl Fn(Uuid) -> bool,
        limit: i32,
    ) -> Result<u64, Fault> {
        let mut parked = HashSet::new();
        for event in events {
            for key in self.keys(event).into_iter().filter(|&key| has(key)) {
                if parked.contains(&key) {
                    parking::hold(&mut *connection, &self.lease, &[(key, Arc::clone(event))]).await?;
                    continue;
                }
                let mut attempt = 1;
                let reason = loop {
                    match self.apply_key(&mut *connection, event, key).await {
                        Ok(()) => break None,
                        Err(Fault::Poison(_)) if attempt < limit => attempt += 1,
                        Err(Fault::Poison(reason)) => break Some(reason),
                        Err(fault) => return Err(fault),
                    }
                };
                if let Some(reason) = reason {
                    self.tell_of_parking(event, key, &reason);
                    parking::park(&mut *connection, &self.lease, key, event, (attempt, &reason)).await?;
                    parked.insert(key);
                }
            }
        }
        Ok(parked.len() as u64)
    }

    fn tell_of_parking(&self, event: &Recorded, key: Uuid, reason: &str) {
        tracing::error!(
            projection = self.lease.name, build = self.lease.build.as_str(), %key,
            position = event.position.0, event.type = event.event.event_type(), %reason,
            "an event is parked"
        );
    }

    /// Applies an event to one row, behind a savepoint: nothing of it stays if it fails.
    pub(super) async fn apply_key(
        &mut self,
        connection: &mut PgConnection,
        event: &Arc<Recorded>,
        key: Uuid,
    ) -> Result<(), Fault> {
        self.rows.clear();
        let mut savepoint = connection.begin().await?;
        let result = async {
            load::load(&mut savepoint, &self.table, &mut *self.rows, &[key]).await?;
            self.fold(std::slice::from_ref(event), Some(key))?;
            self.write(&mut savepoint).await
        }
        .await;
        self.rows.clear();
        match result {
            Ok(()) => savepoint.commit().await?,
            Err(_) => savepoint.rollback().await?,
        }
        result
    }

    /// The rows that the event touches. If not even that can be said, its stream stands for them.
    fn keys(&self, event: &Recorded) -> Vec<Uuid> {
        let mut keys = Vec::new();
        if guard(|| self.projection.keys(event, &mut keys)).is_err() {
            keys = vec![event.stream.id];
        }
        keys.sort_unstable();
        keys.dedup();
        keys
    }
}
