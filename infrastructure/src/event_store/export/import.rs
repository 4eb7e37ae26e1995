//! Brings an export into an empty log: positions, hashes and chain as they were.
//!
//! One transaction: the export is verified line by line while its rows are copied, and committed only once the
//! trailer has been found right. Whatever goes wrong before leaves the log as empty as it was. The
//! application's role may only append, so this works with the role that migrates, which owns the tables; the
//! triggers that refuse changes stay enabled, since rows are only added.

use std::{borrow::Cow, path::Path};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use sqlx::{Connection as _, PgConnection, PgTransaction};
use tokio::sync::mpsc;

use super::{
    ExportError, Header,
    copy_text::Rows,
    read::{Taker, Verified, read},
    record::{CommandLine, PersonKeyLine},
};
use crate::event_store::{canonical::parse_hex, stored::RawEvent};

/// How many bytes are collected before they go to the server.
const CHUNK: usize = 1 << 18;
/// The tables' writers wait for nobody: a log that somebody appends to is not empty.
const LOCK_TIMEOUT: &str = "set local lock_timeout = '5s'";
/// What PostgreSQL says when a role lacks a right.
const INSUFFICIENT_PRIVILEGE: &str = "42501";
/// The classes of what it says of values that do not fit, and of rows that may not be.
const DATA: &str = "22";
const CONSTRAINT: &str = "23";

/// What was imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// What was read.
    pub export: Verified,
    /// How many persons have sealed values but no key in the export; they count as erased from now on.
    pub without_key: u64,
}

/// Imports an export over a connection that owns the tables of the log. `progress` is told the position that
/// was reached and the last one.
pub async fn import_log(
    connection: &mut PgConnection,
    path: &Path,
    now: DateTime<Utc>,
    progress: impl FnMut(u64, u64) + Send + 'static,
) -> Result<Imported, ExportError> {
    let mut transaction = connection.begin().await?;
    claim(&mut transaction).await?;
    let (send, receive) = mpsc::channel(4);
    let path = path.to_owned();
    let reading = tokio::task::spawn_blocking(move || {
        let mut taker = Copier { send, rows: Rows::default(), table: Table::Events };
        let verified = read(&path, None, &mut taker, progress)?;
        taker.flush()?;
        Ok::<_, ExportError>(verified)
    });
    let copied = copy(&mut transaction, receive).await;
    let verified = reading.await.map_err(|_| ExportError::CutOff)?;
    // A refusal by the database also ends the reading; it is the cause.
    copied?;
    let export = verified?;
    let without_key = complete(&mut transaction, &export.header, now).await?;
    transaction.commit().await?;
    // The tables went from nothing to everything: without this, plans would be made for nothing.
    sqlx::query("analyze ledgerdesk.events, ledgerdesk.streams, ledgerdesk.commands, ledgerdesk.person_keys")
        .execute(connection)
        .await?;
    Ok(Imported { export, without_key })
}

/// Takes the log, if it is empty.
async fn claim(transaction: &mut PgTransaction<'_>) -> Result<(), ExportError> {
    sqlx::query(LOCK_TIMEOUT).execute(&mut **transaction).await?;
    sqlx::query("select from ledgerdesk.log_head for update")
        .execute(&mut **transaction)
        .await
        .map_err(refused)?;
    let is_empty: bool = sqlx::query_scalar(
        "select not exists (select from ledgerdesk.events) and not exists (select from ledgerdesk.streams) \
         and not exists (select from ledgerdesk.commands) and not exists (select from ledgerdesk.person_keys)",
    )
    .fetch_one(&mut **transaction)
    .await?;
    if is_empty { Ok(()) } else { Err(ExportError::NotEmpty) }
}

/// Copies the rows into their tables, which come one after another.
async fn copy(
    transaction: &mut PgTransaction<'_>,
    mut receive: mpsc::Receiver<(Table, String)>,
) -> Result<(), ExportError> {
    let mut next = receive.recv().await;
    while let Some((table, first)) = next.take() {
        let mut copy = transaction.copy_in_raw(table.statement()).await.map_err(refused)?;
        copy.send(first.as_bytes()).await.map_err(refused)?;
        while let Some((to, rows)) = receive.recv().await {
            if to != table {
                next = Some((to, rows));
                break;
            }
            copy.send(rows.as_bytes()).await.map_err(refused)?;
        }
        copy.finish().await.map_err(refused)?;
    }
    Ok(())
}

/// What follows from the events: the streams; persons whose keys are not here; the epoch.
async fn complete(
    transaction: &mut PgTransaction<'_>,
    header: &Header,
    now: DateTime<Utc>,
) -> Result<u64, ExportError> {
    sqlx::query(
        "insert into ledgerdesk.streams (stream_id, stream_type, workspace_id, version, last_position) \
         select distinct on (stream_id, stream_type) stream_id, stream_type, workspace_id, stream_version, \
         position from ledgerdesk.events order by stream_id, stream_type, stream_version desc",
    )
    .execute(&mut **transaction)
    .await?;
    // A new key for such a person would open nothing of what is there: they are erased, and stay so.
    let without_key = sqlx::query(
        "insert into ledgerdesk.person_keys (person_id, workspace_id, created_at, destroyed_at) \
         select distinct on (1) (metadata ->> 'person_id')::uuid, workspace_id, recorded_at, $1 \
         from ledgerdesk.events where sealed is not null order by 1, position \
         on conflict (person_id) do nothing",
    )
    .bind(now)
    .execute(&mut **transaction)
    .await?;
    sqlx::query("update ledgerdesk.log_head set epoch = $1")
        .bind(header.epoch)
        .execute(&mut **transaction)
        .await?;
    Ok(without_key.rows_affected())
}

