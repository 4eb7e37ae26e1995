//! The log as it grows: one reader per node, its recent pages shared by all followers.
//!
//! A follower pulls. What it asks for lies in the recent events, or it reads the database itself, or it waits
//! for the head to move; so the step from history to live has no seam, and a slow follower costs nobody
//! anything.

use std::{
    collections::VecDeque,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use ledgerdesk_domain::{
    client::ClientEvent,
    event::{Event, Recorded},
    id::PersonId,
    manager::ManagerEvent,
    stream::Position,
};
use sqlx::postgres::PgListener;
use tokio::sync::{Mutex, MutexGuard, Notify, watch};
use tokio_util::sync::CancellationToken;

use super::{
    Cursor, Head, LogPage, ReadError, StoreError, StoreMetrics, blocks::Blocks, canonical::Hash, read::Reader,
};
use crate::db;

/// How many decoded events are kept for followers (some 1.5 KB each).
const RECENT: usize = 4_096;
/// How many events the tail reads at a time.
const PAGE: usize = 1_000;
/// The poll behind the notifications, which are only a hint.
const POLL: Duration = Duration::from_millis(250);
/// How long a database may take to answer the tail; after that the connection is taken to be lost.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a broken database is left alone.
const BACK_OFF: Duration = Duration::from_millis(500);

/// The end of the log as the tail has seen it.
#[derive(Clone, Copy)]
struct Seen {
    head: Head,
    /// Counts the times that the log turned out to have another history than before.
    history: u64,
}

/// What the tail knows, shared with every follower.
pub(super) struct Tail {
    seen: watch::Sender<Seen>,
    recent: RwLock<VecDeque<Arc<Recorded>>>,
    older: Blocks,
    /// Wakes the tail task where what was committed does not follow what is known.
    behind: Notify,
    appending: Mutex<()>,
    closed: CancellationToken,
}

impl Tail {
    /// `closed` ends the waits of all followers.
    pub(super) fn new(head: Head, closed: CancellationToken) -> Self {
        Self {
            seen: watch::Sender::new(Seen { head, history: 0 }),
            recent: RwLock::default(),
            older: Blocks::default(),
            behind: Notify::new(),
            appending: Mutex::default(),
            closed,
        }
    }

    pub(super) fn head(&self) -> Head {
        self.seen.borrow().head
    }

    /// Up to `limit` events after `after`, from what is read in blocks for everybody; nothing where no block is
    /// whole.
    pub(super) async fn in_blocks(
        &self,
        reader: &Reader,
        after: Position,
        limit: usize,
    ) -> Result<Option<Vec<Arc<Recorded>>>, StoreError> {
        self.older.after(reader, after, limit, self.head().position).await
    }

    /// Up to `limit` events after `after`, if the recent ones reach back that far.
    fn recent_after(&self, after: Position, limit: usize) -> Option<Vec<Arc<Recorded>>> {
        let recent = self.recent.read().unwrap_or_else(PoisonError::into_inner);
        let first = recent.front()?.position.0;
        let skip = usize::try_from(after.0 + 1 - first).ok()?;
        (skip < recent.len()).then(|| recent.iter().skip(skip).take(limit).cloned().collect())
    }

    /// Held by this node's appender from before a batch is sent until its outcome is known here. The database tells
    /// of a commit as soon as it answers it: whoever hears of a longer log meanwhile waits to learn whose events
    /// those are, and does not read back what this node has just written.
    pub(super) async fn appending(&self) -> MutexGuard<'_, ()> {
        self.appending.lock().await
    }

    /// Takes what this node has committed, if it follows what is known: the event before has the hash
    /// `before`. Otherwise the tail task reads what is between.
    pub(super) fn committed(&self, before: Hash, page: Vec<Arc<Recorded>>) {
        if !page.is_empty() && !self.grow(before, page) {
            self.behind.notify_one();
        }
    }

    /// Adds events that follow the head; refuses others. The appender and the tail task both do this.
    fn grow(&self, before: Hash, page: Vec<Arc<Recorded>>) -> bool {
        let (Some(first), Some(last)) = (page.first(), page.last()) else { return true };
        let (first, head_position, head_hash) = (first.position, last.position, last.hash);
        let erases = page.iter().any(|event| !erased_by(event).is_empty());
        let mut recent = self.recent.write().unwrap_or_else(PoisonError::into_inner);
        let known = self.head();
        if known.position.next() != first || known.hash != before {
            return false;
        }
        if erases {
            // What is decoded still quotes the person.
            recent.clear();
            self.older.clear();
        } else {
            recent.extend(page);
            let surplus = recent.len().saturating_sub(RECENT);
            recent.drain(..surplus);
        }
        self.seen.send_modify(|seen| {
            seen.head = Head { epoch: seen.head.epoch, position: head_position, hash: head_hash };
        });
        true
    }

    /// Steps over an event that this program does not know, so that what comes after it is seen. Followers before
    /// it read the database and are told; none goes past it. It may have erased somebody: nothing decoded stays.
    fn pass(&self, unknown: Head) {
        let mut recent = self.recent.write().unwrap_or_else(PoisonError::into_inner);
        recent.clear();
        self.older.clear();
        self.seen.send_modify(|seen| seen.head = unknown);
    }

    /// The log has another history than before: every follower is told.
    fn restart(&self, head: Head) {
        let mut recent = self.recent.write().unwrap_or_else(PoisonError::into_inner);
        recent.clear();
        self.older.clear();
        self.seen.send_modify(|seen| *seen = Seen { head, history: seen.history + 1 });
    }
}

