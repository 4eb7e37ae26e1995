//! Signed checkpoints on a schedule.

use std::{path::PathBuf, time::Duration};

use anyhow::Result;
use ledgerdesk_infrastructure::{
    clock::{Clock as _, SystemClock},
    config::{Config, SigningKeyError},
    crypto::SigningKey,
    event_store,
};
use sqlx::PgPool;
use tokio::time::MissedTickBehavior;

/// Where, how often and with which key.
pub(super) struct Schedule {
    directory: PathBuf,
    every: Duration,
    key: SigningKey,
}

impl Schedule {
    /// The configured one, if checkpoints are wanted.
    pub(super) fn of(config: &Config) -> Result<Option<Self>, SigningKeyError> {
        let Some(directory) = config.checkpoints.directory.clone() else { return Ok(None) };
        let key = config.checkpoints.signing_key()?;
        Ok(Some(Self { directory, every: config.checkpoints.every, key }))
    }

    /// Writes one now and then one after every interval in which the log has grown, until it is dropped. What
    /// cannot be written is said and tried again.
    pub(super) async fn run(self, pool: PgPool) {
        let mut ticks = tokio::time::interval(self.every);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            match event_store::write_checkpoint(&pool, &self.key, SystemClock.now(), &self.directory).await {
                Ok(file) => tracing::debug!(file = %file.display(), "checkpoint"),
                Err(error) => {
                    let code = error.code();
                    let cause = std::error::Error::source(&error).map(ToString::to_string);
                    tracing::warn!(%error, code, cause, "no checkpoint could be written; trying again later");
                }
            }
        }
    }
}
