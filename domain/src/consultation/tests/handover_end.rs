//! The ends of a handover: expired, resolved, returned.

use super::*;
use crate::consultation::{
    ExpireHandover, HandoverExpired, HandoverOutcome, HandoverResolved, HandoverReturned, ResolveHandover,
    ReturnHandover, Unassigned,
};

fn expire() -> Command {
    Command::ExpireHandover(ExpireHandover { handover_id: HANDOVER })
}

fn resolve() -> Command {
    Command::ResolveHandover(ResolveHandover { handover_id: HANDOVER })
}

fn give_back() -> Command {
    Command::ReturnHandover(ReturnHandover { handover_id: HANDOVER, reason: None })
}

fn returned() -> HandoverReturned {
    HandoverReturned {
        handover_id: HANDOVER,
        returned_by: Some(ACTING_MANAGER),
        accepted_by: Some(BORIS),
        reason: None,
    }
}

#[test]
fn what_nobody_took_expires_once() {
    given::<Consultation>(requested(queued()))
        .when(expire())
        .then([Event::HandoverExpired(HandoverExpired { handover_id: HANDOVER, offered_to: None })])
        .when(expire())
        .then_nothing();
}

#[test]
fn an_offer_expires_at_its_end_and_not_before() {
    given::<Consultation>(offered(queued()))
        .at(hours(4) - TimeDelta::milliseconds(1))
        .when(expire())
        .then_rejected("offer_still_stands")
        .at(hours(4))
        .when(expire())
        .then([Event::HandoverExpired(HandoverExpired { handover_id: HANDOVER, offered_to: Some(BORIS) })]);
}

#[test]
fn what_somebody_has_taken_does_not_expire() {
    given::<Consultation>(accepted(queued())).when(expire()).then_rejected("handover_already_accepted");
}

#[test]
fn an_accepted_handover_is_done_once() {
    given::<Consultation>(accepted(in_progress()))
        .when(resolve())
        .then([Event::HandoverResolved(HandoverResolved {
            handover_id: HANDOVER,
            outcome: HandoverOutcome::Done,
            resolved_by: Some(ACTING_MANAGER),
            accepted_by: Some(BORIS),
        })])
        .when(resolve())
        .then_nothing();
}

#[test]
fn an_accepted_handover_is_given_back_once() {
    let with_reason = ReturnHandover { handover_id: HANDOVER, reason: Some("Not my field.".into()) };
    given::<Consultation>(accepted(in_progress()))
        .when(Command::ReturnHandover(with_reason))
        .then([
            Event::HandoverReturned(HandoverReturned { reason: Some("Not my field.".into()), ..returned() }),
            Event::Unassigned(Unassigned { from_assignee: BORIS, reason: None, is_open: true }),
        ])
        .when(give_back())
        .then_nothing();
}

#[test]
fn giving_back_takes_it_from_nobody_else() {
    given::<Consultation>(after(accepted(in_progress()), [assigned_to(ANNA)]))
        .when(give_back())
        .then([Event::HandoverReturned(returned())]);
}

#[test]
fn what_nobody_took_is_neither_done_nor_given_back() {
    for events in [requested(queued()), offered(queued())] {
        for command in [resolve(), give_back()] {
            given::<Consultation>(events.clone()).when(command).then_rejected("handover_not_accepted");
        }
    }
}

#[test]
fn each_end_is_final() {
    let ends =
        [(expire(), requested(queued())), (resolve(), accepted(queued())), (give_back(), accepted(queued()))];
    for (end, events) in &ends {
        let mut ended = given::<Consultation>(events.clone()).when(end.clone()).then_something();
        for (other, _) in ends.iter().filter(|(other, _)| other != end) {
            ended = ended.when(other.clone()).then_rejected_at("handover_not_open", "handover_id");
        }
        ended.when(end.clone()).then_nothing();
    }
}

#[test]
fn ending_a_handover_is_work() {
    for command in [expire(), resolve(), give_back()] {
        is_work(&command);
        given::<Consultation>(queued()).when(command).then_rejected_at("unknown_handover", "handover_id");
    }
}

#[test]
fn the_end_of_the_consultation_repeats_quietly() {
    let dropped = HandoverResolved {
        handover_id: HANDOVER,
        outcome: HandoverOutcome::Dropped,
        resolved_by: None,
        accepted_by: Some(BORIS),
    };
    let cancelled = Cancelled { from: Status::InProgress, reason: None, assignee: Some(BORIS) };
    let events = [Event::HandoverResolved(dropped), Event::Cancelled(cancelled)];
    given::<Consultation>(after(accepted(in_progress()), events)).when(resolve()).then_nothing();
}

#[test]
fn the_end_of_another_handover_leaves_the_open_one_alone() {
    let another = Event::HandoverExpired(HandoverExpired { handover_id: id(0x41), offered_to: None });
    given::<Consultation>(after(accepted(queued()), [another])).when(resolve()).then_something();
}

#[test]
fn giving_back_has_its_limits() {
    let nul = ReturnHandover { handover_id: HANDOVER, reason: Some("\0".into()) };
    given::<Consultation>(accepted(queued()))
        .when(Command::ReturnHandover(nul))
        .then_rejected_at("nul_character", "reason");
}