/// What the tail task works with.
pub(super) struct TailTask {
    pub reader: Reader,
    pub tail: Arc<Tail>,
    pub metrics: StoreMetrics,
}

impl TailTask {
    /// Reads on whenever another node notified, this one committed what does not follow, or the poll is due.
    pub(super) async fn run(self) {
        let mut listener = None;
        loop {
            if listener.is_none() {
                listener = db::listen(&self.reader.pool, "ledgerdesk-listener", "ledgerdesk_log").await;
            }
            let caught_up = tokio::time::timeout(PATIENCE, self.catch_up()).await;
            if let Err(error) = caught_up.unwrap_or(Err(StoreError::Database(sqlx::Error::PoolTimedOut))) {
                tracing::warn!(error = &error as &dyn std::error::Error, "the log could not be read");
                tokio::select! {
                    () = tokio::time::sleep(BACK_OFF) => continue,
                    () = self.tail.closed.cancelled() => return,
                }
            }
            self.tail.older.clear_unused();
            let poll = tokio::time::sleep(POLL);
            tokio::pin!(poll);
            let mut told = Position::START;
            loop {
                tokio::select! {
                    () = self.tail.behind.notified() => break,
                    hint = hint(&mut listener) => {
                        let Some(position) = hint else {
                            self.metrics.listener_lost();
                            listener = None;
                            break;
                        };
                        told = told.max(position);
                    }
                    // This node's own commits come back as notifications, often before their answers.
                    _ = self.tail.appending(), if told > self.tail.head().position => {
                        if told > self.tail.head().position {
                            break;
                        }
                    }
                    () = &mut poll => break,
                    () = self.tail.closed.cancelled() => return,
                }
            }
        }
    }

    /// Reads to the end of the log, after making sure that it still has what is known: a log that was restored
    /// has another epoch, ends earlier, or goes on otherwise.
    async fn catch_up(&self) -> Result<(), StoreError> {
        loop {
            // In this order: what is known was committed, so the log has at least as much, or another history.
            let known = self.tail.head();
            let now = self.reader.head().await?;
            if now == known {
                self.metrics.head(known.position.0);
                return Ok(());
            }
            let is_known = now.position > known.position
                && self.reader.cursor_at(known.position).await?
                    == Some(Cursor::after(known.epoch, known.position, &known.hash));
            if !is_known {
                tracing::error!(known = %known.position, now = %now.position, "the log has another history than before");
                self.reader.codec.keys().forget_all();
                self.tail.restart(now);
                return Ok(());
            }
            let page = match self.page(known.position, now.position).await {
                Err(StoreError::UnknownEvent(unknown)) => {
                    tracing::error!(%unknown, "readers of the log stop here");
                    self.metrics.unknown(unknown.position.0);
                    let Some(passed) = self.reader.head_at(unknown.position).await? else { continue };
                    self.tail.pass(passed);
                    continue;
                }
                page => page?,
            };
            self.metrics.head(page.last().map_or(known.position.0, |last| last.position.0));
            if page.is_empty() {
                return Ok(());
            }
            let erased: Vec<PersonId> = page.iter().flat_map(|event| erased_by(event)).copied().collect();
            self.reader.codec.keys().forget(erased);
            // Refused where the appender was faster; the next round sees what is left.
            self.tail.grow(known.hash, page);
        }
    }

