use super::*;
use crate::consultation::{ExternalReference, ExternalReferenceLinked, LinkExternalReference};

fn reference(number: &str) -> ExternalReference {
    ExternalReference { system: "chatwoot".into(), kind: "conversation".into(), id: number.into() }
}

fn link(reference: ExternalReference) -> Command {
    Command::LinkExternalReference(LinkExternalReference { reference })
}

#[test]
fn the_same_thing_elsewhere_becomes_known_once() {
    let linked = Event::ExternalReferenceLinked(ExternalReferenceLinked { reference: reference("17") });
    given::<Consultation>(queued())
        .when(link(reference(" 17 ")))
        .then([linked])
        .when(link(reference("17")))
        .then_nothing()
        .when(link(reference("18")))
        .then_something();
}

#[test]
fn references_are_allowed_whatever_the_status() {
    needs_a_consultation(&link(reference("17")));
    for (_, events) in each_status() {
        given::<Consultation>(events).when(link(reference("17"))).then_something();
    }
    given::<Consultation>(merged()).when(link(reference("17"))).then_something();
}

#[test]
fn a_reference_has_its_limits() {
    for (broken, code) in [
        (ExternalReference { system: String::new(), ..reference("17") }, "empty"),
        (ExternalReference { kind: "a".repeat(101), ..reference("17") }, "too_long"),
        (reference("a\0"), "nul_character"),
    ] {
        given::<Consultation>(queued()).when(link(broken)).then_rejected_at(code, "reference");
    }
}

#[test]
fn there_are_at_most_a_hundred_references() {
    let linked = |number: u32| {
        Event::ExternalReferenceLinked(ExternalReferenceLinked { reference: reference(&number.to_string()) })
    };
    given::<Consultation>(after(queued(), (0..100).map(linked)))
        .when(link(reference("99")))
        .then_nothing()
        .when(link(reference("100")))
        .then_rejected_at("too_many", "reference");
}
