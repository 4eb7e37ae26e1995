//! Durable timers: what has to be told when its time comes, told once, whatever the number of nodes.
//!
//! - `follow`: the log is followed with a checkpoint of its own; what is ahead of each consultation is reckoned by
//!   [`ledgerdesk_domain::service_level::ahead`] and written as rows of `ledgerdesk.timers`.
//! - `replay`: the same for all open consultations of a workspace whose rules changed.
//! - `fire`: rows whose time has come become commands.
//! - `rows`: the tables; `clocks`: the one that tells what is due and what is late.
//!
//! # Why each is told once
//! A row is no more than a reminder. Whoever takes it looks at the log as it is then, and sends a command that is
//! carried out on that very version only, with the clock and its deadline as idempotency key. A row of a deadline
//! that moved finds nothing to tell; one that was told and could not be deleted finds that it was.
//!
//! # Why none is late
//! Every node fires: rows are taken with `for update skip locked`, so nodes never wait for each other, and a node that
//! is killed lets go of what it had taken at once. Every node follows, too, but one that did not write last looks a
//! quarter of a second later whether the work is done; the lock of the checkpoint row keeps them in line, and there
//! is no lease that would first have to run out. Between deadlines a node sleeps until the next one.

mod clocks;
mod fire;
mod follow;
mod metrics;
mod replay;
mod rows;

use std::{sync::Arc, time::Duration};

use ledgerdesk_domain::service_level::Ahead;
use sqlx::PgPool;
use tokio::sync::Notify;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub use self::{clocks::is_shown, metrics::TimerMetrics};
use crate::{
    clock::IdSource,
    command::CommandExecutor,
    event_store::{EventStore, ReadError, StoreError},
    service_levels::ServiceLevels,
};

/// How long a broken database is left alone.
const BACK_OFF: Duration = Duration::from_millis(500);
/// The longest sleep: a net under the wake-ups, not what deadlines rely on.
const SAFETY: Duration = Duration::from_secs(30);

/// What timers work with.
pub struct TimerParts {
    /// Connections.
    pub pool: PgPool,
    /// The log.
    pub store: EventStore,
    /// Commands.
    pub executor: CommandExecutor,
    /// Ids of conversations.
    pub ids: Arc<dyn IdSource>,
    /// Rules and facts.
    pub levels: ServiceLevels,
    /// Which node this is.
    pub node: String,
    /// Where to count.
    pub metrics: TimerMetrics,
}

/// The timers of a node.
pub struct Timers {
    tasks: TaskTracker,
    stop: CancellationToken,
}

/// What the tasks share.
#[derive(Clone)]
struct Shared {
    parts: Arc<TimerParts>,
    stop: CancellationToken,
    /// Timers may have changed.
    changed: Arc<Notify>,
    /// Rules may have changed.
    replays: Arc<Notify>,
}

impl Timers {
    /// Starts the timers of this node.
    pub fn start(parts: TimerParts) -> Self {
        let stop = CancellationToken::new();
        let shared = Shared {
            parts: Arc::new(parts),
            stop: stop.clone(),
            changed: Arc::default(),
            replays: Arc::default(),
        };
        let tasks = TaskTracker::new();
        tasks.spawn(follow::run(shared.clone()));
        tasks.spawn(replay::run(shared.clone()));
        tasks.spawn(fire::run(shared));
        tasks.close();
        Self { tasks, stop }
    }

    /// Stops: what was taken is finished.
    pub async fn stop(&self) {
        self.stop.cancel();
        self.tasks.wait().await;
    }
}

/// What was reckoned for a consultation.
struct Reckoned {
    workspace: ledgerdesk_domain::id::WorkspaceId,
    consultation: ledgerdesk_domain::id::ConsultationId,
    version: i32,
    ahead: Ahead,
}

/// Why a task could not go on.
#[derive(Debug, thiserror::Error)]
enum TimerError {
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error("the timers could not be written")]
    Database(#[from] sqlx::Error),
    /// The checkpoint lies before what this node has followed: the database was restored.
    #[error("the checkpoint of the timers fell back")]
    FellBack,
}

impl TimerError {
    const fn is_shutdown(&self) -> bool {
        matches!(self, Self::Read(ReadError::Store(StoreError::ShuttingDown)))
    }
}

impl Shared {
    /// Waits; false if the node stops.
    async fn sleep(&self, time: Duration) -> bool {
        tokio::select! {
            () = tokio::time::sleep(time) => true,
            () = self.stop.cancelled() => false,
        }
    }
}
