//! A load: an import that brings far more than the log holds. Whoever follows the log may wait for its end rather than
//! run after it.
//!
//! It is told by a lock that the importer's session shares and nobody takes alone: it ends with the session, however
//! that ends. Nothing is wrong if it is missed; whoever follows then only works more.

use sqlx::PgConnection;

use super::{EventStore, ReadError, StoreError};

/// The lock. The number is permanent: programs of several versions share a database.
const LOAD: i64 = 0x1ed9_e41d_10ad;
/// A load has so many times the events that the log holds.
const TIMES: u64 = 4;
/// And at least so many: fewer are soon followed.
const AT_LEAST: u64 = 20_000;

/// A load that was announced. It is over when this is dropped.
#[must_use = "the load is over when this is dropped"]
#[derive(Debug)]
pub struct Load {
    session: Option<PgConnection>,
}

impl Load {
    /// Whether there was anything to announce.
    pub const fn is_announced(&self) -> bool {
        self.session.is_some()
    }
}

impl EventStore {
    /// Announces that about so many events come at once. Does nothing where that is no load.
    pub async fn announce_load(&self, events: u64) -> Result<Load, StoreError> {
        let held = u64::try_from(self.head().position.0).unwrap_or_default();
        if events < AT_LEAST || events / TIMES < held {
            return Ok(Load { session: None });
        }
        let mut session = self.reader.pool.acquire().await?.detach();
        sqlx::query("select pg_advisory_lock_shared($1)").bind(LOAD).execute(&mut session).await?;
        Ok(Load { session: Some(session) })
    }

    /// Whether a load is going on, of any program on the database.
    pub async fn is_loading(&self) -> Result<bool, ReadError> {
        // A key of eight bytes is shown as two of four.
        let sql =
            "select exists (select from pg_locks where locktype = 'advisory' and objsubid = 1 and granted
                      and database = (select oid from pg_database where datname = current_database())
                      and (classid::bigint << 32) | objid::bigint = $1)";
        Ok(sqlx::query_scalar(sql).bind(LOAD).fetch_one(&self.reader.pool).await?)
    }
}