fn refused(error: sqlx::Error) -> ExportError {
    let code = error.as_database_error().and_then(|error| error.code().map(Cow::into_owned));
    match code.as_deref() {
        Some(INSUFFICIENT_PRIVILEGE) => ExportError::Forbidden(error),
        Some(code) if code.starts_with(DATA) || code.starts_with(CONSTRAINT) => ExportError::Refused(error),
        _ => ExportError::Database(error),
    }
}

/// The tables, in the order in which an export has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Table {
    Events,
    Commands,
    PersonKeys,
}

impl Table {
    const fn statement(self) -> &'static str {
        match self {
            Self::Events => {
                "copy ledgerdesk.events (position, workspace_sequence, workspace_id, event_id, stream_id, \
                 occurred_at, recorded_at, stream_version, schema_version, stream_type, event_type, payload, \
                 metadata, sealed, hash) from stdin"
            }
            Self::Commands => {
                "copy ledgerdesk.commands (workspace_id, actor, idempotency_key, digest, stream_type, \
                 stream_id, version, position, appended, recorded_at) from stdin"
            }
            Self::PersonKeys => {
                "copy ledgerdesk.person_keys (person_id, workspace_id, wrapped, created_at, destroyed_at) \
                 from stdin"
            }
        }
    }
}

/// Turns records into rows.
struct Copier {
    send: mpsc::Sender<(Table, String)>,
    rows: Rows,
    table: Table,
}

impl Copier {
    /// The rows of a table; those of another one are passed on.
    fn rows_of(&mut self, table: Table) -> Result<&mut Rows, ExportError> {
        if self.table != table || self.rows.len() >= CHUNK {
            self.flush()?;
            self.table = table;
        }
        Ok(&mut self.rows)
    }

    fn flush(&mut self) -> Result<(), ExportError> {
        if self.rows.len() == 0 {
            return Ok(());
        }
        self.send.blocking_send((self.table, self.rows.take())).map_err(|_| ExportError::CutOff)
    }
}

impl Taker for Copier {
    fn header(&mut self, header: &Header) -> Result<(), ExportError> {
        if header.is_whole() {
            return Ok(());
        }
        let (from, to, of_workspace) = (header.from, header.to, header.workspace.is_some());
        Err(ExportError::Partial { from, to, of_workspace })
    }

    fn event(&mut self, event: &RawEvent<'_>) -> Result<(), ExportError> {
        let row = self.rows_of(Table::Events)?.row();
        let row = row
            .number(event.position)
            .number(event.workspace_sequence)
            .id(event.workspace_id)
            .id(event.event_id)
            .id(event.stream_id)
            .time(event.occurred_at)
            .time(event.recorded_at)
            .number(event.stream_version.into())
            .number(event.schema_version.into())
            .text(event.stream_type)
            .text(event.event_type)
            .text(event.payload)
            .text(event.metadata);
        let row = match event.sealed {
            Some(sealed) => row.bytes(sealed),
            None => row.null(),
        };
        row.bytes(event.hash).end();
        Ok(())
    }

    fn command(&mut self, command: &CommandLine) -> Result<Option<()>, ExportError> {
        let decoded = (parse_hex(&command.digest), DateTime::from_timestamp_micros(command.recorded_at));
        let (Some(digest), Some(recorded_at)) = decoded else { return Ok(None) };
        self.rows_of(Table::Commands)?
            .row()
            .id(command.workspace_id)
            .text(&command.actor)
            .text(&command.idempotency_key)
            .bytes(&digest)
            .text(&command.stream_type)
            .id(command.stream_id)
            .number(command.version.into())
            .number(command.position)
            .number(command.appended.into())
            .time(recorded_at)
            .end();
        Ok(Some(()))
    }

    fn person_key(&mut self, key: &PersonKeyLine) -> Result<Option<()>, ExportError> {
        let wrapped = key.wrapped.as_ref().map(|wrapped| STANDARD.decode(wrapped)).transpose();
        let created_at = DateTime::from_timestamp_micros(key.created_at);
        let destroyed_at = key.destroyed_at.map(DateTime::from_timestamp_micros);
        let (Ok(wrapped), Some(created_at)) = (wrapped, created_at) else { return Ok(None) };
        // A key is either there or destroyed.
        if wrapped.is_some() == destroyed_at.is_some() || destroyed_at == Some(None) {
            return Ok(None);
        }
        let row = self.rows_of(Table::PersonKeys)?.row().id(key.person_id).id(key.workspace_id);
        let row = match wrapped {
            Some(wrapped) => row.bytes(&wrapped),
            None => row.null(),
        };
        let row = row.time(created_at);
        match destroyed_at.flatten() {
            Some(destroyed_at) => row.time(destroyed_at).end(),
            None => row.null().end(),
        }
        Ok(Some(()))
    }
}
