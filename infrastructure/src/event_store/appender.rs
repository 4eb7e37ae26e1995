//! The appender of a node: one task that takes what waits and commits it in one round trip.
//!
//! While a batch is on its way, the next one collects; no timer is involved. Callers that were just answered are about
//! to send their next command, so the task yields to the runtime a few times while a batch is small: that doubles the
//! batch at moderate load and costs microseconds. With many callers it takes half of them at a time: while the
//! database writes one half, this node decides and seals for the other.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::Arc,
};

use chrono::{DateTime, Utc};
use ledgerdesk_domain::{
    event::Recorded,
    id::{PersonId, WorkspaceId},
    stream::{Position, StreamId, StreamVersion},
};
use sqlx::{PgConnection, postgres::PgConnectOptions};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::{
    AppendError, Appended, Idempotency, NewEvent, StoreError, StoreMetrics,
    batch::{Attempt, Chain, Outcome, Refused, Stamps},
    codec::Encoded,
    connection::connect,
    tail::Tail,
};
use crate::{
    clock::Clock,
    crypto::{KeyRing, NewKey},
};

/// Bounds of the append path.
#[derive(Debug, Clone, Copy)]
pub struct AppenderLimits {
    /// Commands that may wait; one more is refused as busy.
    pub queue: usize,
    /// Commands in one batch.
    pub batch_commands: usize,
    /// Events in one batch.
    pub batch_events: usize,
    /// Bytes of events in one batch, and so of one command.
    pub batch_bytes: usize,
}

impl Default for AppenderLimits {
    fn default() -> Self {
        Self { queue: 4_096, batch_commands: 512, batch_events: 4_096, batch_bytes: 1 << 20 }
    }
}

/// How often the task yields to fill a batch.
const YIELDS: usize = 8;
/// From so many commands on a batch is large enough to be worth its round trip, and its callers may be halved.
const LARGE: usize = 32;

/// A command in the queue.
pub(super) struct Waiting {
    pub workspace_id: WorkspaceId,
    pub stream: StreamId,
    pub expected: StreamVersion,
    pub last_position: Position,
    pub events: Vec<Encoded>,
    /// The same events as they were given: once committed, this node's readers get them from here.
    pub plain: Vec<NewEvent>,
    pub new_keys: Vec<NewKey>,
    pub idempotency: Option<Idempotency>,
    pub erased: Vec<PersonId>,
    pub bytes: usize,
    pub answer: oneshot::Sender<Result<Appended, AppendError>>,
}

impl Waiting {
    pub(super) fn version(&self) -> StreamVersion {
        StreamVersion(self.expected.0.saturating_add(i32::try_from(self.events.len()).unwrap_or(i32::MAX)))
    }

    /// What the caller gets once the batch is committed and its last event stands at `position`.
    pub(super) fn appended(&self, position: Position) -> Appended {
        Appended {
            stream: self.stream,
            version: self.version(),
            position,
            appended: u32::try_from(self.events.len()).unwrap_or(u32::MAX),
            replayed: false,
        }
    }

    fn answer(self, result: Result<Appended, AppendError>) {
        // A caller who has gone away needs no answer.
        let _ = self.answer.send(result);
    }
}

/// What the appender task works with.
pub(super) struct Appender {
    pub options: PgConnectOptions,
    pub limits: AppenderLimits,
    pub clock: Arc<dyn Clock>,
    pub keys: KeyRing,
    pub metrics: StoreMetrics,
    /// Gets what is committed, so that this node's readers need not read it back.
    pub tail: Arc<Tail>,
    pub shutdown: CancellationToken,
}

impl Appender {
    /// Serves the queue until every sender is gone, or until it is asked to stop and the queue is empty.
    pub(super) async fn run(self, mut queue: mpsc::Receiver<Waiting>) {
        let mut session = Session { connection: None, chain: Chain::default() };
        let mut held_back: VecDeque<Waiting> = VecDeque::new();
        let mut callers = 0;
        loop {
            let mut batch = Vec::new();
            if held_back.is_empty() {
                let first = tokio::select! {
                    biased;
                    first = queue.recv() => first,
                    () = self.shutdown.cancelled() => {
                        queue.close();
                        queue.recv().await
                    }
                };
                let Some(first) = first else { return };
                held_back.push_back(first);
            }
            self.fill(&mut batch, &mut held_back, &mut queue, callers).await;
            self.metrics.batch(&batch, queue.len());
            callers = held_back.len() + self.commit(&mut session, batch, &queue).await;
        }
    }

