//! From the request to the acceptance.

use super::*;
use crate::{
    consultation::{
        AcceptHandover, DeclineHandover, HandoverDeclined, HandoverExpired, OfferHandover, RequestHandover,
        Resumed,
    },
    text::LONG_TEXT,
};

fn request() -> RequestHandover {
    RequestHandover {
        handover_id: HANDOVER,
        requested_by: Party::Bot,
        reason: None,
        to_team: None,
        to_manager: None,
    }
}

fn request_event(from_assignee: Option<ManagerId>) -> HandoverRequested {
    HandoverRequested {
        handover_id: HANDOVER,
        requested_by: Party::Bot,
        reason: None,
        to_team: None,
        to_manager: None,
        from_assignee,
    }
}

fn offer(manager_id: ManagerId) -> Command {
    Command::OfferHandover(OfferHandover { handover_id: HANDOVER, manager_id, expires_at: Some(hours(4)) })
}

fn offer_event(manager_id: ManagerId) -> Event {
    Event::HandoverOffered(HandoverOffered { handover_id: HANDOVER, manager_id, expires_at: Some(hours(4)) })
}

fn accept(manager_id: ManagerId) -> Command {
    Command::AcceptHandover(AcceptHandover { handover_id: HANDOVER, manager_id })
}

fn accept_event(manager_id: ManagerId) -> Event {
    Event::HandoverAccepted(HandoverAccepted { handover_id: HANDOVER, manager_id })
}

fn decline(manager_id: ManagerId) -> Command {
    Command::DeclineHandover(DeclineHandover { handover_id: HANDOVER, manager_id, reason: None })
}

fn decline_event(manager_id: ManagerId) -> Event {
    Event::HandoverDeclined(HandoverDeclined { handover_id: HANDOVER, manager_id, reason: None })
}

fn reassigned(from: Option<ManagerId>, to: ManagerId) -> Event {
    Event::Assigned(Assigned {
        assignee: Some(to),
        team: None,
        from_assignee: from,
        from_team: None,
        reason: None,
        is_open: true,
    })
}

fn expired(events: Vec<Event>) -> Vec<Event> {
    after(events, [Event::HandoverExpired(HandoverExpired { handover_id: HANDOVER, offered_to: None })])
}

#[test]
fn somebody_asks_for_a_handover_once() {
    let command = RequestHandover {
        reason: Some("Wants a person.".into()),
        to_team: Some(" Fire ".into()),
        to_manager: Some(BORIS),
        ..request()
    };
    given::<Consultation>(in_progress())
        .when(Command::RequestHandover(command.clone()))
        .then([Event::HandoverRequested(HandoverRequested {
            reason: Some("Wants a person.".into()),
            to_team: Some("Fire".into()),
            to_manager: Some(BORIS),
            ..request_event(Some(ANNA))
        })])
        .when(Command::RequestHandover(command))
        .then_nothing();
}

#[test]
fn a_repeated_request_changes_nothing_after_its_end_either() {
    given::<Consultation>(expired(requested(queued())))
        .when(Command::RequestHandover(request()))
        .then_nothing();
}

#[test]
fn one_handover_is_open_at_a_time() {
    let another = Command::RequestHandover(RequestHandover { handover_id: id(0x41), ..request() });
    for events in [requested(queued()), offered(queued()), accepted(queued())] {
        given::<Consultation>(events).when(another.clone()).then_rejected("handover_already_open");
    }
    given::<Consultation>(expired(requested(queued()))).when(another).then_something();
}

#[test]
fn only_what_is_open_is_handed_over() {
    is_a_step(&Command::RequestHandover(request()), &Status::OPEN, None);
}

#[test]
fn a_request_has_its_limits() {
    let refused = |command, code, field| {
        given::<Consultation>(queued()).when(Command::RequestHandover(command)).then_rejected_at(code, field);
    };
    refused(RequestHandover { reason: Some("a".repeat(LONG_TEXT + 1)), ..request() }, "too_long", "reason");
    refused(RequestHandover { to_team: Some("a\0".into()), ..request() }, "nul_character", "to_team");
}

#[test]
fn a_manager_is_asked_once_and_then_another_one() {
    given::<Consultation>(requested(queued()))
        .when(offer(BORIS))
        .then([offer_event(BORIS)])
        .when(offer(BORIS))
        .then_nothing()
        .when(offer(ANNA))
        .then([offer_event(ANNA)]);
}

#[test]
fn an_offer_can_be_prolonged() {
    let prolonged = OfferHandover { handover_id: HANDOVER, manager_id: BORIS, expires_at: Some(hours(8)) };
    given::<Consultation>(offered(queued())).when(Command::OfferHandover(prolonged)).then_something();
}

