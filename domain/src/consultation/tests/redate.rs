use super::*;
use crate::consultation::{Appointed, Redate, Redated};

fn appointed(events: Vec<Event>) -> Vec<Event> {
    after(
        events,
        [Event::Appointed(Appointed { appointed_for: hours(2), appointed_until: hours(2), previous: None })],
    )
}

fn redate(number: u128, to: DateTime<Utc>) -> Redate {
    Redate { redate_id: id(number), to, reason: None, initiator: Party::Client(None) }
}

fn redated(number: u32, from: DateTime<Utc>, to: DateTime<Utc>) -> Redated {
    Redated {
        redate_id: id(number.into()),
        number,
        from,
        to,
        reason: None,
        initiator: Party::Client(None),
        assignee: Some(ANNA),
    }
}

#[test]
fn the_promised_time_moves_and_the_moves_are_counted() {
    given::<Consultation>(appointed(in_progress()))
        .when(Command::Redate(Redate { reason: Some("Ill.".into()), ..redate(1, hours(26)) }))
        .then([Event::Redated(Redated { reason: Some("Ill.".into()), ..redated(1, hours(2), hours(26)) })])
        .when(Command::Redate(redate(1, hours(50))))
        .then_nothing()
        .when(Command::Redate(redate(2, hours(50))))
        .then([Event::Redated(redated(2, hours(26), hours(50)))]);
}

#[test]
fn without_a_promise_nothing_moves() {
    given::<Consultation>(in_progress())
        .when(Command::Redate(redate(1, hours(2))))
        .then_rejected("not_appointed");
}

#[test]
fn a_redate_goes_to_another_time() {
    given::<Consultation>(appointed(in_progress()))
        .when(Command::Redate(redate(1, hours(2))))
        .then_rejected_at("same_time", "to");
}

#[test]
fn a_redate_has_its_limits() {
    given::<Consultation>(appointed(in_progress()))
        .when(Command::Redate(redate(1, year_9999())))
        .then_rejected_at("out_of_range", "to")
        .when(Command::Redate(Redate { reason: Some("\0".into()), ..redate(1, hours(3)) }))
        .then_rejected_at("nul_character", "reason");
}

#[test]
fn redating_is_work() {
    is_work(&Command::Redate(redate(1, hours(3))));
}
