//! Writes an export: one snapshot, one pass, constant memory. Every event is verified on its way out, so that
//! an export that exists is one that verifies.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use futures_util::TryStreamExt as _;
use ledgerdesk_domain::stream::Position;
use sqlx::{Connection as _, PgConnection, PgPool, Row as _, postgres::PgRow};
use uuid::Uuid;

use super::{
    EXPORT_FORMAT, EXPORT_VERSION, ExportError, Header,
    pipe::Pipe,
    record::{Anchor, CommandLine, HeadRecord, PersonKeyLine, Trailer, push_event},
    sink::{Sink, Target},
};
use crate::event_store::{
    Finding,
    canonical::push_hex,
    scan::{self, Range, Rows},
    stored::{RawEvent, canonical},
    verify::{Mode, Walk},
};

/// How many events pass between two reports of progress.
const REPORT: u64 = 4_096;

/// What to export.
#[derive(Debug, Clone, Copy, Default)]
pub struct ExportOptions {
    /// From this position on; from the first without it.
    pub from: Option<i64>,
    /// Up to this position; to the end without it.
    pub to: Option<i64>,
    /// Of this workspace only.
    pub workspace: Option<Uuid>,
    /// With the keys of persons, as they are stored: wrapped by the master key.
    pub with_keys: bool,
}

/// What was exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exported {
    /// How many events.
    pub events: u64,
    /// How many stored results of commands.
    pub commands: u64,
    /// How many keys of persons, destroyed ones included.
    pub person_keys: u64,
    /// The last position.
    pub position: i64,
}

/// Exports the log, or a part of it. `progress` is told the position that was reached and the last one.
pub async fn export_log(
    pool: &PgPool,
    options: ExportOptions,
    target: &Target,
    now: DateTime<Utc>,
    progress: impl FnMut(u64, u64),
) -> Result<Exported, ExportError> {
    let mut connection = pool.acquire().await?;
    let mut snapshot = connection.begin().await?;
    sqlx::query("set transaction isolation level repeatable read, read only").execute(&mut *snapshot).await?;
    let header = header(&mut snapshot, options, now).await?;
    let sink = Sink::open(target).map_err(|error| target.fault(error))?;
    let mut pipe = Pipe::new(sink);
    let written = write(&mut snapshot, pool, &header, &mut pipe, progress).await;
    // What the writer has to say comes first: a full disk ends the reading, too.
    let sink = pipe.close().await.map_err(|error| target.fault(error))?;
    let (exported, last) = written?;
    finish(sink, &exported, last).await.map_err(|error| target.fault(error))?;
    Ok(exported)
}

async fn header(
    snapshot: &mut PgConnection,
    options: ExportOptions,
    now: DateTime<Utc>,
) -> Result<Header, ExportError> {
    let (epoch, position, hash): (i32, Option<i64>, Option<Vec<u8>>) = sqlx::query_as(
        "select h.epoch, e.position, e.hash from ledgerdesk.log_head h left join lateral \
         (select position, hash from ledgerdesk.events order by position desc limit 1) e on true",
    )
    .fetch_one(snapshot)
    .await?;
    let head = position.unwrap_or(0);
    let (from, to) = (options.from.unwrap_or(1), options.to.unwrap_or(head).min(head));
    let is_asked = options.from.is_some() || options.to.is_some();
    if from < 1 || (is_asked && from > to) {
        return Err(ExportError::Range { from, to: options.to.unwrap_or(head), head });
    }
    Ok(Header {
        record: "header".to_owned(),
        format: EXPORT_FORMAT.to_owned(),
        version: EXPORT_VERSION,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        exported_at: now,
        epoch,
        head: head_record(head, &hash.unwrap_or_else(|| vec![0; 32])),
        from,
        to,
        workspace: options.workspace,
        with_keys: options.with_keys,
    })
}

/// Writes everything but the trailer.
async fn write(
    snapshot: &mut PgConnection,
    pool: &PgPool,
    header: &Header,
    pipe: &mut Pipe,
    progress: impl FnMut(u64, u64),
) -> Result<(Exported, HeadRecord), ExportError> {
    pipe.line(header).await?;
    let (walk, last) = events(snapshot, pool, header, pipe, progress).await?;
    let commands = commands(snapshot, header, pipe).await?;
    let person_keys = person_keys(snapshot, header, pipe).await?;
    let position = walk.position;
    Ok((Exported { events: walk.events, commands, person_keys, position }, head_record(position, &last)))
}

async fn events(
    snapshot: &mut PgConnection,
    pool: &PgPool,
    header: &Header,
    pipe: &mut Pipe,
    mut progress: impl FnMut(u64, u64),
) -> Result<(Walk, Vec<u8>), ExportError> {
    let mode = if header.workspace.is_some() { Mode::Selection } else { Mode::ChainOnly };
    let mut walk = Walk::after(header.from - 1, mode);
    let mut last = vec![0; 32];
    let range = Range { after: header.from - 1, to: header.to, workspace: header.workspace };
    let mut rows = Rows::of(snapshot, range).await?;
    while let Some(row) = rows.next().await? {
        let event = scan::parse(&row)?;
        if header.from > 1 && event.workspace_sequence > 1 && walk.end(event.workspace_id).is_none() {
            anchor(pool, &event, &mut walk, pipe).await?;
        }
        walk.step(&event).map_err(ExportError::Log)?;
        push(&mut pipe.chunk, &event);
        last.copy_from_slice(event.hash);
        pipe.flow().await?;
        if walk.events.is_multiple_of(REPORT) {
            progress(walk.position.unsigned_abs(), header.to.unsigned_abs());
        }
    }
    if header.workspace.is_none() && walk.position < header.to {
        let (expected, found) = (walk.position + 1, header.to + 1);
        return Err(ExportError::Log(Finding::Gap { expected: Position(expected), found: Position(found) }));
    }
    Ok((walk, last))
}