#[test]
fn an_offer_ends_within_reason() {
    let endless = OfferHandover { handover_id: HANDOVER, manager_id: BORIS, expires_at: Some(year_9999()) };
    given::<Consultation>(requested(queued()))
        .when(Command::OfferHandover(endless))
        .then_rejected_at("out_of_range", "expires_at");
}

#[test]
fn only_an_open_handover_is_offered_accepted_or_declined() {
    for command in [offer(BORIS), accept(BORIS), decline(BORIS)] {
        is_work(&command);
        given::<Consultation>(queued())
            .when(command.clone())
            .then_rejected_at("unknown_handover", "handover_id");
        given::<Consultation>(expired(requested(queued())))
            .when(command)
            .then_rejected_at("handover_not_open", "handover_id");
    }
}

#[test]
fn what_somebody_has_taken_is_neither_offered_nor_declined() {
    for command in [offer(ANNA), decline(BORIS), accept(ANNA)] {
        given::<Consultation>(accepted(queued())).when(command).then_rejected("handover_already_accepted");
    }
}

#[test]
fn who_accepts_becomes_the_assignee_and_work_begins() {
    given::<Consultation>(offered(queued()))
        .when(accept(BORIS))
        .then([
            accept_event(BORIS),
            reassigned(None, BORIS),
            Event::Started(Started { from: Status::Queued, assignee: Some(BORIS) }),
        ])
        .when(accept(BORIS))
        .then_nothing();
}

#[test]
fn a_request_is_accepted_straight_away_too() {
    given::<Consultation>(requested(in_progress()))
        .when(accept(BORIS))
        .then([accept_event(BORIS), reassigned(Some(ANNA), BORIS)]);
}

#[test]
fn work_goes_on_if_it_waited() {
    for (from, events) in [(Status::WaitingForClient, waiting()), (Status::OnHold, on_hold())] {
        given::<Consultation>(requested(events)).when(accept(BORIS)).then([
            accept_event(BORIS),
            reassigned(Some(ANNA), BORIS),
            Event::Resumed(Resumed { from }),
        ]);
    }
}

#[test]
fn the_assignee_may_accept_without_being_assigned_again() {
    given::<Consultation>(requested(in_progress())).when(accept(ANNA)).then([accept_event(ANNA)]);
}

#[test]
fn the_team_that_was_asked_becomes_responsible() {
    let to_fire = HandoverRequested { to_team: Some("Fire".into()), ..request_event(Some(ANNA)) };
    given::<Consultation>(after(in_progress(), [Event::HandoverRequested(to_fire)]))
        .when(accept(BORIS))
        .then([
            accept_event(BORIS),
            Event::Assigned(Assigned {
                assignee: Some(BORIS),
                team: Some("Fire".into()),
                from_assignee: Some(ANNA),
                from_team: None,
                reason: None,
                is_open: true,
            }),
        ]);
}

#[test]
fn only_the_manager_who_is_asked_accepts_or_declines() {
    for command in [accept(ANNA), decline(ANNA)] {
        given::<Consultation>(offered(queued()))
            .when(command)
            .then_rejected_at("handover_offered_to_another", "manager_id");
    }
}

#[test]
fn after_a_no_it_waits_for_the_next_offer() {
    let with_reason =
        DeclineHandover { handover_id: HANDOVER, manager_id: BORIS, reason: Some("At lunch.".into()) };
    given::<Consultation>(offered(queued()))
        .when(Command::DeclineHandover(with_reason))
        .then([Event::HandoverDeclined(HandoverDeclined {
            handover_id: HANDOVER,
            manager_id: BORIS,
            reason: Some("At lunch.".into()),
        })])
        .when(decline(BORIS))
        .then_nothing()
        .when(offer(BORIS))
        .then([offer_event(BORIS)])
        .when(accept(BORIS))
        .then_something();
}

#[test]
fn whom_the_request_names_may_say_no_without_an_offer() {
    let to_boris = HandoverRequested { to_manager: Some(BORIS), ..request_event(None) };
    given::<Consultation>(after(queued(), [Event::HandoverRequested(to_boris)]))
        .when(decline(ANNA))
        .then_rejected_at("handover_not_offered", "manager_id")
        .when(decline(BORIS))
        .then([decline_event(BORIS)]);
}

#[test]
fn without_an_offer_there_is_nothing_to_decline() {
    given::<Consultation>(requested(queued()))
        .when(decline(BORIS))
        .then_rejected_at("handover_not_offered", "manager_id");
}

#[test]
fn a_no_has_its_limits() {
    let nul = DeclineHandover { handover_id: HANDOVER, manager_id: BORIS, reason: Some("\0".into()) };
    given::<Consultation>(offered(queued()))
        .when(Command::DeclineHandover(nul))
        .then_rejected_at("nul_character", "reason");
}
