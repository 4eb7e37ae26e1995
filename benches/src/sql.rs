//! The baseline of a rebuild: what the same PostgreSQL needs to compute the content of `consultation_list` itself, by
//! one statement over the log's JSON, without a program, a fold or a key.

use std::time::Instant;

use anyhow::{Result, ensure};
use sqlx::PgPool;

const STATEMENT: &str = include_str!("consultation_list.sql");

/// How long it took, in seconds.
pub(crate) struct Computed {
    /// The content.
    pub(crate) content: f64,
    /// The indexes that the read model has, on top of it.
    pub(crate) indexes: f64,
}

/// Computes it once; the table is gone afterwards.
pub(crate) async fn run(url: &str) -> Result<Computed> {
    let pool = PgPool::connect(url).await?;
    let started = Instant::now();
    sqlx::raw_sql(STATEMENT).execute(&pool).await?;
    let content = started.elapsed().as_secs_f64();
    check(&pool).await?;
    let indexes: Vec<String> = sqlx::query_scalar(
        "select replace(indexdef, ' ON read.', ' ON public.') from pg_indexes \
         where schemaname = 'read' and tablename = 'consultation_list'",
    )
    .fetch_all(&pool)
    .await?;
    let started = Instant::now();
    for index in indexes {
        sqlx::raw_sql(sqlx::AssertSqlSafe(index)).execute(&pool).await?;
    }
    let indexes = started.elapsed().as_secs_f64();
    sqlx::raw_sql("drop table public.consultation_list").execute(&pool).await?;
    pool.close().await;
    Ok(Computed { content, indexes })
}

/// A baseline that computes something else would be none: all but topics and tags is the same.
async fn check(pool: &PgPool) -> Result<()> {
    let columns: String = sqlx::query_scalar(
        "select string_agg(column_name, ', ') from information_schema.columns where table_schema = 'public' \
         and table_name = 'consultation_list' and column_name not in ('topic', 'tags')",
    )
    .fetch_one(pool)
    .await?;
    let different = format!(
        "select count(*) from (select {columns} from public.consultation_list \
         except all select {columns} from read.consultation_list) as different"
    );
    let different: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(different)).fetch_one(pool).await?;
    ensure!(different == 0, "the statement differs from the read model in {different} rows");
    Ok(())
}
