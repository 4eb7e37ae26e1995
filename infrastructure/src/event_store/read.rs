//! Reads of the log, by position and by stream.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use ledgerdesk_domain::{
    event::Recorded,
    id::WorkspaceId,
    stream::{Position, StreamId, StreamVersion},
};
use sqlx::PgPool;

use super::{
    Cursor, Head, ReadError, StoreError,
    canonical::GENESIS,
    codec::{COLUMNS, Codec},
};

/// Most events that one read returns, whatever was asked.
pub(super) const MAX_PAGE: usize = 10_000;

/// How long the database may take to answer a read.
const ANSWERS_WITHIN: Duration = Duration::from_secs(30);

/// Which events count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Until {
    /// What was recorded until there, that event included.
    pub position: Position,
    /// What happened until then, that time included; whatever happened, if nothing is said.
    pub happened: Option<DateTime<Utc>>,
}

/// Reads decoded events.
#[derive(Clone)]
pub(super) struct Reader {
    pub pool: PgPool,
    pub codec: Codec,
}

impl Reader {
    /// The head as the database has it.
    pub(super) async fn head(&self) -> Result<Head, sqlx::Error> {
        let (epoch, position, hash): (i32, Option<i64>, Option<Vec<u8>>) = answered(
            sqlx::query_as(
                "select h.epoch, e.position, e.hash from ledgerdesk.log_head h left join lateral \
             (select position, hash from ledgerdesk.events order by position desc limit 1) e on true",
            )
            .fetch_one(&self.pool),
        )
        .await?;
        Ok(Head {
            epoch,
            position: Position(position.unwrap_or(0)),
            hash: hash.and_then(|hash| hash.as_slice().try_into().ok()).unwrap_or_default(),
        })
    }

    /// Up to `limit` events after `after`; fewer where one that is not known follows them. If it comes first, it
    /// is the answer: nobody reads past it, and nobody misses what is before it.
    pub(super) async fn after(
        &self,
        after: Position,
        limit: usize,
    ) -> Result<Vec<Arc<Recorded>>, StoreError> {
        match self.whole_page_after(after, limit).await {
            Err(StoreError::UnknownEvent(unknown)) if unknown.position > after.next() => {
                let known = usize::try_from(unknown.position.0 - after.next().0).unwrap_or(1);
                self.whole_page_after(after, known).await
            }
            page => page,
        }
    }

    async fn whole_page_after(
        &self,
        after: Position,
        limit: usize,
    ) -> Result<Vec<Arc<Recorded>>, StoreError> {
        let rows = answered(
            sqlx::query(sqlx::AssertSqlSafe(format!(
                "select {COLUMNS} from ledgerdesk.events where position > $1 order by position limit $2"
            )))
            .bind(after.0)
            .bind(to_limit(limit))
            .fetch_all(&self.pool),
        )
        .await?;
        answered(self.codec.decode(&rows)).await
    }

    /// Up to `limit` events of one workspace after `after`; of these types only, if any are named.
    pub(super) async fn workspace_after(
        &self,
        workspace: WorkspaceId,
        after: Position,
        limit: usize,
        types: &[String],
    ) -> Result<Vec<Arc<Recorded>>, StoreError> {
        // The sequence of a workspace grows with the position, so the place after `after` is found once, by
        // the primary key of the next event of this workspace, and read on from there by the workspace's index.
        let rows = answered(sqlx::query(sqlx::AssertSqlSafe(format!(
            "select {COLUMNS} from ledgerdesk.events where workspace_id = $1 and workspace_sequence > coalesce( \
             (select workspace_sequence from ledgerdesk.events where workspace_id = $1 and position <= $2 \
              order by position desc limit 1), 0) and ($4 = '{{}}'::text[] or event_type = any($4)) \
             order by workspace_sequence limit $3"
        )))
        .bind(workspace.0)
        .bind(after.0)
        .bind(to_limit(limit))
        .bind(types)
        .fetch_all(&self.pool))
        .await?;
        answered(self.codec.decode(&rows)).await
    }

    /// Up to `limit` events of one stream after version `after`.
    pub(super) async fn stream_after(
        &self,
        workspace: WorkspaceId,
        stream: StreamId,
        after: StreamVersion,
        limit: usize,
    ) -> Result<Vec<Arc<Recorded>>, StoreError> {
        let rows = answered(
            sqlx::query(sqlx::AssertSqlSafe(format!(
                "select {COLUMNS} from ledgerdesk.events where stream_id = $1 and stream_type = $2 \
             and stream_version > $3 and workspace_id = $4 order by stream_version limit $5"
            )))
            .bind(stream.id)
            .bind(stream.stream_type.as_str())
            .bind(after.0)
            .bind(workspace.0)
            .bind(to_limit(limit))
            .fetch_all(&self.pool),
        )
        .await?;
        answered(self.codec.decode(&rows)).await
    }

