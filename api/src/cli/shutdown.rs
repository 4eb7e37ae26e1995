//! Ctrl-C and SIGTERM: asked once, everything that runs is finished; asked twice, it is cut off; asked a third
//! time, the process ends where it stands, and the next start cleans up after it.

use anyhow::{Context as _, Result};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// The wishes of whoever runs us.
#[derive(Clone)]
pub(super) struct Shutdown {
    /// Stop: finish what runs.
    pub(super) asked: CancellationToken,
    /// Stop now: do not wait for what runs.
    pub(super) forced: CancellationToken,
}

impl Shutdown {
    /// Listens to the signals from now on.
    pub(super) fn listen() -> Result<Self> {
        let interrupt = signal(SignalKind::interrupt()).context("signals cannot be listened to")?;
        let terminate = signal(SignalKind::terminate()).context("signals cannot be listened to")?;
        let shutdown = Self { asked: CancellationToken::new(), forced: CancellationToken::new() };
        tokio::spawn(shutdown.clone().follow(interrupt, terminate));
        Ok(shutdown)
    }

    async fn follow(self, mut interrupt: Signal, mut terminate: Signal) {
        for asked in 0.. {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            match asked {
                0 => {
                    tracing::info!("stopping: finishing what runs; again to cut it off");
                    self.asked.cancel();
                }
                1 => {
                    tracing::warn!("stopping now: what runs is cut off");
                    self.forced.cancel();
                }
                _ => std::process::exit(130),
            }
        }
    }
}
