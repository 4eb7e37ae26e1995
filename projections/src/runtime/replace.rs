//! What a swap moves: tables from schema to schema, checkpoints and what is parked from build to build.

use ledgerdesk_infrastructure::event_store::Cursor;
use sqlx::{AssertSqlSafe, PgConnection};

use super::{
    fault::Fault,
    fold::Fold,
    kept, lane,
    table::{self, Build, Table},
};

/// Where one table waits while two change places.
const EXCHANGE: &str = "exchange";

/// The live build as a swap finds it.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct Live {
    pub(super) version: i32,
    epoch: i32,
    position: i64,
    hash_prefix: Vec<u8>,
    /// Nothing for a table whose program did not say.
    personal: Option<Vec<String>>,
}

impl Live {
    /// The columns that erasures empty, if erasures can reach the table once it is replaced: they are known, and
    /// the live fold passes erasures at all.
    fn erasable<'a>(&'a self, by: &Table) -> Option<&'a [String]> {
        let personal = self.personal.as_deref()?;
        (personal.is_empty() || by.erase_sql.is_some()).then_some(personal)
    }
}

/// Puts the folded table in the place of the live one. Answers whether that one is kept: it is unless erasures
/// could not reach it.
pub(super) async fn tables(connection: &mut PgConnection, table: &Table, live: &Live) -> Result<bool, Fault> {
    let Table { definition, build, .. } = table;
    let name = definition.name;
    if *build == Build::Rebuild {
        table::drop_table(&mut *connection, Build::Previous.schema(), definition).await?;
    } else {
        // The live fold may not have come to the last erasures; now it never will.
        kept::erase_rebuild_since(&mut *connection, name, live.position).await?;
    }
    let erasable = live.erasable(table);
    if erasable.is_some() {
        move_table(&mut *connection, name, Build::Live.schema(), EXCHANGE).await?;
    } else {
        table::drop_table(&mut *connection, Build::Live.schema(), definition).await?;
    }
    move_table(&mut *connection, name, build.schema(), Build::Live.schema()).await?;
    if let Some(personal) = erasable {
        move_table(&mut *connection, name, EXCHANGE, Build::Previous.schema()).await?;
        // It may not have come to the last erasures yet.
        kept::erase_since(connection, Build::Previous, name, (live.position, personal)).await?;
    }
    Ok(erasable.is_some())
}

async fn move_table(connection: &mut PgConnection, name: &str, from: &str, to: &str) -> Result<(), Fault> {
    let sql = format!("alter table {from}.{name} set schema {to}");
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await?;
    Ok(())
}

/// Moves checkpoints and what is parked like the tables; `kept` is the live build if it is kept. The live token
/// rises: a leader finds that it lost the lead, and whoever asks next leads the new table. Answers how many events
/// are parked in the new live build.
pub(super) async fn checkpoints(
    connection: &mut PgConnection,
    fold: &Fold,
    reached: Cursor,
    kept: Option<&Live>,
) -> Result<i64, Fault> {
    let name = fold.lease.name;
    if fold.lease.build == Build::Rebuild {
        run(&mut *connection, FORGET_PARKED, name).await?;
        lane::forget(&mut *connection, name, Build::Previous, None).await?;
    }
    keep(&mut *connection, name, kept).await?;
    // The leader may have stopped in the middle of a stretch: whoever folds its table on completes that first.
    if kept.is_some() {
        lane::keep(&mut *connection, name).await?;
    } else {
        lane::forget(&mut *connection, name, Build::Live, None).await?;
    }
    move_parked(&mut *connection, name, fold.lease.build, kept.is_some()).await?;
    lead(&mut *connection, fold, reached).await?;
    if fold.lease.build == Build::Rebuild {
        run(&mut *connection, END_REBUILD, name).await?;
    }
    let parked = "select count(*) from ledgerdesk.parked_events where projection = $1 and build = 'live'";
    Ok(sqlx::query_scalar(parked).bind(name).fetch_one(connection).await?)
}

/// What was parked in a table that is dropped.
const FORGET_PARKED: &str =
    "delete from ledgerdesk.parked_events where projection = $1 and build = 'previous'";

/// Nothing is left of a rebuild that took over; its token goes on rising.
const END_REBUILD: &str = "
    update ledgerdesk.projections set holder = null, position = 0, expires_at = clock_timestamp()
     where name = $1 and build = 'rebuild'";

/// The live checkpoint becomes the one of what was replaced; version 0 says that nothing was kept. Whoever still
/// folds what stood there before is fenced off: the token rises.
async fn keep(connection: &mut PgConnection, name: &str, live: Option<&Live>) -> Result<(), Fault> {
    sqlx::query(
        "insert into ledgerdesk.projections as p (name, build, version, epoch, position, hash_prefix, personal)
         values ($1, 'previous', $2, $3, $4, $5, $6)
         on conflict (name, build) do update
            set version = excluded.version, epoch = excluded.epoch, position = excluded.position,
                hash_prefix = excluded.hash_prefix, personal = excluded.personal, suspect_to = null,
                attempts = 0, holder = null, token = p.token + 1, expires_at = clock_timestamp(),
                started_at = clock_timestamp(), updated_at = clock_timestamp()",
    )
    .bind(name)
    .bind(live.map_or(0, |live| live.version))
    .bind(live.map_or(0, |live| live.epoch))
    .bind(live.map_or(0, |live| live.position))
    .bind(live.map_or([0; 8].as_slice(), |live| live.hash_prefix.as_slice()))
    .bind(live.and_then(|live| live.personal.as_deref()))
    .execute(connection)
    .await?;
    Ok(())
}

/// What is parked in the live build goes with its table, and what is parked in the other one becomes live.
async fn move_parked(
    connection: &mut PgConnection,
    name: &str,
    from: Build,
    kept: bool,
) -> Result<(), Fault> {
    // Two builds may have parked the same event; a position below zero keeps them apart while they change places.
    let away = if kept {
        "update ledgerdesk.parked_events set build = 'previous', position = -position
          where projection = $1 and build = 'live'"
    } else {
        "delete from ledgerdesk.parked_events where projection = $1 and build = 'live'"
    };
    run(&mut *connection, away, name).await?;
    let home = "update ledgerdesk.parked_events set build = 'live'
                 where projection = $1 and build = $2 and position > 0";
    sqlx::query(home).bind(name).bind(from.as_str()).execute(&mut *connection).await?;
    run(
        connection,
        "update ledgerdesk.parked_events set position = -position where projection = $1 and position < 0",
        name,
    )
    .await
}

async fn lead(connection: &mut PgConnection, fold: &Fold, reached: Cursor) -> Result<(), Fault> {
    let definition = fold.table.definition;
    sqlx::query(
        "update ledgerdesk.projections
            set version = $2, epoch = $3, position = $4, hash_prefix = $5, personal = $6, status = 'running',
                reason = null, code = null, suspect_to = null, attempts = 0, holder = null, token = token + 1,
                parked_changes = parked_changes + 1, expires_at = clock_timestamp(),
                started_at = clock_timestamp(), updated_at = clock_timestamp()
          where name = $1 and build = 'live'",
    )
    .bind(definition.name)
    .bind(definition.version)
    .bind(reached.epoch)
    .bind(reached.position.0)
    .bind(reached.hash_prefix.as_slice())
    .bind(definition.personal)
    .execute(connection)
    .await?;
    Ok(())
}

async fn run(connection: &mut PgConnection, sql: &'static str, name: &str) -> Result<(), Fault> {
    sqlx::query(sql).bind(name).execute(connection).await?;
    Ok(())
}
