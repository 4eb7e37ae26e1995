//! Sums of versions, so that a count of everything as of a moment does not look at everything.
//!
//! What held at a time, as it was known at a position, never changes again. So the sums stand at one position. A count
//! adds up what is before its moment, looks at the versions of its own day or stretch of the log, and at the
//! consultations that have changed since the sums were made. Every node keeps its own; where there are none, all versions
//! are counted.

mod known;

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use known::Known;
use ledgerdesk_domain::{consultation::Status, id::WorkspaceId, stream::Position};
use serde::Deserialize;
use sqlx::PgPool;

use super::Moment;

/// So many consultations are worth sums; fewer are counted in some milliseconds.
const WORTH: i64 = 5_000;
/// Workspaces whose sums are kept.
const MOST: usize = 256;
/// Positions at which the sums of a workspace stand: the newest one, and those of older knowledge that was asked for.
/// Each takes some hundred kilobytes.
const POSITIONS: usize = 4;
/// So many events after the newest ones, sums are brought up to date.
const STALE: i64 = 500;
/// So many events after them, looking at what has changed since is no faster than looking at everything.
const OUTDATED: i64 = 20_000;
/// So many events after them, sums are made of all versions once more.
const AFRESH: i64 = 200_000;

/// A stage, and whether those in it were merged into another consultation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub(super) struct Kind {
    pub(super) status: Status,
    pub(super) merged: bool,
}

/// How many consultations there were of each kind.
pub(super) type Counts = BTreeMap<Kind, i64>;

/// The sums of those workspaces that were counted and have many consultations.
#[derive(Debug, Clone)]
pub struct Sums {
    pool: PgPool,
    worth: i64,
    kept: Arc<Mutex<HashMap<WorkspaceId, Kept>>>,
}

/// The sums of a workspace.
#[derive(Debug, Default)]
struct Kept {
    /// In the order of their positions.
    known: Vec<Arc<Known>>,
    /// Somebody makes some.
    is_under_way: bool,
}

impl Kept {
    /// The newest sums that stand at the position or before it.
    fn up_to(&self, position: i64) -> Option<&Arc<Known>> {
        let after = self.known.partition_point(|known| known.position() <= position);
        after.checked_sub(1).map(|place| &self.known[place])
    }

    fn is_newest(&self, known: &Known) -> bool {
        self.known.last().is_some_and(|last| last.position() == known.position())
    }

    /// Keeps what was made of the newest sums in their place, and others beside them.
    fn keep(&mut self, old: &Known, made: Known) {
        if self.is_newest(old) {
            self.known.pop();
        }
        let place = self.known.partition_point(|known| known.position() < made.position());
        self.known.insert(place, Arc::new(made));
        if self.known.len() > POSITIONS {
            self.known.remove(0);
        }
    }
}

impl Sums {
    /// None yet; what is counted is their reason to be made.
    pub fn new(pool: PgPool) -> Self {
        Self { pool, worth: WORTH, kept: Arc::default() }
    }

    /// The same, for workspaces however small.
    #[must_use]
    pub fn of_any_size(self) -> Self {
        Self { worth: 1, kept: Arc::default(), ..self }
    }

    /// How many consultations stood where at the moment, if the sums tell. The versions must be there up to its position.
    pub(super) async fn tell(
        &self,
        workspace: WorkspaceId,
        moment: Moment,
    ) -> Result<Option<Counts>, sqlx::Error> {
        let position = moment.position().0;
        let (known, is_newest) = {
            let all = self.kept();
            let Some(kept) = all.get(&workspace) else { return Ok(None) };
            // What was the newest at a position is in all sums of later ones, too.
            let known = if moment.happened().is_none() { kept.known.last() } else { kept.up_to(position) };
            let Some(known) = known else { return Ok(None) };
            (Arc::clone(known), kept.is_newest(known))
        };
        let mut connection = self.pool.acquire().await?;
        if !known.still_holds(&mut connection).await? {
            self.kept().remove(&workspace);
            return Ok(None);
        }
        let behind = position - known.position();
        if is_newest && behind > STALE {
            self.begin(workspace, moment.position());
        }
        match moment.happened() {
            _ if behind > OUTDATED => Ok(None),
            None => known.at_position(&mut connection, workspace, position).await.map(Some),
            Some(time) => known.at_time(&mut connection, workspace, time, position).await.map(Some),
        }
    }

    /// Makes sums where there are none to tell this moment, if so many consultations are worth it.
    pub(super) fn consider(&self, workspace: WorkspaceId, counted: i64, moment: Moment) {
        if counted >= self.worth {
            self.begin(workspace, moment.position());
        }
    }

    /// Makes sums as known at the position, of those that stand before it or of all versions, unless somebody makes some
    /// already. The versions must be there up to it.
    ///
    /// # Errors
    /// Whatever the database answers; then there are none.
    pub async fn make(&self, workspace: WorkspaceId, position: Position) -> Result<(), sqlx::Error> {
        let Some(old) = self.claim(workspace, position.0) else { return Ok(()) };
        let made = old.brought_up_to(&self.pool, workspace, position.0).await;
        let mut all = self.kept();
        match made {
            Ok(made) => {
                let kept = all.entry(workspace).or_default();
                kept.keep(&old, made);
                kept.is_under_way = false;
                Ok(())
            }
            Err(error) => {
                all.remove(&workspace);
                Err(error)
            }
        }
    }

    /// The same while nobody waits for it.
    fn begin(&self, workspace: WorkspaceId, position: Position) {
        let sums = self.clone();
        tokio::spawn(async move {
            if let Err(error) = sums.make(workspace, position).await {
                // The next count tries again.
                tracing::warn!(%workspace, %error, "the sums for counts of the past were not made");
            }
        });
    }

    /// What sums at the position are made of, for the one who makes them.
    fn claim(&self, workspace: WorkspaceId, position: i64) -> Option<Arc<Known>> {
        let mut all = self.kept();
        if all.len() >= MOST && !all.contains_key(&workspace) {
            return None;
        }
        let kept = all.entry(workspace).or_default();
        let old = kept.up_to(position).cloned();
        if kept.is_under_way || old.as_ref().is_some_and(|old| old.position() == position) {
            return None;
        }
        kept.is_under_way = true;
        Some(old.filter(|old| position - old.position() < AFRESH).unwrap_or_default())
    }

    fn kept(&self) -> MutexGuard<'_, HashMap<WorkspaceId, Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
