use super::*;
use crate::consultation::{Resume, Resumed, Start};

#[test]
fn work_begins() {
    given::<Consultation>(after(queued(), [assigned_to(ANNA)]))
        .when(Command::Start(Start))
        .then([Event::Started(Started { from: Status::Queued, assignee: Some(ANNA) })])
        .when(Command::Start(Start))
        .then_nothing();
}

#[test]
fn work_begins_only_from_the_queue() {
    is_a_step(&Command::Start(Start), &[Status::Queued], Some(Status::InProgress));
}

#[test]
fn an_illegal_step_says_what_would_be_right() {
    use crate::{
        context::{Actor, Context},
        decider::Decider,
    };
    let state = waiting().iter().fold(<Consultation as Decider>::State::default(), Consultation::evolve);
    let context = Context { occurred_at: MONDAY_NINE, actor: Actor::SYSTEM };
    let rejection = Consultation::decide(&state, Command::Start(Start), &context).unwrap_err();
    assert_eq!(
        rejection.to_string(),
        "cannot start a consultation that is WAITING_FOR_CLIENT; it must be QUEUED"
    );
}

#[test]
fn the_client_gets_the_turn() {
    given::<Consultation>(in_progress())
        .when(Command::WaitForClient(WaitForClient { reason: Some("Which printer?".into()) }))
        .then([Event::WaitingForClientStarted(WaitingForClientStarted {
            from: Status::InProgress,
            reason: Some("Which printer?".into()),
        })])
        .when(wait_for_client())
        .then_nothing();
}

#[test]
fn the_client_gets_the_turn_from_any_other_open_status() {
    let from = [Status::Queued, Status::InProgress, Status::OnHold];
    is_a_step(&wait_for_client(), &from, Some(Status::WaitingForClient));
}

#[test]
fn a_repeat_with_a_reason_is_refused_rather_than_lost() {
    given::<Consultation>(waiting())
        .when(Command::WaitForClient(WaitForClient { reason: Some("Which printer?".into()) }))
        .then_rejected("illegal_transition");
}

#[test]
fn it_waits_for_something_else() {
    given::<Consultation>(waiting())
        .when(Command::Hold(Hold { reason: Some("Spare part.".into()), until: Some(hours(24)) }))
        .then([Event::PutOnHold(PutOnHold {
            from: Status::WaitingForClient,
            reason: Some("Spare part.".into()),
            until: Some(hours(24)),
        })])
        .when(hold_until(hours(24)))
        .then_nothing();
}

#[test]
fn a_hold_can_be_prolonged() {
    given::<Consultation>(on_hold()).when(hold_until(hours(48))).then([Event::PutOnHold(PutOnHold {
        from: Status::OnHold,
        reason: None,
        until: Some(hours(48)),
    })]);
}

#[test]
fn any_open_consultation_can_wait() {
    is_a_step(&hold_until(hours(1)), &Status::OPEN, None);
}

#[test]
fn a_hold_ends_within_reason() {
    given::<Consultation>(queued())
        .when(hold_until(year_9999()))
        .then_rejected_at("out_of_range", "until")
        .when(Command::Hold(Hold { reason: Some("\0".into()), until: None }))
        .then_rejected_at("nul_character", "reason");
}

#[test]
fn work_goes_on_after_waiting() {
    for (from, events) in [(Status::WaitingForClient, waiting()), (Status::OnHold, on_hold())] {
        given::<Consultation>(events)
            .when(Command::Resume(Resume))
            .then([Event::Resumed(Resumed { from })])
            .when(Command::Resume(Resume))
            .then_nothing();
    }
}

#[test]
fn only_what_waits_resumes() {
    let from = [Status::WaitingForClient, Status::OnHold];
    is_a_step(&Command::Resume(Resume), &from, Some(Status::InProgress));
}
