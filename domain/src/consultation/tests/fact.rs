use super::*;
use crate::consultation::{AttributeValue, Attributes, FactImported, ImportFact};

fn fact() -> ImportFact {
    ImportFact {
        activity: "Take in charge ticket".into(),
        status: Some("Queued".into()),
        code: "illegal_transition".into(),
        manager_id: Some(ANNA),
        team: Some("V5 3rd".into()),
        attributes: Attributes::from([("impact".into(), AttributeValue::Text("Medium".into()))]),
    }
}

#[test]
fn a_fact_is_kept_whatever_the_status_and_however_often() {
    let kept = Event::FactImported(FactImported {
        activity: "Take in charge ticket".into(),
        status: Some("Queued".into()),
        code: "illegal_transition".into(),
        manager_id: Some(ANNA),
        team: Some("V5 3rd".into()),
        attributes: Attributes::from([("impact".into(), AttributeValue::Text("Medium".into()))]),
    });
    needs_a_consultation(&Command::ImportFact(fact()));
    for events in each_status().into_iter().map(|(_, events)| events).chain([merged()]) {
        given::<Consultation>(events)
            .when(Command::ImportFact(fact()))
            .then([kept.clone()])
            .when(Command::ImportFact(fact()))
            .then([kept.clone()]);
    }
}

#[test]
fn a_fact_has_its_limits() {
    let refused = |command, code, field| {
        given::<Consultation>(queued()).when(Command::ImportFact(command)).then_rejected_at(code, field);
    };
    refused(ImportFact { activity: " ".into(), ..fact() }, "empty", "activity");
    refused(ImportFact { code: "a\0".into(), ..fact() }, "nul_character", "code");
    refused(ImportFact { status: Some("a".repeat(501)), ..fact() }, "too_long", "status");
    refused(ImportFact { team: Some("a\0".into()), ..fact() }, "nul_character", "team");
    let long = Attributes::from([("a".into(), AttributeValue::Text("a".repeat(501)))]);
    refused(ImportFact { attributes: long, ..fact() }, "too_long", "attributes");
}
