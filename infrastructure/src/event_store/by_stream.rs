//! Whole streams, one after the other: for what looks at each aggregate's history as a whole, however many there are.

use std::{collections::VecDeque, sync::Arc};

use ledgerdesk_domain::{
    event::Recorded,
    id::WorkspaceId,
    stream::{Position, StreamType},
};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use super::{
    StoreError,
    codec::COLUMNS,
    read::{Reader, answered},
};

/// Events that are read at once.
const PAGE: usize = 2_000;

/// The streams of one kind in a workspace, in the order of their ids, each as it was at a position. Personal values
/// read as if they were erased. What is appended meanwhile does not show.
pub struct StreamsInTurn {
    reader: Reader,
    workspace: WorkspaceId,
    stream_type: StreamType,
    to: Position,
    /// Read and not given out yet.
    ahead: VecDeque<Arc<Recorded>>,
    /// The place of the last event that was read.
    last: Option<(Uuid, i32)>,
    ended: bool,
}

impl StreamsInTurn {
    pub(super) fn new(reader: Reader, workspace: WorkspaceId, stream_type: StreamType, to: Position) -> Self {
        Self { reader, workspace, stream_type, to, ahead: VecDeque::new(), last: None, ended: false }
    }

    /// How many streams there are, to show how far it is; those that began after the position are counted, too.
    pub async fn count(&self) -> Result<u64, StoreError> {
        let count: i64 = sqlx::query_scalar(
            "select count(*) from ledgerdesk.streams where workspace_id = $1 and stream_type = $2",
        )
        .bind(self.workspace.0)
        .bind(self.stream_type.as_str())
        .fetch_one(&self.reader.pool)
        .await?;
        Ok(count.unsigned_abs())
    }

    /// The events of the next stream, in order; none at the end.
    pub async fn next(&mut self) -> Result<Option<Vec<Arc<Recorded>>>, StoreError> {
        let mut events: Vec<Arc<Recorded>> = Vec::new();
        loop {
            while let Some(next) = self.ahead.front() {
                if events.first().is_some_and(|first| first.stream != next.stream) {
                    return Ok(Some(events));
                }
                events.extend(self.ahead.pop_front());
            }
            if self.ended {
                return Ok((!events.is_empty()).then_some(events));
            }
            self.read_on().await?;
        }
    }

    async fn read_on(&mut self) -> Result<(), StoreError> {
        let (stream, version) = self.last.unwrap_or((Uuid::nil(), 0));
        // The index of (stream, version) has them in this order.
        let rows = answered(
            sqlx::query(AssertSqlSafe(format!(
                "select {COLUMNS} from ledgerdesk.events where (stream_id, stream_version) > ($1, $2) \
                 and stream_type = $3 and workspace_id = $4 and position <= $5 \
                 order by stream_id, stream_version limit {PAGE}"
            )))
            .bind(stream)
            .bind(version)
            .bind(self.stream_type.as_str())
            .bind(self.workspace.0)
            .bind(self.to.0)
            .fetch_all(&self.reader.pool),
        )
        .await?;
        self.ended = rows.len() < PAGE;
        let events = self.reader.codec.decode_sealed(&rows)?;
        self.last = events.last().map(|event| (event.stream.id, event.version.0)).or(self.last);
        self.ahead.extend(events);
        Ok(())
    }
}