    /// Takes what waits, in order, up to the limits and to what is enough for so many callers. A second command on a
    /// stream waits for the next batch: its expected version can only be checked against a committed one.
    async fn fill(
        &self,
        batch: &mut Vec<Waiting>,
        held_back: &mut VecDeque<Waiting>,
        queue: &mut mpsc::Receiver<Waiting>,
        callers: usize,
    ) {
        let mut room = Room::new(&self.limits);
        let mut again = VecDeque::new();
        let mut yields = 0;
        let callers = callers.max(held_back.len() + queue.len()).max(1);
        let enough = (callers / 2).max(callers.min(LARGE));
        while batch.len() < enough {
            let next = match held_back.pop_front() {
                Some(next) => next,
                None => match queue.try_recv() {
                    Ok(next) => next,
                    Err(_) if yields < YIELDS => {
                        yields += 1;
                        tokio::task::yield_now().await;
                        continue;
                    }
                    Err(_) => break,
                },
            };
            match room.take(&next) {
                Fit::Yes => batch.push(next),
                Fit::Later => again.push_back(next),
                Fit::Full => {
                    again.push_back(next);
                    break;
                }
            }
        }
        again.append(held_back);
        *held_back = again;
    }

    /// Commits a batch; what the log objects to is answered and the rest tried again. Answers how many callers waited
    /// when it was written: its own, and those who had come meanwhile.
    async fn commit(
        &self,
        session: &mut Session,
        batch: Vec<Waiting>,
        queue: &mpsc::Receiver<Waiting>,
    ) -> usize {
        let mut callers = 0;
        let mut open = vec![batch];
        while let Some(mut batch) = open.pop() {
            while !batch.is_empty() {
                let _appending = self.tail.appending().await;
                let started = tokio::time::Instant::now();
                match self.attempt(session, &batch).await {
                    Ok(Outcome::Applied(stamps)) => {
                        self.metrics.commit(started.elapsed(), stamps.links.len());
                        callers = batch.len() + queue.len();
                        self.answer_applied(std::mem::take(&mut batch), &stamps);
                    }
                    // Another node appended: number and hash anew.
                    Ok(Outcome::HeadMoved) => session.chain.forget(),
                    Ok(Outcome::Refused(refused)) => batch = self.answer_refused(batch, &refused),
                    Err(Fault::InDoubt) => {
                        batch.drain(..).for_each(|waiting| waiting.answer(Err(AppendError::InDoubt)));
                    }
                    Err(Fault::Unavailable(reason)) => {
                        tracing::error!(reason, commands = batch.len(), "a batch could not be written");
                        batch.drain(..).for_each(|waiting| {
                            waiting.answer(Err(AppendError::Store(StoreError::Unavailable(reason.clone()))));
                        });
                    }
                    Err(Fault::Poison(error)) if batch.len() > 1 => {
                        // Some command is poison: halve until it stands alone.
                        tracing::warn!(%error, commands = batch.len(), "a batch was refused; splitting it");
                        open.push(batch.split_off(batch.len() / 2));
                    }
                    Err(Fault::Poison(error)) => {
                        if let Some(waiting) = batch.pop() {
                            waiting.answer(Err(AppendError::Store(StoreError::Database(error))));
                        }
                    }
                }
            }
        }
        callers
    }

    fn answer_applied(&self, mut batch: Vec<Waiting>, stamps: &Stamps) {
        self.keys.stored(batch.iter().flat_map(|w| &w.new_keys));
        self.keys.forget(batch.iter().flat_map(|w| w.erased.iter().copied()));
        self.tail.committed(stamps.before, recorded(&mut batch, stamps));
        for (waiting, &position) in batch.into_iter().zip(&stamps.streams) {
            let appended = waiting.appended(position);
            waiting.answer(Ok(appended));
        }
    }

