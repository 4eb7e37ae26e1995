use super::*;
use crate::consultation::{CatalogReference, ChangeDetails, ChangePriority, DetailsChanged, PriorityChanged};

const NOTHING: ChangeDetails =
    ChangeDetails { topic: None, description: None, client_id: None, language: None, catalog: None };

fn unchanged() -> DetailsChanged {
    DetailsChanged {
        topic: None,
        description: None,
        client_id: None,
        previous_client_id: None,
        language: None,
        catalog: None,
        is_open: true,
    }
}

fn change(command: ChangeDetails) -> Command {
    Command::ChangeDetails(command)
}

fn priority(priority: Priority) -> Command {
    Command::ChangePriority(ChangePriority { priority })
}

#[test]
fn only_what_differs_changes() {
    let catalog = vec![CatalogReference { catalog: "product".into(), key: "printer".into() }];
    let command = change(ChangeDetails {
        topic: Some("The printer is on fire".into()),
        description: Some("Black smoke.".into()),
        client_id: Some(CLIENT),
        language: Some("EN".into()),
        catalog: Some(catalog.clone()),
    });
    given::<Consultation>(queued())
        .when(command.clone())
        .then([Event::DetailsChanged(DetailsChanged {
            description: Some("Black smoke.".into()),
            language: Some("en".into()),
            catalog: Some(catalog),
            ..unchanged()
        })])
        .when(command)
        .then_nothing();
}

#[test]
fn a_new_client_keeps_trace_of_the_one_before() {
    given::<Consultation>(queued())
        .when(change(ChangeDetails { client_id: Some(id(0xc2)), ..NOTHING }))
        // What was said is said again, so that it is sealed with the key of the person whom it is about now.
        .then([Event::DetailsChanged(DetailsChanged {
            topic: Some("The printer is on fire".into()),
            client_id: Some(id(0xc2)),
            previous_client_id: Some(CLIENT),
            ..unchanged()
        })]);
}

#[test]
fn an_empty_description_takes_the_old_one_away() {
    let described = |text: &str| change(ChangeDetails { description: Some(text.into()), ..NOTHING });
    given::<Consultation>(queued())
        .when(described(""))
        .then_nothing()
        .when(described("Black smoke."))
        .then_something()
        .when(described(""))
        .then([Event::DetailsChanged(DetailsChanged { description: Some("".into()), ..unchanged() })])
        .when(described(""))
        .then_nothing();
}

#[test]
fn a_resolved_consultation_says_that_it_was_not_open() {
    given::<Consultation>(resolved())
        .when(change(ChangeDetails { topic: Some("Smoke".into()), ..NOTHING }))
        .then([Event::DetailsChanged(DetailsChanged {
            topic: Some("Smoke".into()),
            is_open: false,
            ..unchanged()
        })]);
}

#[test]
fn details_that_break_a_limit_are_refused() {
    let refused = |command, code, field| {
        given::<Consultation>(queued()).when(change(command)).then_rejected_at(code, field);
    };
    refused(ChangeDetails { topic: Some(String::new()), ..NOTHING }, "empty", "topic");
    refused(ChangeDetails { description: Some("\0".into()), ..NOTHING }, "nul_character", "description");
    refused(ChangeDetails { language: Some("e1".into()), ..NOTHING }, "malformed", "language");
    let nameless = CatalogReference { catalog: String::new(), key: "printer".into() };
    refused(ChangeDetails { catalog: Some(vec![nameless]), ..NOTHING }, "empty", "catalog");
}

#[test]
fn changing_details_is_work() {
    is_work(&change(ChangeDetails { topic: Some("Smoke".into()), ..NOTHING }));
    is_work(&change(NOTHING));
}

#[test]
fn it_becomes_more_urgent_once() {
    given::<Consultation>(queued())
        .when(priority(Priority::Urgent))
        .then([Event::PriorityChanged(PriorityChanged { from: Priority::Normal, to: Priority::Urgent })])
        .when(priority(Priority::Urgent))
        .then_nothing();
}

#[test]
fn changing_the_priority_is_work() {
    is_work(&priority(Priority::High));
}
