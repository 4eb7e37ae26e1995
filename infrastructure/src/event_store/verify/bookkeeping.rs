//! What else knows of the log: if its end is cut off, somebody still remembers it.

use futures_util::TryStreamExt as _;
use ledgerdesk_domain::stream::Position;
use sqlx::{PgPool, Row as _};
use uuid::Uuid;

use super::{Finding, Walk};

/// What was known of the log at one moment.
pub(super) struct Known {
    /// The last position.
    pub head: i64,
    streams: i64,
    commands: i64,
    readers: i64,
}

impl Known {
    /// Reads it, in one snapshot.
    pub(super) async fn read(pool: &PgPool) -> Result<Self, sqlx::Error> {
        let (head, streams, commands, readers) = sqlx::query_as(
            "select coalesce((select max(position) from ledgerdesk.events), 0), \
             coalesce((select max(last_position) from ledgerdesk.streams), 0), \
             coalesce((select max(position) from ledgerdesk.commands), 0), \
             coalesce((select max(p.position) from ledgerdesk.projections p join ledgerdesk.log_head h \
              on h.epoch = p.epoch), 0)",
        )
        .fetch_one(pool)
        .await?;
        Ok(Self { head, streams, commands, readers })
    }

    /// Compares it with what was walked over, which was in order.
    pub(super) async fn compare(&self, pool: &PgPool, walk: &Walk) -> Result<Option<Finding>, sqlx::Error> {
        let known = [("stream", self.streams), ("command", self.commands), ("read model", self.readers)];
        if let Some((by, expected)) = known.into_iter().find(|(_, expected)| *expected > self.head) {
            let (head, expected) = (Position(self.head), Position(expected));
            return Ok(Some(Finding::Truncated { head, expected, by }));
        }
        if let Some(finding) = self.replaced(pool).await? {
            return Ok(Some(finding));
        }
        self.streams_ahead(pool, walk).await
    }

    /// A read model of this epoch has folded another event than the one that is there.
    async fn replaced(&self, pool: &PgPool) -> Result<Option<Finding>, sqlx::Error> {
        let found: Option<(String, i64)> = sqlx::query_as(
            "select p.name, p.position from ledgerdesk.projections p \
             join ledgerdesk.log_head h on h.epoch = p.epoch \
             join ledgerdesk.events e on e.position = p.position \
             where p.position <= $1 and substring(e.hash for 8) <> p.hash_prefix \
             order by p.position, p.name limit 1",
        )
        .bind(self.head)
        .fetch_optional(pool)
        .await?;
        Ok(found.map(|(reader, position)| Finding::Replaced { position: Position(position), reader }))
    }

    /// A stream has a version that its events do not reach, although the log goes on behind it: its end was
    /// cut off and the log has grown since.
    async fn streams_ahead(&self, pool: &PgPool, walk: &Walk) -> Result<Option<Finding>, sqlx::Error> {
        let mut rows = sqlx::query(
            "select stream_id, version, stream_type from ledgerdesk.streams where last_position <= $1",
        )
        .bind(self.head)
        .fetch(pool);
        while let Some(row) = rows.try_next().await? {
            let (stream_id, known): (Uuid, i32) = (row.try_get(0)?, row.try_get(1)?);
            let stream_type: &str = row.try_get(2)?;
            let found = walk.version(stream_id, stream_type);
            if found < known {
                let stream_type = stream_type.to_owned();
                return Ok(Some(Finding::StreamAhead { stream_type, stream_id, known, found }));
            }
        }
        Ok(None)
    }
}
