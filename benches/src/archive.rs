//! Three places for the events of a long log: one table; partitions by position; a table of recent events beside
//! a cold one. What each costs, at the same number of events.
//!
//! The rows have the size and the locality of real ones: ten streams grow at a time, and each has six events
//! before the next ones begin.

use std::time::Instant;

use anyhow::Result;
use sqlx::{AssertSqlSafe, PgPool};

use crate::{
    Bench,
    log::to_f64,
    report::{Report, median, number, progress},
};

/// Rows of a batch that is appended.
const BATCH: i64 = 500;
/// Rows of a page that is read.
const PAGE: i64 = 10_000;
/// Partitions, and so the share of the oldest part.
const PARTS: i64 = 10;
/// How often each thing is measured.
const ROUNDS: usize = 20;

/// One of the places.
struct Shape {
    what: &'static str,
    database: &'static str,
    /// What makes the tables; `{part}` is how many rows a part has, `{rows}` how many there are.
    tables: fn(rows: i64) -> String,
    /// The table that takes new rows.
    hot: &'static str,
    /// Takes the oldest part out of the way; nothing where that cannot be done.
    retire: Option<fn(rows: i64) -> String>,
}

const COLUMNS: &str = "position bigint not null, workspace_sequence bigint not null, workspace_id uuid not null, \
     event_id uuid not null, stream_id uuid not null, occurred_at timestamptz not null, \
     recorded_at timestamptz not null, stream_version integer not null, schema_version smallint not null, \
     stream_type text collate \"C\" not null, event_type text collate \"C\" not null, payload json not null, \
     metadata json not null, sealed bytea, hash bytea not null";

const KEYS: &str = "primary key (position), unique (workspace_id, workspace_sequence), \
     unique (stream_id, stream_version, stream_type)";

const SHAPES: [Shape; 3] = [
    Shape {
        what: "one table",
        database: "bench_archive_plain",
        tables: |_| format!("create table log ({COLUMNS}, {KEYS});"),
        hot: "log",
        retire: None,
    },
    Shape {
        what: "partitions by position",
        database: "bench_archive_parts",
        // A unique constraint must have the column that parts the rows: of the three only the first stays one.
        tables: |rows| {
            let parts = (0..=PARTS).map(|part| {
                let (from, to) = (1 + part * rows / PARTS, 1 + (part + 1) * rows / PARTS);
                format!("create table log_{part} partition of log for values from ({from}) to ({to});")
            });
            format!(
                "create table log ({COLUMNS}, primary key (position)) partition by range (position); \
                 create index on log (workspace_id, workspace_sequence); \
                 create index on log (stream_id, stream_version, stream_type); {}",
                parts.collect::<String>()
            )
        },
        hot: "log",
        retire: Some(|_| "alter table log detach partition log_0".to_owned()),
    },
    Shape {
        what: "recent and cold",
        database: "bench_archive_cold",
        tables: |rows| {
            format!(
                "create table hot ({COLUMNS}, {KEYS}); create table cold ({COLUMNS}, {KEYS}); \
                 create view log as select * from cold union all select * from hot; \
                 create function place() returns trigger language plpgsql as $$ begin \
                     insert into cold select new.*; return null; end $$; \
                 create trigger place before insert on hot for each row when (new.position <= {}) \
                     execute function place();",
                rows - rows / PARTS
            )
        },
        hot: "hot",
        retire: Some(|rows| {
            format!(
                "with moved as (delete from hot where position <= {} returning *) insert into cold select * from moved",
                rows - rows / PARTS / 2
            )
        }),
    },
];

/// Measures the three at so many events.
pub(crate) async fn measure(bench: &Bench, rows: i64, report: &mut Report) -> Result<()> {
    for shape in SHAPES {
        progress(&format!("{} events: {}", number(to_f64(rows)), shape.what));
        let pool = PgPool::connect(&bench.empty_database(shape.database).await?).await?;
        let costs = costs(&pool, &shape, rows).await?;
        pool.close().await;
        bench.drop_database(shape.database).await?;
        report.row(&format!("{}, {} events", shape.what, number(to_f64(rows))), costs, String::new(), "");
    }
    Ok(())
}

