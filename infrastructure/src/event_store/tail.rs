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
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

use super::{Cursor, Head, LogPage, ReadError, StoreError, StoreMetrics, blocks::Blocks, read::Reader};

/// How many decoded events are kept for followers (some 1.5 KB each).
const RECENT: usize = 4_096;
/// How many events the tail reads at a time.
const PAGE: usize = 1_000;
/// The poll behind the notifications, which are only a hint.
const POLL: Duration = Duration::from_millis(250);
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
    closed: CancellationToken,
}

impl Tail {
    /// `closed` ends the waits of all followers.
    pub(super) fn new(head: Head, closed: CancellationToken) -> Self {
        Self {
            seen: watch::Sender::new(Seen { head, history: 0 }),
            recent: RwLock::default(),
            older: Blocks::default(),
            closed,
        }
    }

    pub(super) fn head(&self) -> Head {
        self.seen.borrow().head
    }

    /// Up to `limit` events after `after`, if the recent ones reach back that far.
    fn recent_after(&self, after: Position, limit: usize) -> Option<Vec<Arc<Recorded>>> {
        let recent = self.recent.read().unwrap_or_else(PoisonError::into_inner);
        let first = recent.front()?.position.0;
        let skip = usize::try_from(after.0 + 1 - first).ok()?;
        (skip < recent.len()).then(|| recent.iter().skip(skip).take(limit).cloned().collect())
    }

    fn grow(&self, page: &[Arc<Recorded>], head: Head) {
        {
            let mut recent = self.recent.write().unwrap_or_else(PoisonError::into_inner);
            recent.extend(page.iter().cloned());
            let surplus = recent.len().saturating_sub(RECENT);
            recent.drain(..surplus);
        }
        self.move_to(head);
    }

    fn move_to(&self, head: Head) {
        self.seen.send_modify(|seen| seen.head = head);
    }

    /// Drops the shared events: a person was erased, and decoded events still quote them.
    fn clear(&self) {
        self.recent.write().unwrap_or_else(PoisonError::into_inner).clear();
        self.older.clear();
    }
}

/// What the tail task works with.
pub(super) struct TailTask {
    pub reader: Reader,
    pub tail: Arc<Tail>,
    pub committed: Arc<Notify>,
    pub metrics: StoreMetrics,
}

impl TailTask {
    /// Reads on whenever this node appended, another one notified, or the poll is due.
    pub(super) async fn run(self) {
        let mut listener = None;
        loop {
            if listener.is_none() {
                listener = self.listen().await;
            }
            if let Err(error) = self.catch_up().await {
                tracing::warn!(error = &error as &dyn std::error::Error, "the log could not be read");
                tokio::select! {
                    () = tokio::time::sleep(BACK_OFF) => continue,
                    () = self.tail.closed.cancelled() => return,
                }
            }
            tokio::select! {
                () = self.committed.notified() => {}
                lost = hint(&mut listener) => if lost {
                    self.metrics.listener_lost();
                    listener = None;
                },
                () = tokio::time::sleep(POLL) => {}
                () = self.tail.closed.cancelled() => return,
            }
        }
    }

    async fn listen(&self) -> Option<PgListener> {
        let mut listener = PgListener::connect_with(&self.reader.pool).await.ok()?;
        listener.eager_reconnect(false);
        listener.listen("ledgerdesk_log").await.ok()?;
        Some(listener)
    }

    /// Reads to the end of the log.
    async fn catch_up(&self) -> Result<(), StoreError> {
        loop {
            let known = self.tail.head();
            let page = self.reader.after(known.position, PAGE).await?;
            let Some(last) = page.last() else {
                return self.notice_another_history(known).await;
            };
            let head = Head { epoch: known.epoch, position: last.position, hash: last.hash };
            let erased: Vec<PersonId> = page.iter().flat_map(|event| erased_by(event)).copied().collect();
            if erased.is_empty() {
                self.tail.grow(&page, head);
            } else {
                self.reader.codec.keys().forget(erased);
                self.tail.clear();
                self.tail.move_to(head);
            }
            self.metrics.head(head.position.0);
        }
    }

    /// A log that ends earlier or otherwise than it did was restored: every follower is told.
    async fn notice_another_history(&self, known: Head) -> Result<(), StoreError> {
        let now = self.reader.head().await?;
        let is_another = now.epoch != known.epoch
            || now.position < known.position
            || (now.position == known.position && now.hash != known.hash);
        if is_another {
            tracing::error!(known = %known.position, now = %now.position, "the log has another history than before");
            self.tail.clear();
            self.tail.seen.send_modify(|seen| *seen = Seen { head: now, history: seen.history + 1 });
        }
        Ok(())
    }
}

/// Waits for a notification; `true` if the listener lost its connection.
async fn hint(listener: &mut Option<PgListener>) -> bool {
    match listener {
        Some(listener) => !matches!(listener.try_recv().await, Ok(Some(_))),
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
                    None => self.catch_up(limit, head.position).await?,
                };
                if let Some(last) = events.last() {
                    self.cursor = Cursor {
                        epoch: self.cursor.epoch,
                        position: last.position,
                        hash_prefix: last.hash.first_chunk::<8>().copied().unwrap_or_default(),
                    };
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
