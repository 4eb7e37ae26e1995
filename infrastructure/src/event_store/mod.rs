//! The append-only log.
//!
//! - `append`, `appender`, `batch`, `connection`: the way in: queue, one round trip per batch, its verdict.
//! - `canonical`, `codec`: what an event is as bytes: canonical form, hash chain, sealing, upcasting.
//! - `read`, `by_stream`, `streams`, `tail`, `blocks`, `cursor`: the way out: by stream, by position, and followed live without a
//!   seam.
//! - `stored`, `scan`: events as they lie in the table, by the hundred thousand.
//! - `verify`, `export`, `checkpoint`: whether the log is what was appended, here, elsewhere and later.
//! - `inspect`, `stats`: for people who look.
//! - `idempotency`: what commands did before. `load`: far more comes at once than there is.

mod append;
mod appender;
mod batch;
mod blocks;
mod by_stream;
pub mod canonical;
mod checkpoint;
mod codec;
mod connection;
mod cursor;
mod error;
mod export;
mod idempotency;
mod inspect;
mod load;
mod metrics;
mod read;
mod scan;
mod stats;
mod stored;
mod streams;
mod tail;
mod verify;

use std::{collections::HashMap, sync::Arc};

use chrono::{DateTime, Utc};
use ledgerdesk_domain::{
    event::Recorded,
    id::{PersonId, WorkspaceId},
    stream::{Position, StreamId, StreamType, StreamVersion},
    upcast::{UpcastError, Upcasting},
};
use sqlx::PgPool;
use tokio::sync::{mpsc, oneshot};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub use self::{
    append::{Append, Appended, Idempotency, NewEvent},
    appender::AppenderLimits,
    by_stream::StreamsInTurn,
    checkpoint::{
        CHECKPOINT_FORMAT, Checkpoint, CheckpointError, Proof, StatedHead, Statement, WorkspaceEnd,
        write_checkpoint,
    },
    cursor::{Cursor, CursorError},
    error::{AppendError, ReadError, StoreError, UnknownEvent},
    export::{
        EXPORT_FORMAT, EXPORT_VERSION, ExportError, ExportFault, ExportOptions, Exported, HeadRecord, Header,
        Imported, Target, Verified, export_log, import_log, verify_export,
    },
    inspect::{Inspected, Selection, inspect, sealed_place},
    load::Load,
    metrics::StoreMetrics,
    read::Until,
    stats::{LogStats, StreamCount, TableSize, TypeCount, WorkspaceCount, log_stats},
    tail::Follower,
    verify::{
        Anchors, Finding, LONGEST_PROOF, Link, LinkEnd, ProvenEvent, StreamProof, Verification,
        VerifyOptions, verify, verify_stream, verify_with,
    },
};
use self::{
    appender::{Appender, Waiting},
    codec::{Codec, EncodeError},
    read::Reader,
    streams::{Streams, TOGETHER},
    tail::{Tail, TailTask},
};
use crate::{clock::Clock, crypto::KeyRing};

/// How many events of a stream are read at a time, once the first have been read.
const STREAM_PAGE: usize = 1_000;

/// The log of one database. Cheap to clone.
#[derive(Clone)]
pub struct EventStore {
    reader: Reader,
    streams: Streams,
    tail: Arc<Tail>,
    queue: mpsc::Sender<Waiting>,
    limits: AppenderLimits,
    metrics: StoreMetrics,
    tasks: TaskTracker,
    stop_appending: CancellationToken,
    stop_reading: CancellationToken,
}

/// The end of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// The epoch of this history; an operator raises it after a restore.
    pub epoch: i32,
    /// The position of the last event.
    pub position: Position,
    /// Its hash; zeroes for an empty log.
    pub hash: [u8; 32],
}

/// Consecutive events and the cursor after them.
#[derive(Debug, Clone)]
pub struct LogPage {
    /// The events, in order of position, without a gap.
    pub events: Vec<Arc<Recorded>>,
    /// Where to continue.
    pub cursor: Cursor,
}

/// What the log works with.
pub struct StoreParts {
    /// Connections for reads; the appender and the listener open their own.
    pub pool: PgPool,
    /// The keys of persons.
    pub keys: KeyRing,
    /// Gives `recorded_at`.
    pub clock: Arc<dyn Clock>,
    /// Bounds of the append path.
    pub limits: AppenderLimits,
    /// Where to count.
    pub metrics: StoreMetrics,
}