async fn costs(pool: &PgPool, shape: &Shape, rows: i64) -> Result<String> {
    run(pool, (shape.tables)(rows)).await?;
    let filling = Instant::now();
    for from in (0..rows).step_by(100_000) {
        run(pool, insert(shape.hot, from, 100_000.min(rows - from))).await?;
    }
    let filled = filling.elapsed();
    run(pool, "vacuum (analyze)".to_owned()).await?;
    let bytes: i64 = sqlx::query_scalar(
        "select sum(pg_total_relation_size(c.oid))::bigint from pg_class c \
         where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace",
    )
    .fetch_one(pool)
    .await?;
    let mut appends = Vec::new();
    for round in 0..ROUNDS {
        let from = rows + i64::try_from(round)? * BATCH;
        appends.push(timed(pool, insert(shape.hot, from, BATCH)).await?);
    }
    let old = median_of(pool, |round| stream(rows / 20 + round * 60)).await?;
    let new = median_of(pool, |round| stream(rows - 60_000 + round * 60)).await?;
    let first = median_of(pool, |round| page(round * PAGE)).await?;
    let last = median_of(pool, |round| page(rows - PAGE * (1 + round % 3))).await?;
    let end = median_of(pool, |_| "select position, hash from log order by position desc limit 1".to_owned())
        .await?;
    let retired = match shape.retire {
        Some(retire) => format!("{:.0} ms", timed(pool, retire(rows)).await?),
        None => "—".to_owned(),
    };
    Ok(format!(
        "filled {}/s, {:.0} bytes an event; {BATCH} appended {:.1} ms; a stream, old {old:.2} ms, new {new:.2} ms; \
         {} read, first {first:.0} ms, last {last:.0} ms; the head {end:.2} ms; oldest part out of the way {retired}",
        number(to_f64(rows) / filled.as_secs_f64()),
        to_f64(bytes) / to_f64(rows),
        median(appends),
        number(to_f64(PAGE)),
    ))
}

/// Rows number `from + 1` and on.
fn insert(table: &str, from: i64, rows: i64) -> String {
    format!(
        "insert into {table} select i, i, md5('workspace')::uuid, gen_random_uuid(), {}, \
             now(), now(), ((i - 1) / 10 % 6 + 1)::integer, 1, 'consultation', 'NoteAdded', \
             json_build_object('text', json_build_object('$sealed', 0), 'noteId', gen_random_uuid(), \
                 'author', gen_random_uuid(), 'attributes', json_build_object('group', md5(i::text)))::text::json, \
             json_build_object('actor', json_build_object('kind', 'MANAGER', 'id', gen_random_uuid()), \
                 'correlationId', gen_random_uuid(), 'source', json_build_object('system', 'benchmark'), \
                 'personId', gen_random_uuid())::text::json, \
             sha256(i::text::bytea) || sha256(i::text::bytea) || sha256(i::text::bytea), sha256(i::text::bytea) \
         from generate_series({}, {}) i",
        stream_of("i - 1"),
        from + 1,
        from + rows,
    )
}

/// The stream of a row.
fn stream_of(row: &str) -> String {
    format!("md5((({row}) / 60 * 10 + ({row}) % 10)::text)::uuid")
}

/// Everything of the stream that has this row.
fn stream(row: i64) -> String {
    format!(
        "select * from log where stream_id = {} and stream_type = 'consultation' order by stream_version",
        stream_of(&format!("{row}::bigint"))
    )
}

/// A page after this position.
fn page(after: i64) -> String {
    format!("select * from log where position > {} order by position limit {PAGE}", after.max(0))
}

/// Milliseconds, the middle one of some rounds.
async fn median_of(pool: &PgPool, statement: impl Fn(i64) -> String) -> Result<f64> {
    let mut times = Vec::new();
    for round in 0..i64::try_from(ROUNDS)? {
        times.push(timed(pool, statement(round)).await?);
    }
    Ok(median(times))
}

/// Milliseconds until all of the answer is here.
async fn timed(pool: &PgPool, statement: String) -> Result<f64> {
    let started = Instant::now();
    sqlx::raw_sql(AssertSqlSafe(statement)).fetch_all(pool).await?;
    Ok(started.elapsed().as_secs_f64() * 1000.0)
}

async fn run(pool: &PgPool, statement: String) -> Result<()> {
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(pool).await?;
    Ok(())
}
