//! The baseline of everything that reads the log: PostgreSQL hands out the whole table, and nobody looks at it.

use std::time::Instant;

use anyhow::Result;
use futures_util::TryStreamExt as _;
use sqlx::PgPool;

/// What the baseline is, for the table.
pub(crate) const WHAT: &str =
    "`COPY … TO STDOUT (FORMAT binary)` of the same table, every column's bytes, no order";

/// Every byte of every column of the events table, over the socket, in the order in which they lie there; seconds.
pub(crate) async fn run(pool: &PgPool) -> Result<f64> {
    let mut connection = pool.acquire().await?;
    let started = Instant::now();
    let mut rows = connection.copy_out_raw("copy ledgerdesk.events to stdout (format binary)").await?;
    while rows.try_next().await?.is_some() {}
    Ok(started.elapsed().as_secs_f64())
}
