use ledgerdesk_domain::consultation::{
    Appoint, CallDirection, ConsultationCommand as C, LogCall, Party, Redate as Move,
};

use super::*;
use crate::testing::{Story, assign, at, id, open};

fn moved() -> Story {
    Story::default()
        .consultation(1, open(None, "Printer"))
        .consultation(1, assign(77))
        .consultation(1, C::Appoint(Appoint::at(at(60))))
        .at_minute(30)
        .consultation(1, to(31, 120))
}

fn to(redate: u128, minute: i64) -> C {
    C::Redate(Move {
        redate_id: id(redate),
        to: at(minute),
        reason: Some("no car".to_owned()),
        initiator: Party::Client(None),
    })
}

fn call(call: u128, outcome: CallOutcome, minute: i64) -> C {
    C::LogCall(LogCall {
        call_id: id(call),
        direction: CallDirection::Outbound,
        outcome,
        started_at: at(minute),
        wait_seconds: Some(20),
        duration_seconds: (outcome == CallOutcome::Answered).then_some(90),
        manager_id: Some(id(77)),
        phone: None,
        recording: None,
        redate_id: Some(id(31)),
    })
}

#[test]
fn a_move_says_from_when_to_when_how_early_and_who_wanted_it() {
    let row = moved().row(&Redates, 31);
    assert_eq!((row.number, row.redated_at), (1, at(30)));
    assert_eq!((row.moved_from, row.moved_to, row.lead_seconds), (at(60), at(120), 1800));
    assert_eq!((row.initiator_kind, row.initiator_id), (ActorKind::Client, None));
    assert_eq!((row.reason.as_deref(), row.assignee), (Some("no car"), Some(id(77))));
}

#[test]
fn a_move_after_the_time_had_passed_has_a_negative_lead() {
    let row = moved().at_minute(121).consultation(1, to(32, 200)).row(&Redates, 32);
    assert_eq!((row.number, row.moved_from, row.lead_seconds), (2, at(120), -60));
}

#[test]
fn the_promise_is_kept_by_the_first_answered_call_that_serves_it() {
    let story = moved().consultation(1, call(41, CallOutcome::NoAnswer, 120));
    let missed = story.row(&Redates, 31);
    assert_eq!((missed.call_count, missed.answered_at), (1, None));
    let kept = story
        .consultation(1, call(42, CallOutcome::Answered, 121))
        .consultation(1, call(43, CallOutcome::Answered, 130))
        .row(&Redates, 31);
    assert_eq!((kept.call_count, kept.answered_at), (3, Some(at(121))));
}
