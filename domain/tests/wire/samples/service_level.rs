use super::{id, time};
use ledgerdesk_domain::{
    consultation::{ConsultationEvent as Event, ServiceLevelBreached, ServiceLevelWarned},
    service_level::ClockKind,
};

pub(super) fn all() -> Vec<Event> {
    let handover_id = Some(id(0x40));
    vec![
        Event::ServiceLevelWarned(ServiceLevelWarned {
            clock: ClockKind::HandoverAcceptance,
            number: 2,
            handover_id,
            due_at: time("2026-03-04T14:00:00Z"),
            target_ms: 7_200_000,
            rule: "urgent".into(),
            policy_version: 3,
            assignee: Some(id(0xa1)),
            team: Some("Second line".into()),
        }),
        Event::ServiceLevelBreached(ServiceLevelBreached {
            clock: ClockKind::HandoverAcceptance,
            number: 2,
            handover_id,
            due_at: time("2026-03-04T14:00:00Z"),
            target_ms: 7_200_000,
            rule: "urgent".into(),
            policy_version: 3,
            assignee: Some(id(0xa1)),
            team: Some("Second line".into()),
        }),
    ]
}
