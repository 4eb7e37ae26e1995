//! How much there is of what.

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::PgPool;
use uuid::Uuid;

/// The log in numbers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LogStats {
    /// The epoch of the history.
    pub epoch: i32,
    /// The last position; 0 for an empty log.
    pub head: i64,
    /// How many events.
    pub events: i64,
    /// When the first was recorded.
    pub oldest: Option<DateTime<Utc>>,
    /// When the last was recorded.
    pub newest: Option<DateTime<Utc>>,
    /// By type, the most frequent first.
    pub types: Vec<TypeCount>,
    /// By workspace, the largest first.
    pub workspaces: Vec<WorkspaceCount>,
    /// Streams by type, the most frequent first.
    pub streams: Vec<StreamCount>,
    /// How many results of commands are kept.
    pub commands: i64,
    /// How many persons have a key.
    pub person_keys: i64,
    /// How many persons were erased.
    pub persons_erased: i64,
    /// The tables of the log, the largest first.
    pub tables: Vec<TableSize>,
    /// Bytes of the table of events, indexes included, per event; 0 for an empty log.
    pub bytes_per_event: i64,
}

/// The events of a type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct TypeCount {
    /// The wire name.
    pub event_type: String,
    /// The highest schema version among them.
    pub schema_version: i16,
    /// How many.
    pub events: i64,
}

/// The events of a workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct WorkspaceCount {
    /// The workspace.
    pub workspace_id: Uuid,
    /// How many.
    pub events: i64,
}

/// The streams of a type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct StreamCount {
    /// The type.
    pub stream_type: String,
    /// How many.
    pub streams: i64,
    /// How many events the longest has.
    pub longest: i32,
}

/// The size of a table in bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct TableSize {
    /// Its name.
    pub name: String,
    /// Its rows.
    pub rows_bytes: i64,
    /// Its indexes.
    pub indexes_bytes: i64,
}

/// Counts, in one snapshot. Reads the whole log once.
pub async fn log_stats(pool: &PgPool) -> Result<LogStats, sqlx::Error> {
    let mut snapshot = pool.begin().await?;
    sqlx::query("set transaction isolation level repeatable read, read only").execute(&mut *snapshot).await?;
    let (epoch, head, events, oldest, newest): (i32, i64, i64, Option<_>, Option<_>) = sqlx::query_as(
        "select h.epoch, coalesce(e.head, 0), e.events, e.oldest, e.newest from ledgerdesk.log_head h, \
         (select max(position) as head, count(*) as events, min(recorded_at) as oldest, \
          max(recorded_at) as newest from ledgerdesk.events) e",
    )
    .fetch_one(&mut *snapshot)
    .await?;
    let types = sqlx::query_as(
        "select event_type, max(schema_version) as schema_version, count(*) as events \
         from ledgerdesk.events group by 1 order by 3 desc, 1",
    )
    .fetch_all(&mut *snapshot)
    .await?;
    let workspaces = sqlx::query_as(
        "select workspace_id, count(*) as events from ledgerdesk.events group by 1 order by 2 desc, 1",
    )
    .fetch_all(&mut *snapshot)
    .await?;
    let streams = sqlx::query_as(
        "select stream_type, count(*) as streams, max(version) as longest from ledgerdesk.streams \
         group by 1 order by 2 desc, 1",
    )
    .fetch_all(&mut *snapshot)
    .await?;
    let (commands, person_keys, persons_erased) = sqlx::query_as(
        "select (select count(*) from ledgerdesk.commands), count(wrapped), count(*) - count(wrapped) \
         from ledgerdesk.person_keys",
    )
    .fetch_one(&mut *snapshot)
    .await?;
    let tables: Vec<TableSize> = sqlx::query_as(
        "select c.relname::text as name, pg_table_size(c.oid) as rows_bytes, \
         pg_indexes_size(c.oid) as indexes_bytes from pg_class c \
         where c.relnamespace = 'ledgerdesk'::regnamespace and c.relkind in ('r', 'p') \
         order by pg_total_relation_size(c.oid) desc, 1",
    )
    .fetch_all(&mut *snapshot)
    .await?;
    snapshot.commit().await?;
    let table = tables.iter().find(|table| table.name == "events");
    let bytes = table.map_or(0, |table| table.rows_bytes + table.indexes_bytes);
    let bytes_per_event = bytes.checked_div(events).unwrap_or(0);
    Ok(LogStats {
        epoch,
        head,
        events,
        oldest,
        newest,
        types,
        workspaces,
        streams,
        commands,
        person_keys,
        persons_erased,
        tables,
        bytes_per_event,
    })
}