    /// What follows, in the blocks that followers who are behind will read as well, where one is whole.
    async fn page(&self, after: Position, head: Position) -> Result<Vec<Arc<Recorded>>, StoreError> {
        match self.tail.older.after(&self.reader, after, PAGE, head).await? {
            Some(events) => Ok(events),
            None => self.reader.after(after, PAGE).await,
        }
    }
}

/// Waits for a notification: the position that the log has reached; none if the listener lost its connection.
async fn hint(listener: &mut Option<PgListener>) -> Option<Position> {
    match listener {
        // A payload that is no position asks to look.
        Some(listener) => match listener.try_recv().await {
            Ok(Some(hint)) => Some(Position(hint.payload().parse().unwrap_or(i64::MAX))),
            Ok(None) | Err(_) => None,
        },
        None => std::future::pending().await,
    }
}

/// The persons whom an event erases.
fn erased_by(event: &Recorded) -> &[PersonId] {
    match &event.event {
        Event::Client(ClientEvent::PersonErased(erased)) => &erased.persons,
        Event::Manager(ManagerEvent::ManagerErased(erased)) => &erased.persons,
        _ => &[],
    }
}

/// A reader's place in the log. Pulls: a slow reader costs nobody anything.
pub struct Follower {
    reader: Reader,
    tail: Arc<Tail>,
    seen: watch::Receiver<Seen>,
    cursor: Cursor,
    history: u64,
}

impl Follower {
    pub(super) async fn new(reader: Reader, tail: Arc<Tail>, after: Cursor) -> Result<Self, ReadError> {
        let seen = tail.seen.subscribe();
        let Seen { head, history } = *seen.borrow();
        reader.check(after).await?;
        Ok(Self { reader, tail, seen, cursor: Cursor { epoch: head.epoch, ..after }, history })
    }

    /// The next page, at most `limit` events and at least one; waits until there is one. Cancel safe.
    pub async fn next_page(&mut self, limit: usize) -> Result<LogPage, ReadError> {
        loop {
            let Seen { head, history } = *self.seen.borrow_and_update();
            if history != self.history {
                return Err(ReadError::ForeignCursor { cursor: self.cursor });
            }
            if head.position > self.cursor.position {
                let events = match self.tail.recent_after(self.cursor.position, limit.max(1)) {
                    Some(events) => events,
                    // On the heap: thousands wait here for the next event, and few are behind.
                    None => Box::pin(self.catch_up(limit, head.position)).await?,
                };
                if let Some(last) = events.last() {
                    self.cursor = Cursor::after_event(self.cursor.epoch, last);
                    return Ok(LogPage { events, cursor: self.cursor });
                }
            }
            tokio::select! {
                _ = self.seen.changed() => {}
                () = self.tail.closed.cancelled() => return Err(ReadError::Store(StoreError::ShuttingDown)),
            }
        }
    }

    /// Reads what is older than the recent events, after making sure that the place is still on this history.
    async fn catch_up(&self, limit: usize, head: Position) -> Result<Vec<Arc<Recorded>>, ReadError> {
        let after = self.cursor.position;
        if after != Position::START {
            self.reader.check(self.cursor).await?;
        }
        match self.tail.older.after(&self.reader, after, limit, head).await? {
            Some(events) => Ok(events),
            None => Ok(self.reader.after(after, limit).await?),
        }
    }

    /// Where the reader stands.
    pub const fn cursor(&self) -> Cursor {
        self.cursor
    }
}
