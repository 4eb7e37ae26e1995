//! The lifecycle: where a consultation stands, and the steps between.

mod command;
mod decide;
mod event;

use chrono::{DateTime, Utc};

pub use command::{Cancel, Close, Hold, Reopen, Resolve, Resume, Start, WaitForClient};
pub(super) use decide::{cancel, close, hold, reopen, reopened, resolve, resume, start, wait_for_client};
pub use event::{
    Cancelled, Closed, PutOnHold, Reopened, Resolved, Resumed, Started, WaitingForClientStarted,
};

use super::{ConsultationEvent as Event, ReopenTo, Status};
use crate::id::ManagerId;

/// Where a consultation stands, with what matters only there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Lifecycle {
    /// Nothing happened yet.
    #[default]
    Unopened,
    Queued,
    InProgress,
    WaitingForClient,
    OnHold {
        /// When to look again.
        until: Option<DateTime<Utc>>,
    },
    Resolved {
        /// Who held it then: ratings are attributed to this manager.
        held_by: Option<ManagerId>,
    },
    Closed {
        /// Who held it when it was resolved.
        held_by: Option<ManagerId>,
    },
    Cancelled,
}

impl Lifecycle {
    pub(super) const fn status(self) -> Option<Status> {
        match self {
            Self::Unopened => None,
            Self::Queued => Some(Status::Queued),
            Self::InProgress => Some(Status::InProgress),
            Self::WaitingForClient => Some(Status::WaitingForClient),
            Self::OnHold { .. } => Some(Status::OnHold),
            Self::Resolved { .. } => Some(Status::Resolved),
            Self::Closed { .. } => Some(Status::Closed),
            Self::Cancelled => Some(Status::Cancelled),
        }
    }

    /// Where it stands after the event. Each event says by itself where it leads, so that the order of events
    /// does not matter to totality.
    pub(super) fn evolve(self, event: &Event) -> Self {
        match event {
            Event::ConsultationOpened(_) => Self::Queued,
            Event::Started(_) | Event::Resumed(_) => Self::InProgress,
            Event::WaitingForClientStarted(_) => Self::WaitingForClient,
            Event::PutOnHold(hold) => Self::OnHold { until: hold.until },
            Event::Resolved(resolved) => Self::Resolved { held_by: resolved.assignee },
            Event::Reopened(reopened) => match reopened.to {
                ReopenTo::Queued => Self::Queued,
                ReopenTo::InProgress => Self::InProgress,
            },
            Event::Closed(closed) => match self {
                Self::Resolved { held_by } => Self::Closed { held_by },
                _ => Self::Closed { held_by: closed.assignee },
            },
            Event::Cancelled(_) => Self::Cancelled,
            _ => self,
        }
    }
}
