//! Runs the server again when it dies, for as long as we live.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicI32, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::{
    EmbeddedError,
    postmaster::{Plan, Postmaster},
};

/// The first wait before a restart; doubled each time.
const BACKOFF_MIN: Duration = Duration::from_millis(200);
/// The longest wait. There is no last attempt: a full disk may be emptied while nobody watches.
const BACKOFF_MAX: Duration = Duration::from_secs(30);
/// The longest wait for a server that took connections before it ended: it does start, and people wait for it.
const BACKOFF_SERVED: Duration = Duration::from_secs(1);
/// A server that ran this long is healthy, and its end is a new story.
const HEALTHY: Duration = Duration::from_mins(1);

/// Owns the server's process.
#[derive(Debug)]
pub(super) struct Supervisor {
    stop: DropGuard,
    task: JoinHandle<Result<(), EmbeddedError>>,
    pid: Arc<AtomicI32>,
    cluster: PathBuf,
}

impl Supervisor {
    /// Starts the server and, once it takes connections, its supervision.
    pub(super) async fn start(plan: Plan) -> Result<Self, EmbeddedError> {
        let postmaster = Postmaster::start(&plan).await?;
        let pid = Arc::new(AtomicI32::new(postmaster.pid()));
        let stop = CancellationToken::new();
        let cluster = plan.home.cluster();
        let task = tokio::spawn(supervise(plan, postmaster, stop.clone(), Arc::clone(&pid)));
        Ok(Self { stop: stop.drop_guard(), task, pid, cluster })
    }

    /// The server's process id; `None` while it does not run.
    pub(super) fn pid(&self) -> Option<i32> {
        Some(self.pid.load(Ordering::Relaxed)).filter(|pid| *pid != 0)
    }

    /// Stops the server and waits until it is gone.
    pub(super) async fn stop(self) -> Result<(), EmbeddedError> {
        drop(self.stop);
        match self.task.await {
            Ok(stopped) => stopped,
            // The task was torn down or panicked, and its end told the server to stop.
            Err(_) => super::leftovers::clear(&self.cluster).await,
        }
    }
}

async fn supervise(
    plan: Plan,
    mut postmaster: Postmaster,
    stop: CancellationToken,
    pid: Arc<AtomicI32>,
) -> Result<(), EmbeddedError> {
    let cluster = plan.home.cluster();
    let mut backoff = BACKOFF_MIN;
    loop {
        let since = Instant::now();
        let status = tokio::select! {
            () = stop.cancelled() => return postmaster.stop(&cluster).await,
            status = postmaster.ended() => status,
        };
        pid.store(0, Ordering::Relaxed);
        let status = status.map_or_else(|error| error.to_string(), |status| status.to_string());
        tracing::error!(%status, log = %plan.home.log().display(), "PostgreSQL ended by itself; starting it again");
        backoff = if since.elapsed() > HEALTHY { BACKOFF_MIN } else { backoff.min(BACKOFF_SERVED) };
        postmaster = loop {
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                () = tokio::time::sleep(backoff) => {}
            }
            backoff = (backoff * 2).min(BACKOFF_MAX);
            // A stop during the start drops it, and with it the server that it was starting.
            tokio::select! {
                () = stop.cancelled() => return super::leftovers::clear(&cluster).await,
                started = Postmaster::start(&plan) => match started {
                    Ok(postmaster) => break postmaster,
                    Err(error) => tracing::error!(error = %error, "PostgreSQL did not start; trying again"),
                },
            }
        };
        pid.store(postmaster.pid(), Ordering::Relaxed);
        tracing::info!(pid = postmaster.pid(), "PostgreSQL runs again");
    }
}
