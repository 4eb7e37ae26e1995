//! What an event takes on the disk.

use anyhow::Result;
use sqlx::{PgPool, Row as _};

use crate::{
    log::{Log, to_f64},
    report::{Report, number},
};

pub(crate) async fn measure(log: &Log, report: &mut Report) -> Result<()> {
    let pool = PgPool::connect(&log.url).await?;
    let row = sqlx::query(
        "select pg_database_size(current_database()) as whole, \
         pg_table_size('ledgerdesk.events') as rows, pg_indexes_size('ledgerdesk.events') as indexes, \
         coalesce(sum(pg_total_relation_size(oid)) filter (where relnamespace = 'ledgerdesk'::regnamespace), 0) \
             ::bigint as log, \
         coalesce(sum(pg_total_relation_size(oid)) filter (where relnamespace = 'read'::regnamespace), 0) \
             ::bigint as read \
         from pg_class where relkind = 'r'",
    )
    .fetch_one(&pool)
    .await?;
    pool.close().await;
    let per_event = |part: &str| -> Result<String> {
        let bytes: i64 = row.try_get(part)?;
        Ok(number(to_f64(bytes) / to_f64(log.events)))
    };
    report.row(
        "size of the log, bytes per event",
        per_event("log")?,
        format!(
            "events {} and their indexes {}; the rest is streams, idempotency keys and keys of persons",
            per_event("rows")?,
            per_event("indexes")?
        ),
        "",
    );
    report.row(
        "size of the database, bytes per event",
        per_event("whole")?,
        format!("the read models with their indexes {}", per_event("read")?),
        "",
    );
    Ok(())
}
