use ledgerdesk_domain::consultation::{
    ConsultationEvent as Event, HandoverAccepted, HandoverDeclined, HandoverExpired, HandoverOffered,
    HandoverOutcome, HandoverRequested, HandoverResolved, HandoverReturned, Party,
};

use super::{id, time};

pub(super) fn all() -> Vec<Event> {
    let handover_id = id(0x40);
    vec![
        Event::HandoverRequested(HandoverRequested {
            handover_id,
            requested_by: Party::Client(None),
            reason: Some("Wants to talk to a person.".into()),
            to_team: Some("Second line".into()),
            to_manager: Some(id(0xb1)),
            from_assignee: Some(id(0xa1)),
        }),
        Event::HandoverOffered(HandoverOffered {
            handover_id,
            manager_id: id(0xb1),
            expires_at: Some(time("2026-03-02T09:15:00Z")),
        }),
        Event::HandoverAccepted(HandoverAccepted { handover_id, manager_id: id(0xb1) }),
        Event::HandoverDeclined(HandoverDeclined {
            handover_id,
            manager_id: id(0xb1),
            reason: Some("At lunch.".into()),
        }),
        Event::HandoverExpired(HandoverExpired { handover_id, offered_to: Some(id(0xb1)) }),
        Event::HandoverResolved(HandoverResolved {
            handover_id,
            outcome: HandoverOutcome::Done,
            resolved_by: Some(id(0xb1)),
            accepted_by: Some(id(0xb1)),
        }),
        Event::HandoverReturned(HandoverReturned {
            handover_id,
            returned_by: Some(id(0xb1)),
            accepted_by: Some(id(0xb1)),
            reason: Some("Not a printer after all.".into()),
        }),
    ]
}
