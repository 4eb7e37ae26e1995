use super::*;
use crate::{
    consultation::{AttributeValue, Attributes, CatalogReference, OpenConsultation},
    text::{LONG_TEXT, SHORT_TEXT},
};

fn open() -> OpenConsultation {
    OpenConsultation {
        client_id: Some(CLIENT),
        topic: "The printer is on fire".into(),
        description: None,
        channel: Channel::Site,
        priority: Priority::Normal,
        language: None,
        team: None,
        tags: vec![],
        catalog: vec![],
        attributes: Attributes::new(),
    }
}

#[track_caller]
fn refused(command: OpenConsultation, code: &str, field: &str) {
    given::<Consultation>([]).when(Command::OpenConsultation(command)).then_rejected_at(code, field);
}

#[test]
fn somebody_asks_and_it_is_queued() {
    given::<Consultation>([])
        .when(Command::OpenConsultation(open()))
        .then(queued())
        .when(Command::Start(crate::consultation::Start))
        .then([Event::Started(Started { from: Status::Queued, assignee: None })]);
}

#[test]
fn what_is_given_is_brought_into_its_normal_form() {
    let reference = |key: &str| CatalogReference { catalog: "product".into(), key: key.into() };
    given::<Consultation>([])
        .when(Command::OpenConsultation(OpenConsultation {
            topic: "  The printer is on fire ".into(),
            description: Some("\n".into()),
            language: Some("RU".into()),
            team: Some("  ".into()),
            tags: vec!["urgent".into(), " fire ".into(), "fire".into()],
            catalog: vec![reference("printer"), reference("paper"), reference("printer")],
            attributes: Attributes::from([("floor".into(), AttributeValue::Integer(3))]),
            ..open()
        }))
        .then([Event::ConsultationOpened(ConsultationOpened {
            language: Some("ru".into()),
            tags: vec!["fire".into(), "urgent".into()],
            catalog: vec![reference("paper"), reference("printer")],
            attributes: Attributes::from([("floor".into(), AttributeValue::Integer(3))]),
            ..opening()
        })]);
}

#[test]
fn it_opens_once() {
    given::<Consultation>(queued())
        .when(Command::OpenConsultation(open()))
        .then_rejected("consultation_already_exists");
    given::<Consultation>(closed())
        .when(Command::OpenConsultation(open()))
        .then_rejected("consultation_already_exists");
}

#[test]
fn a_topic_says_something_within_its_limit() {
    refused(OpenConsultation { topic: " \t".into(), ..open() }, "empty", "topic");
    refused(OpenConsultation { topic: "я".repeat(SHORT_TEXT + 1), ..open() }, "too_long", "topic");
    refused(OpenConsultation { topic: "a\0b".into(), ..open() }, "nul_character", "topic");
    given::<Consultation>([])
        .when(Command::OpenConsultation(OpenConsultation { topic: "я".repeat(SHORT_TEXT), ..open() }))
        .then_something();
}

#[test]
fn the_other_fields_have_their_limits_too() {
    let long = Some("a".repeat(LONG_TEXT + 1));
    refused(OpenConsultation { description: long, ..open() }, "too_long", "description");
    refused(OpenConsultation { description: Some("\0".into()), ..open() }, "nul_character", "description");
    refused(OpenConsultation { language: Some("russian".into()), ..open() }, "malformed", "language");
    refused(OpenConsultation { language: Some("r\0".into()), ..open() }, "malformed", "language");
    refused(OpenConsultation { team: Some("a\0".into()), ..open() }, "nul_character", "team");
    refused(OpenConsultation { tags: vec![" ".into()], ..open() }, "empty", "tags");
    refused(OpenConsultation { tags: vec!["a".repeat(101)], ..open() }, "too_long", "tags");
    refused(OpenConsultation { tags: vec!["a".into(); 51], ..open() }, "too_many", "tags");
    let reference = CatalogReference { catalog: "product".into(), key: String::new() };
    refused(OpenConsultation { catalog: vec![reference.clone()], ..open() }, "empty", "catalog");
    refused(OpenConsultation { catalog: vec![reference; 51], ..open() }, "too_many", "catalog");
    let nul = Attributes::from([("a\0".into(), AttributeValue::Flag(true))]);
    refused(OpenConsultation { attributes: nul, ..open() }, "nul_character", "attributes");
    let many = (0..101).map(|n| (n.to_string(), AttributeValue::Integer(n))).collect();
    refused(OpenConsultation { attributes: many, ..open() }, "too_many", "attributes");
}
