//! A projection as the API shows it.

use async_graphql::{Enum, SimpleObject};
use ledgerdesk_projections::runtime::{ProjectionState as State, ProjectionStatus};

use super::position::Position;

/// What a projection does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum ProjectionState {
    /// No node leads it at the moment.
    Idle,
    /// A node keeps it up to date.
    Running,
    /// It waits for somebody to act; see `reason`.
    Paused,
    /// Its table is of an older version; a rebuild will replace it.
    Outdated,
}

/// Where a projection stands: how far its read model is behind the log.
#[derive(SimpleObject)]
pub struct Projection {
    /// Its permanent name, which is its table's.
    name: &'static str,
    /// The version of its table; null before its first start.
    version: Option<i32>,
    /// What it does.
    state: ProjectionState,
    /// The permanent code of why it is paused, such as `event_unknown`.
    code: Option<String>,
    /// Why it is paused, and what would be right.
    reason: Option<String>,
    /// The last event that its rows show.
    position: Position,
    /// The last event of the log.
    head: Position,
    /// How many events it is behind.
    lag_events: i64,
    /// How old the oldest event is that its rows do not show, in seconds; 0 if they show all.
    lag_seconds: f64,
    /// Events that it could not apply, and later ones of the same rows that wait behind them.
    parked_events: i64,
    /// The last event that a rebuild beside it has written, if one runs.
    rebuild_position: Option<Position>,
    /// The last event that an interrupted rebuild has written, if it can go on.
    interrupted_rebuild_position: Option<Position>,
    /// The version of the table that the last rebuild replaced, if it was kept.
    previous_version: Option<i32>,
    /// The last event that the rows of that table show.
    previous_position: Option<Position>,
}

impl From<ProjectionStatus> for Projection {
    fn from(status: ProjectionStatus) -> Self {
        let (state, pause) = match status.state {
            State::Idle => (ProjectionState::Idle, None),
            State::Running => (ProjectionState::Running, None),
            State::Paused(pause) => (ProjectionState::Paused, Some(pause)),
            State::Outdated => (ProjectionState::Outdated, None),
        };
        let (code, reason) = pause.map(|pause| (pause.code, pause.reason)).unzip();
        Self {
            name: status.name,
            version: status.version,
            state,
            code,
            reason,
            position: status.position.into(),
            head: status.head.into(),
            lag_events: status.lag_events,
            lag_seconds: status.lag_seconds,
            parked_events: status.parked,
            rebuild_position: status.rebuild.map(Into::into),
            interrupted_rebuild_position: status.kept_rebuild.map(Into::into),
            previous_version: status.previous.map(|previous| previous.version),
            previous_position: status.previous.map(|previous| previous.position.into()),
        }
    }
}