    /// Answers the commands that stand in the way and returns the others.
    fn answer_refused(&self, batch: Vec<Waiting>, refused: &Refused) -> Vec<Waiting> {
        let mut kept = Vec::with_capacity(batch.len());
        for (place, waiting) in batch.into_iter().enumerate() {
            let stands_in_the_way = refused.repeated.contains_key(&place)
                || refused.conflicts.contains_key(&place)
                || refused.foreign_keys.contains(&place);
            if stands_in_the_way {
                // The keys that it brought are not stored, and the log may have others of the same persons.
                self.keys.forget(waiting.new_keys.iter().map(|key| key.person_id));
            }
            // A repeat comes first: its stream has moved on exactly because it was executed before.
            if let Some(stored) = refused.repeated.get(&place) {
                waiting.answer(stored.ok_or(AppendError::KeyReused));
            } else if let Some(&actual) = refused.conflicts.get(&place) {
                let (stream, expected) = (waiting.stream, waiting.expected);
                waiting.answer(Err(AppendError::Conflict { stream, expected, actual }));
            } else if refused.foreign_keys.contains(&place) {
                waiting.answer(Err(AppendError::PersonKeyRace));
            } else {
                kept.push(waiting);
            }
        }
        kept
    }

    /// Attempts a batch until the database has judged it. A connection that breaks after the batch was sent
    /// leaves the outcome open; the same bytes are then sent again until the log itself shows whose they are.
    async fn attempt(&self, session: &mut Session, batch: &[Waiting]) -> Result<Outcome, Fault> {
        let deadline = tokio::time::Instant::now() + PURSUE_FOR;
        let mut sent: Option<Attempt<'_>> = None;
        loop {
            // Longer than the server lets a statement run: a connection that says nothing was lost silently.
            let attempt = tokio::time::timeout(ANSWERS_WITHIN, self.attempt_once(session, batch, &mut sent));
            let error = match attempt.await {
                Ok(Ok(outcome)) => return Ok(outcome),
                Ok(Err(error)) => error,
                Err(_) => sqlx::Error::Io(std::io::ErrorKind::TimedOut.into()),
            };
            let kind = ErrorKind::of(&error);
            session.connection = None;
            session.chain.forget();
            // While an earlier attempt may have been written, no later error proves that nothing was.
            let is_certain = sent.as_ref().is_none_or(|sent| !sent.is_doubtful());
            match kind {
                ErrorKind::Poison if is_certain => return Err(Fault::Poison(error)),
                ErrorKind::Full if is_certain => return Err(Fault::Unavailable(error.to_string())),
                ErrorKind::ConnectionLost => {
                    if let Some(sent) = &mut sent {
                        sent.doubt();
                    }
                }
                ErrorKind::Transient | ErrorKind::Full | ErrorKind::Poison => {}
            }
            if sent.as_ref().is_some_and(|sent| !sent.is_doubtful()) {
                // Certainly not written: number it anew next time.
                sent = None;
            }
            if tokio::time::Instant::now() >= deadline {
                return Err(if sent.is_some() {
                    Fault::InDoubt
                } else {
                    Fault::Unavailable(error.to_string())
                });
            }
            tracing::warn!(%error, commands = batch.len(), "an append did not get through; trying again");
            tokio::time::sleep(RETRY_AFTER).await;
        }
    }

    async fn attempt_once<'b>(
        &self,
        session: &mut Session,
        batch: &'b [Waiting],
        sent: &mut Option<Attempt<'b>>,
    ) -> Result<Outcome, sqlx::Error> {
        let connection = match &mut session.connection {
            Some(connection) => connection,
            none => none.insert(connect(&self.options).await?),
        };
        let attempt = if let Some(earlier) = sent {
            // The earlier one can still be on its way. Whichever comes second finds a moved head and writes
            // nothing, and then the log shows whether the batch is in it.
            earlier
        } else {
            session.chain.load(connection, batch.iter().map(|waiting| waiting.workspace_id)).await?;
            sent.insert(Attempt::new(&session.chain, batch, self.clock.now()))
        };
        let outcome = attempt.send(connection).await?;
        match outcome {
            Outcome::Applied(_) => session.chain.advance(attempt),
            Outcome::HeadMoved if attempt.is_doubtful() && attempt.is_in_log(connection).await? => {
                return Ok(attempt.applied());
            }
            Outcome::HeadMoved | Outcome::Refused(_) => {}
        }
        Ok(outcome)
    }
}

/// The events of a committed batch as the log now has them.
fn recorded(batch: &mut [Waiting], stamps: &Stamps) -> Vec<Arc<Recorded>> {
    let mut position = stamps.head;
    let mut links = stamps.links.iter();
    let mut page = Vec::with_capacity(stamps.links.len());
    for waiting in batch {
        let mut version = waiting.expected;
        for (new, &(workspace_sequence, hash)) in
            std::mem::take(&mut waiting.plain).into_iter().zip(&mut links)
        {
            position = position.next();
            version = version.next();
            page.push(Arc::new(Recorded {
                position,
                workspace_id: waiting.workspace_id,
                workspace_sequence,
                event_id: new.event_id,
                stream: waiting.stream,
                version,
                event: new.event,
                metadata: new.metadata,
                occurred_at: to_micros(new.occurred_at),
                recorded_at: to_micros(stamps.recorded_at),
                hash,
            }));
        }
    }
    page
}

