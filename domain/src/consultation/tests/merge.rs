use super::*;
use crate::consultation::{HandoverOutcome, HandoverResolved, Merge, Start, Unmerge, Unmerged};

fn merge(into: ConsultationId) -> Command {
    Command::Merge(Merge { consultation_id: ITSELF, into })
}

#[test]
fn it_goes_into_another_one_from_any_status_and_comes_back_into_the_same() {
    for (status, events) in each_status() {
        let assignee = (status != Status::Queued).then_some(ANNA);
        given::<Consultation>(events)
            .when(merge(OTHER))
            .then([Event::Merged(Merged { into: OTHER, from: status, assignee })])
            .when(merge(OTHER))
            .then_nothing()
            .when(merge(id(0x30)))
            .then_rejected("consultation_merged")
            .when(Command::Unmerge(Unmerge))
            .then([Event::Unmerged(Unmerged { from: OTHER, status, assignee })])
            .when(Command::Unmerge(Unmerge))
            .then_rejected("not_merged");
    }
}

#[test]
fn it_does_not_go_into_itself() {
    given::<Consultation>(queued()).when(merge(ITSELF)).then_rejected_at("merge_into_itself", "into");
}

#[test]
fn a_merge_drops_the_open_handover() {
    given::<Consultation>(accepted(in_progress())).when(merge(OTHER)).then([
        Event::HandoverResolved(HandoverResolved {
            handover_id: HANDOVER,
            outcome: HandoverOutcome::Dropped,
            resolved_by: Some(ACTING_MANAGER),
            accepted_by: Some(BORIS),
        }),
        Event::Merged(Merged { into: OTHER, from: Status::InProgress, assignee: Some(BORIS) }),
    ]);
}

#[test]
fn work_goes_on_after_the_merge_is_taken_back() {
    given::<Consultation>(queued())
        .when(merge(OTHER))
        .then_something()
        .when(Command::Start(Start))
        .then_rejected("consultation_merged")
        .when(Command::Unmerge(Unmerge))
        .then_something()
        .when(Command::Start(Start))
        .then_something();
}

#[test]
fn what_was_never_opened_is_not_merged() {
    needs_a_consultation(&merge(OTHER));
    needs_a_consultation(&Command::Unmerge(Unmerge));
}