/// The line of an event, in its canonical form whatever form it is stored in.
fn push(chunk: &mut String, event: &RawEvent<'_>) {
    let canonical = |text: &str| canonical(text).unwrap_or_else(|| text.to_owned());
    push_event(chunk, event, &canonical(event.payload), &canonical(event.metadata));
}

/// Says where a workspace stood before its first event in this export.
async fn anchor(
    pool: &PgPool,
    event: &RawEvent<'_>,
    walk: &mut Walk,
    pipe: &mut Pipe,
) -> Result<(), ExportError> {
    let sequence = event.workspace_sequence - 1;
    let hash: Option<Vec<u8>> = sqlx::query_scalar(
        "select hash from ledgerdesk.events where workspace_id = $1 and workspace_sequence = $2",
    )
    .bind(event.workspace_id)
    .bind(sequence)
    .fetch_optional(pool)
    .await?;
    // Without it the event itself is found not to follow.
    let Some(Ok(hash)) = hash.map(<[u8; 32]>::try_from) else { return Ok(()) };
    walk.stand(event.workspace_id, (sequence, hash));
    let record = "anchor".to_owned();
    let anchor =
        Anchor { record, workspace_id: event.workspace_id, workspace_sequence: sequence, hash: hex(&hash) };
    pipe.line(&anchor).await
}

async fn commands(snapshot: &mut PgConnection, header: &Header, pipe: &mut Pipe) -> Result<u64, ExportError> {
    // A command that changed nothing has the position of its stream, which may be 0.
    let from = if header.from == 1 { 0 } else { header.from };
    let mut rows = sqlx::query(
        "select workspace_id, actor, idempotency_key, digest, stream_type, stream_id, version, position, \
         appended, recorded_at from ledgerdesk.commands \
         where position between $1 and $2 and ($3::uuid is null or workspace_id = $3) \
         order by position, workspace_id, actor collate \"C\", idempotency_key collate \"C\"",
    )
    .bind(from)
    .bind(header.to)
    .bind(header.workspace)
    .fetch(snapshot);
    let mut count = 0;
    while let Some(row) = rows.try_next().await? {
        pipe.line(&command(&row)?).await?;
        count += 1;
    }
    Ok(count)
}

fn command(row: &PgRow) -> Result<CommandLine, sqlx::Error> {
    Ok(CommandLine {
        record: "command".to_owned(),
        workspace_id: row.try_get(0)?,
        actor: row.try_get(1)?,
        idempotency_key: row.try_get(2)?,
        digest: hex(row.try_get(3)?),
        stream_type: row.try_get(4)?,
        stream_id: row.try_get(5)?,
        version: row.try_get(6)?,
        position: row.try_get(7)?,
        appended: row.try_get(8)?,
        recorded_at: row.try_get::<DateTime<Utc>, _>(9)?.timestamp_micros(),
    })
}

/// The destroyed keys always, the others only where they were asked for.
async fn person_keys(
    snapshot: &mut PgConnection,
    header: &Header,
    pipe: &mut Pipe,
) -> Result<u64, ExportError> {
    let mut rows = sqlx::query(
        "select person_id, workspace_id, wrapped, created_at, destroyed_at from ledgerdesk.person_keys \
         where ($1 or wrapped is null) and ($2::uuid is null or workspace_id = $2) order by person_id",
    )
    .bind(header.with_keys)
    .bind(header.workspace)
    .fetch(snapshot);
    let mut count = 0;
    while let Some(row) = rows.try_next().await? {
        pipe.line(&person_key(&row)?).await?;
        count += 1;
    }
    Ok(count)
}

fn person_key(row: &PgRow) -> Result<PersonKeyLine, sqlx::Error> {
    Ok(PersonKeyLine {
        record: "person_key".to_owned(),
        person_id: row.try_get(0)?,
        workspace_id: row.try_get(1)?,
        wrapped: row.try_get::<Option<&[u8]>, _>(2)?.map(|wrapped| STANDARD.encode(wrapped)),
        created_at: row.try_get::<DateTime<Utc>, _>(3)?.timestamp_micros(),
        destroyed_at: row.try_get::<Option<DateTime<Utc>>, _>(4)?.map(|at| at.timestamp_micros()),
    })
}

/// Writes the trailer and lets the file appear.
async fn finish(mut sink: Sink, exported: &Exported, last: HeadRecord) -> std::io::Result<()> {
    let trailer = Trailer {
        record: "trailer".to_owned(),
        events: exported.events,
        commands: exported.commands,
        person_keys: exported.person_keys,
        last,
        sha256: hex(&sink.digest()),
    };
    let mut line = serde_json::to_vec(&trailer)?;
    line.push(b'\n');
    let finished = tokio::task::spawn_blocking(move || {
        sink.write(&line)?;
        sink.finish()
    });
    finished.await.map_err(std::io::Error::other)?
}

fn head_record(position: i64, hash: &[u8]) -> HeadRecord {
    HeadRecord { position, hash: hex(hash) }
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    push_hex(&mut text, bytes);
    text
}
