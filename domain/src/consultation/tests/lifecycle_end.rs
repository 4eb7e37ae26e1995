use super::*;
use crate::consultation::{
    Cancel, Close, HandoverOutcome, HandoverResolved, Reopen, ReopenTo, Reopened, Resolve, Unassigned,
};

fn resolve() -> Command {
    Command::Resolve(Resolve { resolution: None, code: None })
}

fn cancel() -> Command {
    Command::Cancel(Cancel { reason: None })
}

fn reopen(to: Option<ReopenTo>) -> Command {
    Command::Reopen(Reopen { to, reason: None })
}

fn handover_resolved(outcome: HandoverOutcome, accepted_by: Option<ManagerId>) -> Event {
    Event::HandoverResolved(HandoverResolved {
        handover_id: HANDOVER,
        outcome,
        resolved_by: Some(ACTING_MANAGER),
        accepted_by,
    })
}

fn resolved_from(from: Status, assignee: Option<ManagerId>) -> Event {
    Event::Resolved(Resolved {
        from,
        resolution: None,
        code: None,
        assignee,
        resolved_by: Some(ACTING_MANAGER),
    })
}

#[test]
fn it_is_answered() {
    let resolve_with_words =
        Resolve { resolution: Some("Extinguished.".into()), code: Some(" extinguished ".into()) };
    given::<Consultation>(in_progress())
        .when(Command::Resolve(resolve_with_words.clone()))
        .then([Event::Resolved(Resolved {
            from: Status::InProgress,
            resolution: Some("Extinguished.".into()),
            code: Some("extinguished".into()),
            assignee: Some(ANNA),
            resolved_by: Some(ACTING_MANAGER),
        })])
        .when(resolve())
        .then_nothing()
        .when(Command::Resolve(resolve_with_words))
        .then_rejected("illegal_transition");
}

#[test]
fn any_open_consultation_can_be_resolved() {
    is_a_step(&resolve(), &Status::OPEN, Some(Status::Resolved));
}

#[test]
fn nobody_resolves_as_a_manager_who_is_none() {
    given::<Consultation>(queued()).by(crate::context::Actor::SYSTEM).when(resolve()).then([
        Event::Resolved(Resolved {
            from: Status::Queued,
            resolution: None,
            code: None,
            assignee: None,
            resolved_by: None,
        }),
    ]);
}

#[test]
fn resolving_finishes_an_accepted_handover() {
    given::<Consultation>(accepted(in_progress())).when(resolve()).then([
        handover_resolved(HandoverOutcome::Done, Some(BORIS)),
        resolved_from(Status::InProgress, Some(BORIS)),
    ]);
}

#[test]
fn resolving_drops_a_handover_that_nobody_took() {
    given::<Consultation>(offered(in_progress())).when(resolve()).then([
        handover_resolved(HandoverOutcome::Dropped, None),
        resolved_from(Status::InProgress, Some(ANNA)),
    ]);
}

#[test]
fn a_resolution_has_its_limits() {
    let refused = |command, code, field| {
        given::<Consultation>(queued()).when(Command::Resolve(command)).then_rejected_at(code, field);
    };
    refused(Resolve { resolution: Some("\0".into()), code: None }, "nul_character", "resolution");
    refused(Resolve { resolution: None, code: Some("a".repeat(501)) }, "too_long", "code");
}

#[test]
fn a_resolved_consultation_is_closed_for_good() {
    given::<Consultation>(resolved())
        .when(Command::Close(Close))
        .then([Event::Closed(Closed { assignee: Some(ANNA) })])
        .when(Command::Close(Close))
        .then_nothing();
}

#[test]
fn only_a_resolved_consultation_closes() {
    is_a_step(&Command::Close(Close), &[Status::Resolved], Some(Status::Closed));
}

#[test]
fn it_is_called_off() {
    given::<Consultation>(in_progress())
        .when(Command::Cancel(Cancel { reason: Some("Spam.".into()) }))
        .then([Event::Cancelled(Cancelled {
            from: Status::InProgress,
            reason: Some("Spam.".into()),
            assignee: Some(ANNA),
        })])
        .when(cancel())
        .then_nothing()
        .when(Command::Cancel(Cancel { reason: Some("Spam.".into()) }))
        .then_rejected("consultation_closed");
}

#[test]
fn any_open_consultation_can_be_called_off() {
    is_a_step(&cancel(), &Status::OPEN, Some(Status::Cancelled));
    given::<Consultation>(queued())
        .when(Command::Cancel(Cancel { reason: Some("\0".into()) }))
        .then_rejected_at("nul_character", "reason");
}

#[test]
fn calling_off_drops_the_open_handover() {
    for (events, accepted_by) in [(requested(queued()), None), (accepted(queued()), Some(BORIS))] {
        given::<Consultation>(events).when(cancel()).then([
            handover_resolved(HandoverOutcome::Dropped, accepted_by),
            Event::Cancelled(Cancelled { from: Status::Queued, reason: None, assignee: accepted_by }),
        ]);
    }
}

#[test]
fn what_was_ended_is_taken_up_again() {
    for (from, events) in
        [(Status::Resolved, resolved()), (Status::Closed, closed()), (Status::Cancelled, cancelled())]
    {
        given::<Consultation>(events)
            .when(Command::Reopen(Reopen { to: None, reason: Some("It burns again.".into()) }))
            .then([Event::Reopened(Reopened {
                from,
                to: ReopenTo::InProgress,
                reason: Some("It burns again.".into()),
                assignee: Some(ANNA),
            })])
            .when(reopen(None))
            .then_rejected("illegal_transition");
    }
}

#[test]
fn it_reopens_into_the_queue_if_nobody_holds_it() {
    let unassigned = Event::Unassigned(Unassigned { from_assignee: ANNA, reason: None, is_open: true });
    given::<Consultation>(after(resolved(), [unassigned])).when(reopen(None)).then([Event::Reopened(
        Reopened { from: Status::Resolved, to: ReopenTo::Queued, reason: None, assignee: None },
    )]);
}

#[test]
fn it_reopens_where_it_is_told_to() {
    given::<Consultation>(closed())
        .when(reopen(Some(ReopenTo::Queued)))
        .then([Event::Reopened(Reopened {
            from: Status::Closed,
            to: ReopenTo::Queued,
            reason: None,
            assignee: Some(ANNA),
        })])
        .when(Command::Start(crate::consultation::Start))
        .then_something();
}

#[test]
fn only_what_was_ended_reopens() {
    is_a_step(&reopen(None), &[Status::Resolved, Status::Closed, Status::Cancelled], None);
    given::<Consultation>(closed())
        .when(Command::Reopen(Reopen { to: None, reason: Some("\0".into()) }))
        .then_rejected_at("nul_character", "reason");
}
