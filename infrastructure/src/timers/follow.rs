//! The log is followed, and what is ahead of each consultation is written down.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    mem,
    sync::Arc,
    time::Duration,
};

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use ledgerdesk_domain::{
    event::{Event, Recorded},
    id::{ConsultationId, WorkspaceId},
    service_level::{Facts, Rules},
    stream::StreamType,
};

use super::{BACK_OFF, Reckoned, Shared, TimerError, rows};
use crate::event_store::{Cursor, LogPage, ReadError};

/// How many events are dealt with at a time.
const PAGE: usize = 4_000;
/// How long what is written gathers: a busy log is not written about event by event.
const GATHER: Duration = Duration::from_millis(40);
/// How long a node that did not write last leaves a page to the one that did.
const STANDS_BY: Duration = Duration::from_millis(250);
/// Streams that are read side by side.
const SIDE_BY_SIDE: usize = 32;
/// How many facts each of the two generations holds (some 100 bytes each).
const GENERATION: usize = 50_000;

pub(super) async fn run(shared: Shared) {
    let mut follow = Follow { shared: shared.clone(), known: Known::default(), wrote_last: false };
    loop {
        let Err(error) = follow.follow().await else { return };
        if error.is_shutdown() || shared.stop.is_cancelled() {
            return;
        }
        tracing::warn!(
            error = &error as &dyn std::error::Error,
            "timers cannot follow the log; trying again"
        );
        follow.known = Known::default();
        let is_foreign = matches!(error, TimerError::Read(ReadError::ForeignCursor { .. }));
        if is_foreign || matches!(error, TimerError::FellBack) {
            shared.parts.levels.forget();
        }
        if is_foreign {
            // What was told is in the log as it is now, so all may be reckoned anew.
            if let Err(error) = rows::clear(&shared.parts.pool, &shared.parts.node).await {
                tracing::warn!(error = &error as &dyn std::error::Error, "the timers could not be cleared");
            }
        }
        if !shared.sleep(BACK_OFF).await {
            return;
        }
    }
}

struct Follow {
    shared: Shared,
    known: Known,
    /// Whether this node moved the checkpoint last, as far as it knows.
    wrote_last: bool,
}

/// What is remembered of consultations that were busy lately.
#[derive(Default)]
struct Known {
    young: HashMap<ConsultationId, Facts>,
    old: HashMap<ConsultationId, Facts>,
    size: usize,
}

impl Known {
    fn take(&mut self, id: ConsultationId) -> Option<Facts> {
        self.young.remove(&id).or_else(|| self.old.remove(&id))
    }

    fn put(&mut self, id: ConsultationId, facts: Facts) {
        self.size += facts.len() + 1;
        self.young.insert(id, facts);
        if self.size > GENERATION {
            self.old = mem::take(&mut self.young);
            self.size = 0;
        }
    }
}

/// The events of one consultation in a page.
type Touched = BTreeMap<(WorkspaceId, ConsultationId), Vec<Arc<Recorded>>>;

impl Follow {
    /// Follows until the node stops.
    async fn follow(&mut self) -> Result<(), TimerError> {
        let (parts, stop) = (Arc::clone(&self.shared.parts), self.shared.stop.clone());
        let mut base = rows::checkpoint(&parts.pool).await?;
        let mut follower = parts.store.follow(base).await?;
        loop {
            let page = tokio::select! {
                page = follower.next_page(PAGE) => page?,
                () = stop.cancelled() => return Ok(()),
            };
            if !self.wrote_last {
                if !self.shared.sleep(STANDS_BY).await {
                    return Ok(());
                }
                let done = rows::checkpoint(&parts.pool).await?;
                if done.position >= page.cursor.position {
                    // Another node is at it. Its timers are everybody's.
                    self.shared.changed.notify_one();
                    self.shared.replays.notify_one();
                    base = done;
                    follower = parts.store.follow(base).await?;
                    continue;
                }
            }
            let (touched, changed) = sorted(&page);
            let reckoned = self.reckon(touched).await?;
            let written = self.write(base, page.cursor, &reckoned, &changed).await?;
            self.wrote_last = written.is_none();
            base = written.unwrap_or(page.cursor);
            if base != page.cursor {
                follower = parts.store.follow(base).await?;
            }
            parts.metrics.position(base.position.0);
            self.shared.changed.notify_one();
            if !changed.is_empty() {
                self.shared.replays.notify_one();
            }
            if page.events.len() < PAGE && !self.shared.sleep(GATHER).await {
                return Ok(());
            }
        }
    }

