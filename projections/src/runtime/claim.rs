//! The right to build a table beside the live one: a rebuild, new or continued, or the catching up of what a
//! rebuild replaced.

use ledgerdesk_domain::stream::Position;
use ledgerdesk_infrastructure::event_store::Cursor;
use sqlx::{PgConnection, PgPool};

use super::{
    fault::Fault,
    kept,
    lease::{Lease, cursor, millis},
    projection::Definition,
    settings::Settings,
    table::{Build, Table},
};

/// Where a rebuild begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Start {
    /// Where an interrupted one of the same version stopped, else at the first event.
    Continue,
    /// The same, unless the live table has come further than this meanwhile: then there is nothing to do.
    Outrun(Position),
    /// At the first event, whatever is there.
    Zero,
}

/// A build that is ours, and where its table stands.
#[derive(Debug)]
pub(super) struct Claim {
    pub(super) lease: Lease,
    pub(super) cursor: Cursor,
}

/// What asking for what was replaced brought.
#[derive(Debug)]
pub(super) enum Asked {
    /// It is ours.
    Granted(Claim),
    /// Somebody is switching already.
    Taken,
    /// Nothing was kept.
    Nothing,
    /// It is of another version than this program.
    OtherVersion(i32),
}

type Row = (i64, i32, i32, i64, Vec<u8>);

/// Claims the rebuild of a projection; nothing if a rebuild of it is running or none is needed. The projection's own row must
/// exist.
pub(super) async fn rebuild(
    pool: &PgPool,
    definition: &'static Definition,
    settings: &Settings,
    start: Start,
) -> Result<Option<Claim>, Fault> {
    let mut transaction = pool.begin().await?;
    let claimed: Option<Row> = sqlx::query_as(
        "insert into ledgerdesk.projections as p (name, build, version, holder, token, expires_at)
         values ($1, 'rebuild', $2, $3, 1, clock_timestamp() + $4 * interval '1 millisecond')
         on conflict (name, build) do update
            set holder = excluded.holder, token = p.token + 1, expires_at = excluded.expires_at,
                status = 'running', reason = null, code = null, updated_at = clock_timestamp()
          where p.holder is null or p.expires_at <= clock_timestamp()
         returning p.token, p.version, p.epoch, p.position, p.hash_prefix",
    )
    .bind(definition.name)
    .bind(definition.version)
    .bind(&settings.node)
    .bind(millis(settings.lease))
    .fetch_optional(&mut *transaction)
    .await?;
    let Some((token, version, epoch, position, hash_prefix)) = claimed else { return Ok(None) };
    if let Start::Outrun(at) = start
        && live_position(&mut transaction, definition.name).await? > at
    {
        // Another node's rebuild was swapped in just now.
        return Ok(None);
    }
    let lease = Lease { name: definition.name, build: Build::Rebuild, token, ttl: settings.lease };
    let begun = position > Position::START.0
        && version == definition.version
        && kept::exists(&mut transaction, Build::Rebuild, definition.name).await?;
    let cursor = if begun && start != Start::Zero {
        cursor(epoch, position, &hash_prefix)?
    } else {
        start_over(&mut transaction, definition).await?;
        Cursor::START
    };
    transaction.commit().await?;
    Ok(Some(Claim { lease, cursor }))
}

/// Where the live table stands.
pub(super) async fn live_position(connection: &mut PgConnection, name: &str) -> Result<Position, Fault> {
    let position =
        sqlx::query_scalar("select position from ledgerdesk.projections where name = $1 and build = 'live'")
            .bind(name)
            .fetch_one(connection)
            .await?;
    Ok(Position(position))
}

/// Makes the table of a claimed rebuild anew and empty, and its checkpoint zero.
pub(super) async fn start_over(
    connection: &mut PgConnection,
    definition: &'static Definition,
) -> Result<(), Fault> {
    sqlx::query(
        "update ledgerdesk.projections
            set version = $2, personal = $3, epoch = 0, position = 0, hash_prefix = default, suspect_to = null,
                attempts = 0, started_at = clock_timestamp(), updated_at = clock_timestamp()
          where name = $1 and build = 'rebuild'",
    )
    .bind(definition.name)
    .bind(definition.version)
    .bind(definition.personal)
    .execute(&mut *connection)
    .await?;
    sqlx::query("delete from ledgerdesk.parked_events where projection = $1 and build = 'rebuild'")
        .bind(definition.name)
        .execute(&mut *connection)
        .await?;
    Table::create(connection, definition, Build::Rebuild).await
}

/// Claims the table that the live one replaced.
pub(super) async fn previous(
    pool: &PgPool,
    definition: &'static Definition,
    settings: &Settings,
) -> Result<Asked, Fault> {
    let version: Option<i32> = sqlx::query_scalar(
        "select version from ledgerdesk.projections where name = $1 and build = 'previous'",
    )
    .bind(definition.name)
    .fetch_optional(pool)
    .await?;
    match version {
        None | Some(0) => return Ok(Asked::Nothing),
        Some(version) if version != definition.version => return Ok(Asked::OtherVersion(version)),
        Some(_) => {}
    }
    let claimed: Option<Row> = sqlx::query_as(
        "update ledgerdesk.projections
            set holder = $3, token = token + 1, updated_at = clock_timestamp(),
                expires_at = clock_timestamp() + $4 * interval '1 millisecond'
          where name = $1 and build = 'previous' and version = $2
            and (holder is null or expires_at <= clock_timestamp())
         returning token, version, epoch, position, hash_prefix",
    )
    .bind(definition.name)
    .bind(definition.version)
    .bind(&settings.node)
    .bind(millis(settings.lease))
    .fetch_optional(pool)
    .await?;
    let Some((token, _, epoch, position, hash_prefix)) = claimed else { return Ok(Asked::Taken) };
    let lease = Lease { name: definition.name, build: Build::Previous, token, ttl: settings.lease };
    Ok(Asked::Granted(Claim { lease, cursor: cursor(epoch, position, &hash_prefix)? }))
}
