//! What an event of a consultation does to the load of managers.
//!
//! An open consultation is the load of its assignee; so what ends it takes the load, what reopens it gives it
//! back, and an assignment moves it only while it is open.

use ledgerdesk_domain::{consultation::ConsultationEvent, id::ManagerId};

/// By how much the counts of one manager change.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) consultations: i32,
    pub(super) handovers: i32,
    pub(super) resolved: i32,
}

const TAKES: Change = Change { consultations: 1, handovers: 0, resolved: 0 };
const LEAVES: Change = Change { consultations: -1, handovers: 0, resolved: 0 };
const TAKES_HANDOVER: Change = Change { consultations: 0, handovers: 1, resolved: 0 };
const LEAVES_HANDOVER: Change = Change { consultations: 0, handovers: -1, resolved: 0 };
const RESOLVES: Change = Change { consultations: 0, handovers: 0, resolved: 1 };

/// Calls `with` for every manager whose counts the event changes; for one manager perhaps more than once.
pub(super) fn for_each_change(event: &ConsultationEvent, mut with: impl FnMut(ManagerId, Change)) {
    let mut each = |manager: Option<ManagerId>, when: bool, change: Change| {
        if let Some(manager) = manager.filter(|_| when) {
            with(manager, change);
        }
    };
    match event {
        ConsultationEvent::Assigned(assigned) => {
            let moves = assigned.is_open && assigned.from_assignee != assigned.assignee;
            each(assigned.from_assignee, moves, LEAVES);
            each(assigned.assignee, moves, TAKES);
        }
        ConsultationEvent::Unassigned(unassigned) => {
            each(Some(unassigned.from_assignee), unassigned.is_open, LEAVES);
        }
        ConsultationEvent::Resolved(resolved) => {
            each(resolved.assignee, resolved.from.is_open(), LEAVES);
            each(resolved.resolved_by, true, RESOLVES);
        }
        ConsultationEvent::Cancelled(cancelled) => each(cancelled.assignee, cancelled.from.is_open(), LEAVES),
        ConsultationEvent::Merged(merged) => each(merged.assignee, merged.from.is_open(), LEAVES),
        ConsultationEvent::Reopened(reopened) => each(reopened.assignee, !reopened.from.is_open(), TAKES),
        ConsultationEvent::Unmerged(unmerged) => each(unmerged.assignee, unmerged.status.is_open(), TAKES),
        ConsultationEvent::HandoverAccepted(accepted) => {
            each(Some(accepted.manager_id), true, TAKES_HANDOVER);
        }
        ConsultationEvent::HandoverResolved(resolved) => each(resolved.accepted_by, true, LEAVES_HANDOVER),
        ConsultationEvent::HandoverReturned(returned) => each(returned.accepted_by, true, LEAVES_HANDOVER),
        _ => {}
    }
}
