//! What the rules remember of handovers.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::{
    consultation::{ConsultationEvent as Event, ConsultationRejection as Rejection},
    id::{HandoverId, ManagerId},
};

/// The handovers of a consultation: at most one open, the others over.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::consultation) struct Handovers {
    pub(super) open: Option<OpenHandover>,
    pub(super) ended: BTreeMap<HandoverId, End>,
}

/// The open handover.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OpenHandover {
    pub(super) id: HandoverId,
    pub(super) to_team: Option<String>,
    pub(super) to_manager: Option<ManagerId>,
    pub(super) stage: Stage,
}

/// How far the open handover is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// It waits for an offer, or for somebody who takes it.
    Requested {
        /// Who said no last.
        declined_by: Option<ManagerId>,
    },
    /// A manager was asked.
    Offered { to: ManagerId, expires_at: Option<DateTime<Utc>> },
    /// A manager has taken over.
    Accepted(Accepted),
}

/// A handover that somebody has taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::consultation) struct Accepted {
    pub(in crate::consultation) handover_id: HandoverId,
    pub(in crate::consultation) by: ManagerId,
    /// Whether a person has written to the client since.
    pub(in crate::consultation) responded: bool,
}

/// How a handover ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Expired,
    Resolved,
    Returned,
}

/// A handover as its id finds it.
pub(super) enum Found<'a> {
    Open(&'a OpenHandover),
    Ended(End),
}

impl Handovers {
    /// Whether there ever was a handover with this id.
    pub(super) fn knows(&self, id: HandoverId) -> bool {
        self.find(id).is_ok()
    }

    pub(super) fn find(&self, handover_id: HandoverId) -> Result<Found<'_>, Rejection> {
        match &self.open {
            Some(open) if open.id == handover_id => Ok(Found::Open(open)),
            _ => self
                .ended
                .get(&handover_id)
                .map(|end| Found::Ended(*end))
                .ok_or(Rejection::UnknownHandover { handover_id }),
        }
    }

    pub(in crate::consultation) fn open_id(&self) -> Option<HandoverId> {
        self.open.as_ref().map(|open| open.id)
    }

    /// The open handover if somebody has taken it.
    pub(in crate::consultation) fn accepted(&self) -> Option<Accepted> {
        match self.open.as_ref()?.stage {
            Stage::Accepted(accepted) => Some(accepted),
            Stage::Requested { .. } | Stage::Offered { .. } => None,
        }
    }

    /// Applies the event. Events of a handover that is not the open one change nothing but its end: the log may
    /// hold what today's rules refuse.
    pub(in crate::consultation) fn evolve(&mut self, event: &Event) {
        match event {
            Event::HandoverRequested(requested) => {
                self.open = Some(OpenHandover {
                    id: requested.handover_id,
                    to_team: requested.to_team.clone(),
                    to_manager: requested.to_manager,
                    stage: Stage::Requested { declined_by: None },
                });
            }
            Event::HandoverOffered(offered) => {
                let stage = Stage::Offered { to: offered.manager_id, expires_at: offered.expires_at };
                self.enter(offered.handover_id, stage);
            }
            Event::HandoverAccepted(accepted) => {
                let stage = Stage::Accepted(Accepted {
                    handover_id: accepted.handover_id,
                    by: accepted.manager_id,
                    responded: false,
                });
                self.enter(accepted.handover_id, stage);
            }
            Event::HandoverDeclined(declined) => {
                self.enter(declined.handover_id, Stage::Requested { declined_by: Some(declined.manager_id) });
            }
            Event::HandoverExpired(expired) => self.end(expired.handover_id, End::Expired),
            Event::HandoverResolved(resolved) => self.end(resolved.handover_id, End::Resolved),
            Event::HandoverReturned(returned) => self.end(returned.handover_id, End::Returned),
            Event::MessageSent(sent) if sent.author.is_manager() => {
                if let Some(OpenHandover { stage: Stage::Accepted(accepted), .. }) = &mut self.open {
                    accepted.responded = true;
                }
            }
            _ => {}
        }
    }

    fn enter(&mut self, id: HandoverId, stage: Stage) {
        if let Some(open) = self.open.as_mut().filter(|open| open.id == id) {
            open.stage = stage;
        }
    }

    fn end(&mut self, id: HandoverId, end: End) {
        self.open.take_if(|open| open.id == id);
        self.ended.insert(id, end);
    }
}