/// Why the log could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The database refused or could not be reached.
    #[error("the log could not be read")]
    Database(#[from] sqlx::Error),
    /// The program's chain of upcasters has a gap.
    #[error("the chain of upcasters is broken")]
    Upcasting(#[from] UpcastError),
}

impl EventStore {
    /// Opens the log: checks the upcasters, starts the appender and the tail reader of this node.
    pub async fn open(parts: StoreParts) -> Result<Self, OpenError> {
        Self::open_knowing(parts, Upcasting::new()?).await
    }

    /// Opens the log as a program that knows these versions of events, such as an older one.
    pub async fn open_knowing(parts: StoreParts, upcasting: Upcasting) -> Result<Self, OpenError> {
        let reader = Reader { codec: Codec::new(parts.keys.clone(), upcasting), pool: parts.pool.clone() };
        let tasks = TaskTracker::new();
        let (stop_appending, stop_reading) = (CancellationToken::new(), CancellationToken::new());
        let tail = Arc::new(Tail::new(reader.head().await?, stop_reading.clone()));
        let (queue, waiting) = mpsc::channel(parts.limits.queue);
        let appender = Appender {
            options: (*parts.pool.connect_options()).clone(),
            limits: parts.limits,
            clock: parts.clock,
            keys: parts.keys,
            metrics: parts.metrics.clone(),
            tail: tail.clone(),
            shutdown: stop_appending.clone(),
        };
        tasks.spawn(appender.run(waiting));
        let tail_task =
            TailTask { reader: reader.clone(), tail: tail.clone(), metrics: parts.metrics.clone() };
        tasks.spawn(tail_task.run());
        tasks.close();
        let (limits, metrics) = (parts.limits, parts.metrics);
        let streams = Streams::new(reader.clone());
        Ok(Self { reader, streams, tail, queue, limits, metrics, tasks, stop_appending, stop_reading })
    }

    /// Stops: what waits is committed and answered, then the appender and the tail reader end. Later appends
    /// are refused.
    pub async fn close(&self) {
        self.stop_appending.cancel();
        self.queue.closed().await;
        self.stop_reading.cancel();
        self.tasks.wait().await;
    }

    /// Appends one command's events and answers after they are committed.
    pub async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        let begins = append.expected == StreamVersion::NONE;
        let (events, new_keys) = self
            .reader
            .codec
            .encode(append.workspace_id, begins.then_some(PersonId(append.stream.id)), &append.events)
            .await
            .map_err(|error| match error {
                EncodeError::PersonErased => AppendError::PersonErased,
                EncodeError::NotCanonical(error) => AppendError::NotCanonical(error),
                EncodeError::Store(error) => AppendError::Store(error),
            })?;
        let bytes = events.iter().map(codec::Encoded::size).sum();
        let max = self.limits.batch_bytes;
        if bytes > max || events.len() > self.limits.batch_events {
            return Err(AppendError::TooLarge { bytes, max });
        }
        let (answer, answered) = oneshot::channel();
        let waiting = Waiting {
            workspace_id: append.workspace_id,
            stream: append.stream,
            expected: append.expected,
            last_position: append.last_position,
            events,
            plain: append.events,
            new_keys,
            idempotency: append.idempotency,
            erased: append.erased,
            bytes,
            answer,
        };
        self.queue.try_send(waiting).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => {
                self.metrics.busy();
                AppendError::Busy
            }
            mpsc::error::TrySendError::Closed(_) => AppendError::Store(StoreError::ShuttingDown),
        })?;
        // The appender answers everything that it took; it only goes away when the process does.
        answered.await.map_err(|_| AppendError::InDoubt)?
    }

    /// What the command with this key did, if it was executed before.
    pub async fn result(
        &self,
        workspace: WorkspaceId,
        idempotency: &Idempotency,
    ) -> Result<Option<Appended>, AppendError> {
        let found =
            idempotency::find(&self.reader.pool, workspace, idempotency).await.map_err(StoreError::from)?;
        found.transpose().map_err(|idempotency::KeyReused| AppendError::KeyReused)
    }

    /// Digest and result of every one of these keys of one actor that was used before.
    pub async fn results(
        &self,
        workspace: WorkspaceId,
        actor: &str,
        keys: &[String],
    ) -> Result<HashMap<String, (Vec<u8>, Appended)>, StoreError> {
        Ok(idempotency::find_all(&self.reader.pool, workspace, actor, keys).await?)
    }

    /// The head as this node last saw it. Never ahead of the log, at most a wake-up behind.
    pub fn head(&self) -> Head {
        self.tail.head()
    }

    /// The head as the database has it now.
    pub async fn fetch_head(&self) -> Result<Head, ReadError> {
        Ok(self.reader.head().await?)
    }

    /// Up to `limit` events after `after`, of every workspace.
    pub async fn read(&self, after: Position, limit: usize) -> Result<Vec<Arc<Recorded>>, ReadError> {
        Ok(self.reader.after(after, limit).await?)
    }

    /// As [`EventStore::read`], for those who read the same stretch of the log at about the same time: it is read
    /// and decoded once for all of them. May answer with fewer events than there are, never with none where there
    /// are some.
    pub async fn read_together(
        &self,
        after: Position,
        limit: usize,
    ) -> Result<Vec<Arc<Recorded>>, ReadError> {
        match self.tail.in_blocks(&self.reader, after, limit).await? {
            Some(events) => Ok(events),
            None => self.read(after, limit).await,
        }
    }

    /// Up to `limit` events of one workspace after `after`.
    pub async fn read_workspace(
        &self,
        workspace: WorkspaceId,
        after: Position,
        limit: usize,
    ) -> Result<Vec<Arc<Recorded>>, ReadError> {
        Ok(self.reader.workspace_after(workspace, after, limit, &[]).await?)
    }

    /// Up to `limit` events of these types of one workspace after `after`.
    pub async fn read_types(
        &self,
        workspace: WorkspaceId,
        after: Position,
        limit: usize,
        types: &[String],
    ) -> Result<Vec<Arc<Recorded>>, ReadError> {
        Ok(self.reader.workspace_after(workspace, after, limit, types).await?)
    }

    /// Up to `limit` events of one stream after version `after`; none if the stream is another workspace's.
    pub async fn read_stream(
        &self,
        workspace: WorkspaceId,
        stream: StreamId,
        after: StreamVersion,
        limit: usize,
    ) -> Result<Vec<Arc<Recorded>>, ReadError> {
        Ok(self.reader.stream_after(workspace, stream, after, limit).await?)
    }

    /// Events of these streams of a workspace, stream by stream: of each, in its order, the first `each` of those that count. One statement, however many streams.
    pub async fn read_streams(
        &self,
        workspace: WorkspaceId,
        streams: &[StreamId],
        until: Until,
        each: usize,
    ) -> Result<Vec<Arc<Recorded>>, ReadError> {
        Ok(self.reader.streams_until(workspace, streams, until, each).await?)
    }

    /// The last position that was recorded by this time; 0 where nothing was.
    pub async fn recorded_by(&self, time: DateTime<Utc>) -> Result<Position, ReadError> {
        Ok(self.reader.recorded_by(time).await?)
    }

    /// Shows every event of one stream after version `after`, in order; none if the stream is another workspace's. The
    /// first ones are read together with what others ask for at the same time.
    pub async fn walk_stream(
        &self,
        workspace: WorkspaceId,
        stream: StreamId,
        after: StreamVersion,
        mut show: impl FnMut(&Recorded) + Send,
    ) -> Result<(), ReadError> {
        let mut page = self.streams.after(workspace, stream, after).await?;
        let mut full = TOGETHER;
        loop {
            for recorded in &page {
                show(recorded);
            }
            let Some(last) = page.last().filter(|_| page.len() >= full) else { return Ok(()) };
            page = self.read_stream(workspace, stream, last.version, STREAM_PAGE).await?;
            full = STREAM_PAGE;
        }
    }

    /// The streams of one kind in a workspace, one after the other, each as it was at `to`, without personal values.
    pub fn streams_in_turn(
        &self,
        workspace: WorkspaceId,
        stream_type: StreamType,
        to: Position,
    ) -> StreamsInTurn {
        StreamsInTurn::new(self.reader.clone(), workspace, stream_type, to)
    }

    /// The head as it was when the log ended at `position`; nothing where the log does not reach that far.
    pub async fn head_at(&self, position: Position) -> Result<Option<Head>, ReadError> {
        Ok(self.reader.head_at(position).await?)
    }

    /// The cursor that stands at `position`, with the epoch and hash that the log has there; an error where
    /// the log does not reach that far.
    pub async fn cursor_at(&self, position: Position) -> Result<Cursor, ReadError> {
        let cursor = self.reader.cursor_at(position).await?;
        cursor.ok_or(ReadError::ForeignCursor { cursor: Cursor { position, ..Cursor::START } })
    }

    /// Follows the log from a cursor: first what is there, then what comes, without a seam.
    pub async fn follow(&self, after: Cursor) -> Result<Follower, ReadError> {
        Follower::new(self.reader.clone(), self.tail.clone(), after).await
    }
}
