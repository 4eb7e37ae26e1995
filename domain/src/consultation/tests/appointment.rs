use super::*;
use crate::consultation::{Appoint, Appointed, Redate};

fn appoint(appointed_for: DateTime<Utc>) -> Command {
    Command::Appoint(Appoint::at(appointed_for))
}

fn appointed(appointed_for: DateTime<Utc>, previous: Option<DateTime<Utc>>) -> Event {
    Event::Appointed(Appointed { appointed_for, appointed_until: appointed_for, previous })
}

#[test]
fn a_time_is_promised_once() {
    given::<Consultation>(queued())
        .when(appoint(hours(2)))
        .then([appointed(hours(2), None)])
        .when(appoint(hours(2)))
        .then_nothing();
}

#[test]
fn a_promise_that_stands_is_redated_not_replaced() {
    given::<Consultation>(after(queued(), [appointed(hours(2), None)]))
        .at(hours(2))
        .when(appoint(hours(3)))
        .then_rejected_at("already_appointed", "appointed_for");
}

#[test]
fn a_new_promise_follows_one_that_has_passed() {
    given::<Consultation>(after(queued(), [appointed(hours(2), None)]))
        .at(hours(2) + TimeDelta::seconds(1))
        .when(appoint(hours(26)))
        .then([appointed(hours(26), Some(hours(2)))]);
}

fn window(appointed_for: DateTime<Utc>, until: DateTime<Utc>) -> Command {
    Command::Appoint(Appoint { appointed_for, appointed_until: Some(until) })
}

fn promised(appointed_for: DateTime<Utc>, appointed_until: DateTime<Utc>) -> Event {
    Event::Appointed(Appointed { appointed_for, appointed_until, previous: None })
}

#[test]
fn a_window_is_promised_once_and_stands_until_its_end() {
    given::<Consultation>(queued())
        .when(window(hours(2), hours(4)))
        .then([promised(hours(2), hours(4))])
        .when(window(hours(2), hours(4)))
        .then_nothing()
        .at(hours(4))
        .when(appoint(hours(9)))
        .then_rejected_at("already_appointed", "appointed_for")
        .at(hours(4) + TimeDelta::seconds(1))
        .when(appoint(hours(9)))
        .then([appointed(hours(9), Some(hours(2)))]);
}

#[test]
fn a_window_that_is_moved_keeps_its_length() {
    let moved = Command::Redate(Redate {
        redate_id: id(1),
        to: hours(26),
        reason: None,
        initiator: Party::Client(None),
    });
    given::<Consultation>(after(in_progress(), [promised(hours(2), hours(4))]))
        .when(moved)
        .then_something()
        .at(hours(28))
        .when(appoint(hours(50)))
        .then_rejected_at("already_appointed", "appointed_for")
        .at(hours(28) + TimeDelta::seconds(1))
        .when(appoint(hours(50)))
        .then([appointed(hours(50), Some(hours(26)))]);
}

#[test]
fn a_window_is_no_longer_than_a_day_and_does_not_end_before_it_starts() {
    for (from, until) in [(2, 1), (2, 27)] {
        given::<Consultation>(queued())
            .when(window(hours(from), hours(until)))
            .then_rejected_at("out_of_range", "appointed_until");
    }
    given::<Consultation>(queued()).when(window(hours(2), hours(26))).then([promised(hours(2), hours(26))]);
}

#[test]
fn a_promise_is_within_reason() {
    let before_1970 = DateTime::from_timestamp(-1, 0).unwrap();
    let year_2200 = DateTime::from_timestamp(7_258_118_400, 0).unwrap();
    for time in [year_9999(), year_2200, before_1970, DateTime::<Utc>::MAX_UTC, DateTime::<Utc>::MIN_UTC] {
        given::<Consultation>(queued()).when(appoint(time)).then_rejected_at("out_of_range", "appointed_for");
    }
    let last_second = DateTime::from_timestamp(7_258_118_399, 0).unwrap();
    given::<Consultation>(queued()).when(appoint(last_second)).then_something();
}

#[test]
fn appointing_is_work() {
    is_work(&appoint(hours(2)));
}
