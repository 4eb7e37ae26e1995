use ledgerdesk_domain::consultation::{
    Cancelled, Closed, ConsultationEvent as Event, PutOnHold, ReopenTo, Reopened, Resolved, Resumed, Started,
    Status, WaitingForClientStarted,
};

use super::{id, time};

pub(super) fn all() -> Vec<Event> {
    vec![
        Event::Started(Started { from: Status::Queued, assignee: Some(id(0xa1)) }),
        Event::WaitingForClientStarted(WaitingForClientStarted {
            from: Status::InProgress,
            reason: Some("Which printer?".into()),
        }),
        Event::PutOnHold(PutOnHold {
            from: Status::WaitingForClient,
            reason: Some("A spare part is on its way.".into()),
            until: Some(time("2026-03-03T09:00:00Z")),
        }),
        Event::Resumed(Resumed { from: Status::OnHold }),
        Event::Resolved(Resolved {
            from: Status::InProgress,
            resolution: Some("Extinguished.".into()),
            code: Some("fixed".into()),
            assignee: Some(id(0xa1)),
            resolved_by: Some(id(0xb1)),
        }),
        Event::Reopened(Reopened {
            from: Status::Closed,
            to: ReopenTo::InProgress,
            reason: Some("It burns again.".into()),
            assignee: Some(id(0xa1)),
        }),
        Event::Closed(Closed { assignee: Some(id(0xa1)) }),
        Event::Cancelled(Cancelled {
            from: Status::Queued,
            reason: Some("Asked by mistake.".into()),
            assignee: Some(id(0xa1)),
        }),
    ]
}