    /// Events of these streams of a workspace, stream by stream in their order: of each the first `each` that count.
    pub(super) async fn streams_until(
        &self,
        workspace: WorkspaceId,
        streams: &[StreamId],
        until: Until,
        each: usize,
    ) -> Result<Vec<Arc<Recorded>>, StoreError> {
        let rows = answered(
            sqlx::query(sqlx::AssertSqlSafe(format!(
                "select e.* from unnest($1::uuid[], $2::text[]) with ordinality as w (stream_id, stream_type, place) \
                 cross join lateral ( \
                     select {COLUMNS} from ledgerdesk.events \
                      where stream_id = w.stream_id and stream_type = w.stream_type and workspace_id = $3 \
                        and position <= $4 and occurred_at <= coalesce($5, 'infinity') \
                      order by stream_version limit $6) e \
                 order by w.place, e.stream_version"
            )))
            .bind(streams.iter().map(|stream| stream.id).collect::<Vec<_>>())
            .bind(streams.iter().map(|stream| stream.stream_type.as_str()).collect::<Vec<_>>())
            .bind(workspace.0)
            .bind(until.position.0)
            .bind(until.happened)
            .bind(to_limit(each))
            .fetch_all(&self.pool),
        )
        .await?;
        answered(self.codec.decode(&rows)).await
    }

    /// The last position that was recorded by this time; 0 where none was. Times of recording never run back along the
    /// log, which has no gaps: so it is found by halves.
    pub(super) async fn recorded_by(&self, time: DateTime<Utc>) -> Result<Position, sqlx::Error> {
        let position: Option<i64> = answered(
            sqlx::query_scalar(
                "with recursive search (low, high) as (
                     select 0::bigint, coalesce((select max(position) from ledgerdesk.events), 0)
                     union all
                     select case when e.recorded_at <= $1 then e.position else s.low end,
                            case when e.recorded_at <= $1 then s.high else e.position - 1 end
                       from search s join ledgerdesk.events e on e.position = (s.low + s.high + 1) / 2
                      where s.low < s.high)
                 select max(low) from search",
            )
            .bind(time)
            .fetch_one(&self.pool),
        )
        .await?;
        Ok(Position(position.unwrap_or(0)))
    }

    /// The cursor at a position that the log has.
    pub(super) async fn cursor_at(&self, position: Position) -> Result<Option<Cursor>, sqlx::Error> {
        let head = self.head_at(position).await?;
        Ok(head.map(|head| Cursor::after(head.epoch, head.position, &head.hash)))
    }

    /// The head as it was when the log ended at `position`; nothing where the log does not reach that far.
    pub(super) async fn head_at(&self, position: Position) -> Result<Option<Head>, sqlx::Error> {
        let (epoch, hash): (i32, Option<Vec<u8>>) = answered(
            sqlx::query_as(
                "select h.epoch, e.hash from ledgerdesk.log_head h \
             left join ledgerdesk.events e on e.position = $1",
            )
            .bind(position.0)
            .fetch_one(&self.pool),
        )
        .await?;
        let hash = match hash {
            _ if position == Position::START => Some(GENESIS),
            hash => hash.and_then(|hash| hash.as_slice().try_into().ok()),
        };
        Ok(hash.map(|hash| Head { epoch, position, hash }))
    }

    /// Refuses a cursor that was not taken from this history.
    pub(super) async fn check(&self, cursor: Cursor) -> Result<(), ReadError> {
        let here = self.cursor_at(cursor.position).await?;
        let is_start = cursor == Cursor::START;
        if is_start || here == Some(cursor) { Ok(()) } else { Err(ReadError::ForeignCursor { cursor }) }
    }
}

/// The answer of the database, unless the connection was lost without a word: a page is there long before.
pub(super) async fn answered<T, E: From<sqlx::Error>>(
    query: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    tokio::time::timeout(ANSWERS_WITHIN, query)
        .await
        .unwrap_or_else(|_| Err(sqlx::Error::PoolTimedOut.into()))
}

fn to_limit(limit: usize) -> i64 {
    i64::try_from(limit.clamp(1, MAX_PAGE)).unwrap_or(1)
}
