//! Entries of reading end after their time.

use std::time::Duration;

use ledgerdesk_infrastructure::auth::Disclosures;
use tokio::time::MissedTickBehavior;

/// How often it is looked.
const EVERY: Duration = Duration::from_hours(1);

/// Deletes what is older than so many days, now and then every hour, until it is dropped. What cannot be deleted is
/// said and tried again.
pub(super) async fn prune(disclosures: Disclosures, days: u32) {
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        match disclosures.prune(days).await {
            Ok(0) => {}
            Ok(pruned) => tracing::info!(pruned, days, "entries of reading have ended"),
            Err(error) => {
                let cause = std::error::Error::source(&error).map(ToString::to_string);
                tracing::warn!(%error, cause, "entries of reading could not be deleted; trying again later");
            }
        }
    }
}
