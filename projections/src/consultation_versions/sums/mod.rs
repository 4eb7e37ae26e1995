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
/// Workspaces whose sums are kept, of some hundred kilobytes each.
const MOST: usize = 256;
/// So many events after sums were made, they are brought up to date.
const STALE: i64 = 500;
/// So many events after them, looking at what has changed since is no faster than looking at everything.
const OUTDATED: i64 = 20_000;

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

#[derive(Debug, Default)]
struct Kept {
    known: Option<Arc<Known>>,
    /// They are made, or brought up to date.
    is_under_way: bool,
}

impl Sums {
    /// None yet; what is counted is their reason to be made.
    pub fn new(pool: PgPool) -> Self {
        Self { pool, worth: WORTH, kept: Arc::default() }
    }

    /// The same, for workspaces however small.
    #[must_use]
    pub fn of_any_size(self) -> Self {
        Self { worth: 1, ..self }
    }

    /// How many consultations stood where at the moment, if the sums tell. The versions must be there up to its position.
    pub(super) async fn tell(
        &self,
        workspace: WorkspaceId,
        moment: Moment,
    ) -> Result<Option<Counts>, sqlx::Error> {
        let known = self.kept().get(&workspace).and_then(|kept| kept.known.clone());
        let Some(known) = known else { return Ok(None) };
        if !known.still_holds(&self.pool).await? {
            self.kept().remove(&workspace);
            return Ok(None);
        }
        let position = moment.position().0;
        let behind = position - known.position();
        if behind > STALE {
            self.begin(workspace, moment.position());
        }
        match moment.happened() {
            _ if behind > OUTDATED => Ok(None),
            None => known.at_position(&self.pool, workspace, position).await.map(Some),
            // What was known before is not in them.
            Some(_) if behind < 0 => Ok(None),
            Some(time) => known.at_time(&self.pool, workspace, time, position).await.map(Some),
        }
    }

    /// Makes sums of a workspace without any, if so many consultations are worth it.
    pub(super) fn consider(&self, workspace: WorkspaceId, counted: i64, moment: Moment) {
        if counted >= self.worth && !self.kept().contains_key(&workspace) {
            self.begin(workspace, moment.position());
        }
    }

    /// Makes sums as known at the position, or brings them up to there, unless somebody does. The versions must be there
    /// up to it.
    ///
    /// # Errors
    /// Whatever the database answers; then there are none.
    pub async fn make(&self, workspace: WorkspaceId, position: Position) -> Result<(), sqlx::Error> {
        let Some(old) = self.claim(workspace, position) else { return Ok(()) };
        let made = old.brought_up_to(&self.pool, workspace, position.0).await;
        let mut all = self.kept();
        let known = match made {
            Ok(made) => Some(Arc::new(made)),
            Err(error) => {
                all.remove(&workspace);
                return Err(error);
            }
        };
        all.insert(workspace, Kept { known, is_under_way: false });
        Ok(())
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

    /// What the sums are made of, for the one who makes them.
    fn claim(&self, workspace: WorkspaceId, position: Position) -> Option<Arc<Known>> {
        let mut all = self.kept();
        if all.len() >= MOST && !all.contains_key(&workspace) {
            return None;
        }
        let kept = all.entry(workspace).or_default();
        let is_there = kept.known.as_ref().is_some_and(|known| known.position() >= position.0);
        if kept.is_under_way || is_there {
            return None;
        }
        kept.is_under_way = true;
        Some(kept.known.clone().unwrap_or_default())
    }

    fn kept(&self) -> MutexGuard<'_, HashMap<WorkspaceId, Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
