//! Conditions instead of sleeps.

use std::time::{Duration, Instant};

/// How long a condition may take to become true on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// Waits until the condition holds.
///
/// # Panics
/// After a minute, saying `what` did not happen.
pub async fn wait_until<F: Future<Output = bool>>(what: &str, mut condition: impl FnMut() -> F) {
    let since = Instant::now();
    while !condition().await {
        assert!(since.elapsed() < PATIENCE, "not within {PATIENCE:?}: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
