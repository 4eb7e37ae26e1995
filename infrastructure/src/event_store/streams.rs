//! The streams that commands load. Those that are asked for while a read is under way are read together by the
//! next one: a statement for each would keep the database busier with statements than with events.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ledgerdesk_domain::{
    event::Recorded,
    id::WorkspaceId,
    stream::{StreamId, StreamVersion},
};
use sqlx::{Row as _, postgres::PgRow};
use tokio::sync::{Semaphore, oneshot};

use super::{
    StoreError,
    codec::COLUMNS,
    read::{Reader, answered},
};

/// How many events of each stream are read together; who needs more goes on alone.
pub(super) const TOGETHER: usize = 100;
/// Streams in one statement.
const MOST: usize = 64;
/// Statements at a time.
const TURNS: usize = 2;

/// What waits to be read. Cheap to clone.
#[derive(Clone)]
pub(super) struct Streams {
    reader: Reader,
    waiting: Arc<Mutex<Vec<Wanted>>>,
    turns: Arc<Semaphore>,
}

/// A stream from a version on.
struct Wanted {
    workspace: WorkspaceId,
    stream: StreamId,
    after: StreamVersion,
    answer: oneshot::Sender<Vec<PgRow>>,
}

impl Streams {
    pub(super) fn new(reader: Reader) -> Self {
        Self { reader, waiting: Arc::default(), turns: Arc::new(Semaphore::new(TURNS)) }
    }

    /// Up to [`TOGETHER`] events of one stream after version `after`.
    pub(super) async fn after(
        &self,
        workspace: WorkspaceId,
        stream: StreamId,
        after: StreamVersion,
    ) -> Result<Vec<Arc<Recorded>>, StoreError> {
        loop {
            let (answer, mut answered) = oneshot::channel();
            self.waiting().push(Wanted { workspace, stream, after, answer });
            let rows = tokio::select! {
                biased;
                rows = &mut answered => rows,
                turn = self.turns.acquire() => {
                    self.read_together().await?;
                    drop(turn);
                    answered.await
                }
            };
            // Where whoever read for us failed or was cut off, the next attempt may be the one that reads.
            if let Ok(rows) = rows {
                return self.reader.codec.decode(&rows).await;
            }
        }
    }

    /// Reads what waits, and hands out what was found.
    async fn read_together(&self) -> Result<(), StoreError> {
        let batch: Vec<Wanted> = {
            let mut waiting = self.waiting();
            // Who gave up waiting needs no answer.
            waiting.retain(|wanted| !wanted.answer.is_closed());
            let most = waiting.len().min(MOST);
            waiting.drain(..most).collect()
        };
        if batch.is_empty() {
            return Ok(());
        }
        let rows = answered(self.read(&batch)).await?;
        let mut found: Vec<Vec<PgRow>> = Vec::new();
        found.resize_with(batch.len(), Vec::new);
        for row in rows {
            let place: i64 = row.try_get("place")?;
            if let Some(rows) = usize::try_from(place - 1).ok().and_then(|place| found.get_mut(place)) {
                rows.push(row);
            }
        }
        for (wanted, rows) in batch.into_iter().zip(found) {
            // Whoever asked may have gone.
            let _ = wanted.answer.send(rows);
        }
        Ok(())
    }

    async fn read(&self, batch: &[Wanted]) -> Result<Vec<PgRow>, sqlx::Error> {
        sqlx::query(sqlx::AssertSqlSafe(format!(
            "select e.*, w.place from unnest($1::uuid[], $2::text[], $3::uuid[], $4::integer[]) with ordinality
                 as w (stream_id, stream_type, workspace_id, version, place)
             cross join lateral (
                 select {COLUMNS} from ledgerdesk.events
                  where stream_id = w.stream_id and stream_type = w.stream_type
                    and workspace_id = w.workspace_id and stream_version > w.version
                  order by stream_version limit {TOGETHER}
             ) e order by w.place, e.stream_version"
        )))
        .bind(batch.iter().map(|wanted| wanted.stream.id).collect::<Vec<_>>())
        .bind(batch.iter().map(|wanted| wanted.stream.stream_type.as_str()).collect::<Vec<_>>())
        .bind(batch.iter().map(|wanted| wanted.workspace.0).collect::<Vec<_>>())
        .bind(batch.iter().map(|wanted| wanted.after.0).collect::<Vec<_>>())
        .fetch_all(&self.reader.pool)
        .await
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<Wanted>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
