//! Who leads a projection: a row with an expiry by the database's clock, and a token that rises with every
//! takeover. No session lock: a lost connection or a pooler in between changes nothing.

use std::time::Duration;

use ledgerdesk_domain::stream::Position;
use ledgerdesk_infrastructure::event_store::Cursor;
use sqlx::PgPool;

use super::{
    bounded::bounded,
    fault::Fault,
    pause::Pause,
    projection::Definition,
    table::{Build, Table},
};

/// The right to write one build of one projection, while its token is the newest.
#[derive(Debug, Clone)]
pub(super) struct Lease {
    pub(super) name: &'static str,
    pub(super) build: Build,
    pub(super) token: i64,
    pub(super) ttl: Duration,
}

/// A lease and where its last holder stopped.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) lease: Lease,
    pub(super) cursor: Cursor,
    /// Up to where the last holder was trying something that it suspected when it vanished, or nothing.
    pub(super) suspect_to: Option<Position>,
    /// Whether the last holder vanished without giving the lease back.
    pub(super) abandoned: bool,
}

/// What asking for the lease brought.
#[derive(Debug)]
pub(super) enum Asked {
    /// It is ours.
    Granted(Held),
    /// Another node leads.
    Taken,
    /// The table is of an older version than this program: it has to be rebuilt.
    Outdated,
    /// The table is of a newer version: a newer program leads.
    Newer(i32),
}

type LeaseRow = (i64, i32, i64, Vec<u8>, Option<i64>, bool);

/// Asks for the lease of the live build; makes its table and checkpoint at the very first time.
pub(super) async fn ask(
    pool: &PgPool,
    definition: &'static Definition,
    node: &str,
    ttl: Duration,
) -> Result<Asked, Fault> {
    let version: Option<(i32,)> =
        sqlx::query_as("select version from ledgerdesk.projections where name = $1 and build = 'live'")
            .bind(definition.name)
            .fetch_optional(pool)
            .await?;
    match version {
        None => ensure(pool, definition).await?,
        Some((version,)) if version < definition.version => return Ok(Asked::Outdated),
        Some((version,)) if version > definition.version => return Ok(Asked::Newer(version)),
        Some(_) => {}
    }
    // A row that somebody writes to at this moment is led by somebody: no waiting for it.
    let row: Option<LeaseRow> = sqlx::query_as(
        "with free as (
             select name, build, holder is not null and holder <> $3 as abandoned
               from ledgerdesk.projections
              where name = $1 and build = 'live' and version = $2
                and (holder is null or holder = $3 or expires_at <= clock_timestamp())
                for update skip locked)
         update ledgerdesk.projections p
            set holder = $3, token = p.token + 1, personal = $5, updated_at = clock_timestamp(),
                expires_at = clock_timestamp() + $4 * interval '1 millisecond'
           from free
          where p.name = free.name and p.build = free.build
         returning p.token, p.epoch, p.position, p.hash_prefix, p.suspect_to, free.abandoned",
    )
    .bind(definition.name)
    .bind(definition.version)
    .bind(node)
    .bind(millis(ttl))
    .bind(definition.personal)
    .fetch_optional(pool)
    .await?;
    let Some((token, epoch, position, hash_prefix, suspect_to, abandoned)) = row else {
        return Ok(Asked::Taken);
    };
    Ok(Asked::Granted(Held {
        lease: Lease { name: definition.name, build: Build::Live, token, ttl },
        cursor: cursor(epoch, position, &hash_prefix)?,
        suspect_to: suspect_to.map(Position),
        abandoned,
    }))
}

/// Makes the table and the checkpoint of the live build, unless they are there. Two nodes may start at once:
/// the second waits here for the first and then finds the row.
pub(super) async fn ensure(pool: &PgPool, definition: &'static Definition) -> Result<(), Fault> {
    let mut transaction = pool.begin().await?;
    let made = sqlx::query(
        "insert into ledgerdesk.projections (name, build, version, personal) values ($1, 'live', $2, $3)
         on conflict do nothing",
    )
    .bind(definition.name)
    .bind(definition.version)
    .bind(definition.personal)
    .execute(&mut *transaction)
    .await?;
    if made.rows_affected() > 0 {
        Table::create(&mut transaction, definition, Build::Live).await?;
    }
    transaction.commit().await?;
    Ok(())
}

impl Lease {
    /// Prolongs the lease, if the checkpoint is where its holder believes it to be: a database that crashed may
    /// have fallen back by some pages, and where no event follows, nobody else would notice.
    pub(super) async fn renew(&self, pool: &PgPool, at: Position) -> Result<(), Fault> {
        let renewal = sqlx::query(
            "update ledgerdesk.projections
                set expires_at = clock_timestamp() + $4 * interval '1 millisecond'
              where name = $1 and build = $2 and token = $3 and holder is not null and position = $5",
        )
        .bind(self.name)
        .bind(self.build.as_str())
        .bind(self.token)
        .bind(millis(self.ttl))
        .bind(at.0);
        let renewed = bounded(self.ttl, renewal.execute(pool)).await?;
        if renewed.rows_affected() == 0 { Err(Fault::Fenced) } else { Ok(()) }
    }

    /// Gives the lease back, so that another node can take over at once.
    pub(super) async fn release(&self, pool: &PgPool) -> Result<(), Fault> {
        let release = sqlx::query(
            "update ledgerdesk.projections set holder = null, expires_at = clock_timestamp()
              where name = $1 and build = $2 and token = $3",
        )
        .bind(self.name)
        .bind(self.build.as_str())
        .bind(self.token);
        bounded(self.ttl, release.execute(pool)).await?;
        Ok(())
    }

    /// Shows that the projection waits, and why; or with nothing, that it waits no more.
    pub(super) async fn show(&self, pool: &PgPool, pause: Option<&Pause>) -> Result<(), Fault> {
        let showing = sqlx::query(
            "update ledgerdesk.projections
                set status = case when $4::text is null then 'running' else 'paused' end, reason = $4,
                    code = $5, updated_at = clock_timestamp()
              where name = $1 and build = $2 and token = $3 and reason is distinct from $4",
        )
        .bind(self.name)
        .bind(self.build.as_str())
        .bind(self.token)
        .bind(pause.map(|pause| &pause.reason))
        .bind(pause.map(|pause| &pause.code));
        bounded(self.ttl, showing.execute(pool)).await?;
        Ok(())
    }
}

/// Shows why an outdated table cannot be rebuilt.
pub(super) async fn show_outdated(
    pool: &PgPool,
    definition: &'static Definition,
    pause: &Pause,
) -> Result<(), Fault> {
    sqlx::query(
        "update ledgerdesk.projections set status = 'paused', reason = $3, code = $4,
                updated_at = clock_timestamp()
          where name = $1 and build = 'live' and version < $2 and reason is distinct from $3",
    )
    .bind(definition.name)
    .bind(definition.version)
    .bind(&pause.reason)
    .bind(&pause.code)
    .execute(pool)
    .await?;
    Ok(())
}

/// A cursor from its columns.
pub(super) fn cursor(epoch: i32, position: i64, hash_prefix: &[u8]) -> Result<Cursor, Fault> {
    let hash_prefix = hash_prefix
        .try_into()
        .map_err(|_| Fault::Paused(Pause::misfit("the checkpoint's hash prefix is not eight bytes")))?;
    Ok(Cursor { epoch, position: Position(position), hash_prefix })
}

/// For `interval '1 millisecond'`, which multiplies floats.
pub(super) fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}
