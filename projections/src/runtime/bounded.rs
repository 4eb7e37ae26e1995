//! Waits on the database that end, whatever happens to the connection.

use std::{future::Future, time::Duration};

/// Runs what talks to the database, at most for twice the time of a lease: by then another node may lead, and a
/// connection that still says nothing was lost without a word. What was begun is rolled back.
pub(super) async fn bounded<T, E: From<sqlx::Error>>(
    lease: Duration,
    work: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    tokio::time::timeout(lease * 2, work).await.unwrap_or_else(|_| Err(sqlx::Error::PoolTimedOut.into()))
}
