//! Durable timers: what has to be told when its time comes, told once, whatever the number of nodes.
//!
//! - `follow`: the log is followed with a checkpoint of its own; what is ahead of each consultation is reckoned by
//!   [`ledgerdesk_domain::service_level::ahead`], and when the first of it comes is written into `ledgerdesk.reminders`.
//! - `replay`: the same for all open consultations of a workspace whose rules changed.
//! - `fire`: what has to be told of consultations whose time has come becomes commands.
//! - `rows`: the tables; `clocks`: the one that tells what is due and what is late.
//!
//! # Why each is told once
//! A row is no more than a reminder to look at a consultation. Whoever takes it looks at the log as it is then, and sends
//! a command for each deadline that has come, carried out on that very version only, with the clock and its deadline as
//! idempotency key. Where deadlines moved there is nothing to tell; where they were told and the row could not be
//! replaced, the log says that they were.
//!
//! # Why none is forgotten
//! A row has the version of the consultation that it was reckoned from. Who follows the log adds a row for each newer
//! version and deletes the older ones that nobody has taken; who tells replaces the row that it took, and no other, by
//! one for what comes next. So the newest version always has its row, whoever comes first.
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

use chrono::{DateTime, Utc};
use ledgerdesk_domain::{
    id::{ConsultationId, WorkspaceId},
    service_level::{self, Ahead, Facts, Rules},
};
use sqlx::PgPool;
use tokio::sync::Notify;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use self::rows::Reminder;
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
    workspace: WorkspaceId,
    consultation: ConsultationId,
    version: i32,
    ahead: Ahead,
}

impl Reckoned {
    fn of(workspace: WorkspaceId, consultation: ConsultationId, facts: &Facts, rules: &Rules) -> Self {
        let ahead = service_level::ahead(facts, rules);
        Self { workspace, consultation, version: facts.version(), ahead }
    }

    /// When to look at the consultation, after an instant if one is given. None for one that has ended and of which
    /// nothing is to be told.
    fn reminder(&self, after: Option<DateTime<Utc>>) -> Option<Reminder> {
        let times = self.ahead.deadlines.iter().map(|deadline| deadline.at);
        let looks_at = times.filter(|at| after.is_none_or(|after| *at > after)).min();
        (self.ahead.is_open || looks_at.is_some()).then_some(Reminder {
            consultation: self.consultation,
            version: self.version,
            workspace: self.workspace,
            looks_at,
        })
    }
}

/// Why a task could not go on.
#[derive(Debug, thiserror::Error)]
enum TimerError {
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error("the timers could not be written")]
    Database(#[from] sqlx::Error),
    /// The checkpoint lies before what this node has followed: the database crashed, or was restored. Either way the
    /// tables went back with it.
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