    /// What is ahead of each consultation that the page touches.
    async fn reckon(&mut self, touched: Touched) -> Result<Vec<Reckoned>, TimerError> {
        let levels = &self.shared.parts.levels;
        let mut rules: HashMap<WorkspaceId, Arc<Rules>> = HashMap::new();
        for (workspace, _) in touched.keys() {
            if !rules.contains_key(workspace) {
                rules.insert(*workspace, levels.rules(*workspace).await?);
            }
        }
        let known = &mut self.known;
        let wanted = touched.into_iter().map(|((workspace, consultation), events)| {
            let facts = known.take(consultation).unwrap_or_default();
            async move {
                let facts = caught_up(levels, (workspace, consultation), facts, &events).await?;
                Ok::<_, ReadError>((workspace, consultation, facts))
            }
        });
        let wanted: Vec<_> = wanted.collect();
        let all: Vec<_> = stream::iter(wanted).buffered(SIDE_BY_SIDE).try_collect().await?;
        let mut reckoned = Vec::with_capacity(all.len());
        for (workspace, consultation, facts) in all {
            if let Some(rules) = rules.get(&workspace) {
                reckoned.push(Reckoned::of(workspace, consultation, &facts, rules));
            }
            self.known.put(consultation, facts);
        }
        Ok(reckoned)
    }

    /// Writes a page; answers where another node is by now if it was faster.
    async fn write(
        &self,
        base: Cursor,
        end: Cursor,
        reckoned: &[Reckoned],
        changed: &BTreeSet<WorkspaceId>,
    ) -> Result<Option<Cursor>, TimerError> {
        let mut transaction = self.shared.parts.pool.begin().await?;
        let done = rows::hold(&mut transaction).await?;
        if done.position >= end.position {
            return Ok(Some(done));
        }
        if done.position < base.position {
            return Err(TimerError::FellBack);
        }
        rows::write(&mut transaction, reckoned).await?;
        rows::ask_replay(&mut transaction, changed).await?;
        rows::move_checkpoint(&mut transaction, &self.shared.parts.node, end).await?;
        transaction.commit().await?;
        Ok(None)
    }
}

/// The events of a page by consultation, and the workspaces whose rules it changes.
fn sorted(page: &LogPage) -> (Touched, BTreeSet<WorkspaceId>) {
    let (mut touched, mut changed) = (Touched::new(), BTreeSet::new());
    for recorded in &page.events {
        match &recorded.event {
            Event::Consultation(_) if recorded.stream.stream_type == StreamType::Consultation => {
                let key = (recorded.workspace_id, ConsultationId(recorded.stream.id));
                touched.entry(key).or_default().push(Arc::clone(recorded));
            }
            Event::Workspace(event) if Rules::default().push(event, recorded.recorded_at) => {
                changed.insert(recorded.workspace_id);
            }
            _ => {}
        }
    }
    (touched, changed)
}

/// The facts with these events. Where some in between are missing, because another node dealt with them or they were
/// forgotten, they are read.
async fn caught_up(
    levels: &crate::service_levels::ServiceLevels,
    (workspace, consultation): (WorkspaceId, ConsultationId),
    mut facts: Facts,
    events: &[Arc<Recorded>],
) -> Result<Facts, ReadError> {
    let first = events.first().map_or(0, |event| event.version.0);
    if first > facts.version() + 1 {
        levels.read_on(workspace, consultation, &mut facts).await?;
    }
    for event in events {
        facts.push(event);
    }
    Ok(facts)
}