/// As precise as the database keeps it.
fn to_micros(time: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(time.timestamp_micros()).unwrap_or(time)
}

/// How long a batch is pursued before its callers are told that it did not get through or is in doubt.
const PURSUE_FOR: std::time::Duration = std::time::Duration::from_secs(20);
/// How long one attempt may take: connecting, a statement at its longest, and the look at what it left.
const ANSWERS_WITHIN: std::time::Duration = std::time::Duration::from_secs(12);
const RETRY_AFTER: std::time::Duration = std::time::Duration::from_millis(100);

/// The appender's connection and what it knows of the end of the log.
struct Session {
    connection: Option<PgConnection>,
    chain: Chain,
}

enum Fault {
    /// Sent, and nobody knows whether it was committed.
    InDoubt,
    /// Certainly not written, and no command's fault.
    Unavailable(String),
    /// Certainly not written, by the fault of some command.
    Poison(sqlx::Error),
}

enum ErrorKind {
    ConnectionLost,
    Transient,
    Full,
    Poison,
}

impl ErrorKind {
    fn of(error: &sqlx::Error) -> Self {
        let sqlx::Error::Database(error) = error else { return Self::ConnectionLost };
        match error.code().as_deref().unwrap_or_default() {
            // Out of disk, memory or connections.
            code if code.starts_with("53") => Self::Full,
            // Serialisation and deadlock; lock and statement timeouts: whoever holds the head will let go.
            "55P03" | "57014" => Self::Transient,
            code if code.starts_with("40") => Self::Transient,
            // A standby: it takes writes once it is promoted, or the connection is made to the primary again.
            "25006" => Self::Transient,
            // Connection, shutdown, crash, ended by an operator or because the node slept in a transaction.
            code if code.starts_with("08") || code.starts_with("57P") || code == "25P03" => {
                Self::ConnectionLost
            }
            _ => Self::Poison,
        }
    }
}

/// What a batch still has room for.
struct Room {
    commands: usize,
    events: usize,
    bytes: usize,
    streams: HashSet<(WorkspaceId, StreamId)>,
    keys: HashSet<(WorkspaceId, String, String)>,
    persons: HashMap<PersonId, Arc<[u8]>>,
}

enum Fit {
    Yes,
    /// It meets another command of this batch on a stream, an idempotency key or a person.
    Later,
    Full,
}

impl Room {
    fn new(limits: &AppenderLimits) -> Self {
        Self {
            commands: limits.batch_commands,
            events: limits.batch_events,
            bytes: limits.batch_bytes,
            streams: HashSet::new(),
            keys: HashSet::new(),
            persons: HashMap::new(),
        }
    }

    /// The first command always fits: one alone was checked against the limits when it was queued.
    fn take(&mut self, waiting: &Waiting) -> Fit {
        let is_first = self.streams.is_empty();
        if !is_first
            && (self.commands == 0 || waiting.events.len() > self.events || waiting.bytes > self.bytes)
        {
            return Fit::Full;
        }
        if self.streams.contains(&(waiting.workspace_id, waiting.stream)) {
            return Fit::Later;
        }
        // Two keys for one person: only the first can be stored, and what the second seals must not be.
        let is_other =
            |key: &NewKey| self.persons.get(&key.person_id).is_some_and(|wrapped| *wrapped != key.wrapped);
        if waiting.new_keys.iter().any(is_other) {
            return Fit::Later;
        }
        if let Some(idempotency) = &waiting.idempotency {
            let key = (waiting.workspace_id, idempotency.actor.clone(), idempotency.key.clone());
            if !self.keys.insert(key) {
                return Fit::Later;
            }
        }
        self.streams.insert((waiting.workspace_id, waiting.stream));
        self.persons.extend(waiting.new_keys.iter().map(|key| (key.person_id, key.wrapped.clone())));
        self.commands = self.commands.saturating_sub(1);
        self.events = self.events.saturating_sub(waiting.events.len());
        self.bytes = self.bytes.saturating_sub(waiting.bytes);
        Fit::Yes
    }
}
