//! Every read model, erased: what the live table holds afterwards is what a rebuild makes of the log.

use std::collections::BTreeSet;

use ledgerdesk_domain::{
    catalog::{CatalogCommand, DefineCatalogEntry},
    client::{ClientCommand, ClientKind, ContactKind, ErasePerson, NewContact, RegisterClient},
    consultation::{
        AddNote, Answer, Appoint, Attachment, Attributes, CallDirection, CallOutcome, ChangeDetails, Channel,
        ConsultationCommand as C, DeclineHandover, OfferHandover, Party, ReceiveMessage, Redate,
        RequestHandover, ReviseRating, SubmitRating,
    },
    event::{Event, Recorded},
    id::{ManagerId, PersonId},
    personal::{PERSONAL_MARK, SEALED_MARK},
    workspace::{SaveView, WorkspaceCommand},
};
use serde_json::{Value, json};

use super::{Story, assign, at, fold, fold_on, id, open, receive, resolve, send};
use crate::{
    calls::Calls, catalogs::Catalogs, clients::Clients, consultation_detail::ConsultationDetail,
    consultation_facts::ConsultationFacts, consultation_list::ConsultationList,
    consultation_versions::ConsultationVersions, handovers::Handovers, history::History, managers::Managers,
    messages::Messages, ratings::Ratings, redates::Redates, runtime::Projection, search::Search,
    steps::Steps,
};

const ANNA: u128 = 1;
const BORIS: u128 = 2;
/// Hers from the start.
const KNOWN: u128 = 11;
/// Opened by somebody unknown, who turns out to be her.
const FOUND_OUT: u128 = 12;
/// Taken for hers, but his.
const MISTAKEN: u128 = 13;

fn belongs_to(client: u128) -> C {
    C::ChangeDetails(ChangeDetails {
        topic: None,
        description: None,
        client_id: Some(id(client)),
        language: None,
        catalog: None,
    })
}

fn register(name: &str) -> ClientCommand {
    ClientCommand::RegisterClient(RegisterClient {
        kind: ClientKind::Person,
        name: name.to_owned(),
        company: Some(format!("{name} and sons")),
        contacts: vec![NewContact { kind: ContactKind::Email, value: format!("{name}@example.org") }],
        language: None,
        references: Vec::new(),
    })
}

/// Says something personal in every field that has room for it.
fn talk(story: Story, consultation: u128) -> Story {
    let part = |number: u128| consultation * 1000 + number;
    let handover_id = id(part(1));
    let manager_id: ManagerId = id(77);
    let reason = || Some("a secret reason".to_owned());
    let answers = |comment: &str| {
        vec![Answer { question: "tone".to_owned(), score: Some(4), comment: Some(comment.to_owned()) }]
    };
    let attachment = Attachment {
        name: "secret.png".into(),
        content_type: "image/png".to_owned(),
        size: 3,
        url: "s3://x".to_owned(),
    };
    story
        .consultation(consultation, assign(77))
        .consultation(consultation, receive(part(2)))
        .consultation(
            consultation,
            C::ReceiveMessage(ReceiveMessage {
                message_id: id(part(3)),
                channel: Channel::Email,
                text: "a secret text".to_owned(),
                attachments: vec![attachment],
                in_reply_to: None,
            }),
        )
        .consultation(
            consultation,
            C::RequestHandover(RequestHandover {
                handover_id,
                requested_by: Party::Bot,
                reason: reason(),
                to_team: None,
                to_manager: None,
            }),
        )
        .consultation(
            consultation,
            C::OfferHandover(OfferHandover { handover_id, manager_id, expires_at: None }),
        )
        .consultation(
            consultation,
            C::DeclineHandover(DeclineHandover { handover_id, manager_id, reason: reason() }),
        )
        .consultation(consultation, C::Appoint(Appoint::at(at(5_000))))
        .consultation(
            consultation,
            C::Redate(Redate {
                redate_id: id(part(4)),
                to: at(6_000),
                reason: reason(),
                initiator: Party::Client(None),
            }),
        )
        .consultation(
            consultation,
            C::LogCall(ledgerdesk_domain::consultation::LogCall {
                call_id: id(part(5)),
                direction: CallDirection::Outbound,
                outcome: CallOutcome::Answered,
                started_at: at(100),
                wait_seconds: None,
                duration_seconds: Some(30),
                manager_id: Some(manager_id),
                phone: Some("+79990000000".to_owned()),
                recording: Some("https://files.example.org/secret.ogg".to_owned()),
                redate_id: Some(id(part(4))),
            }),
        )
        .consultation(
            consultation,
            C::AddNote(AddNote {
                note_id: id(part(6)),
                author: Party::Manager(manager_id),
                text: "a secret note".to_owned(),
            }),
        )
        .consultation(consultation, send(part(7), Party::Manager(manager_id)))
        .consultation(consultation, resolve())
        .consultation(
            consultation,
            C::SubmitRating(SubmitRating {
                rating_id: id(part(8)),
                questionnaire: "q".to_owned(),
                questionnaire_version: 1,
                answers: answers("a secret comment"),
            }),
        )
        .consultation(
            consultation,
            C::ReviseRating(ReviseRating {
                rating_id: id(part(8)),
                answers: answers("a secret afterthought"),
            }),
        )
}

fn section() -> DefineCatalogEntry {
    DefineCatalogEntry {
        kind: "section".to_owned(),
        external_id: "17".to_owned(),
        title: "Printing".to_owned(),
        parent: None,
        attributes: Attributes::new(),
    }
}

pub(crate) fn story() -> Story {
    let story = Story::default().client(ANNA, register("anna")).client(BORIS, register("boris"));
    let story = talk(story.consultation(KNOWN, open(Some(ANNA), "a secret topic")), KNOWN);
    let story = talk(story.consultation(FOUND_OUT, open(None, "a secret topic")), FOUND_OUT)
        .consultation(FOUND_OUT, belongs_to(ANNA));
    let story = talk(story.consultation(MISTAKEN, open(Some(ANNA), "a secret topic")), MISTAKEN);
    let view = SaveView {
        view_id: id(90),
        name: "mine".to_owned(),
        shared: true,
        filter: "{}".to_owned(),
        order: None,
        columns: Vec::new(),
    };
    story
        .consultation(MISTAKEN, belongs_to(BORIS))
        .catalog(14, CatalogCommand::DefineCatalogEntry(section()))
        .workspace(WorkspaceCommand::SaveView(view))
}

/// As the store reads events whose keys are gone: every personal value in them is erased.
fn without_keys(events: &[Recorded], erased: &BTreeSet<PersonId>) -> Vec<Recorded> {
    let mut events = events.to_vec();
    for event in &mut events {
        if erased.contains(&event.metadata.person_id) {
            let mut data = event.event.encode_data();
            seal(&mut data);
            event.event = Event::decode(event.stream.stream_type, event.event.event_type(), data)
                .expect("an erased event still reads");
        }
    }
    events
}

fn seal(value: &mut Value) {
    match value {
        Value::Object(fields) if fields.contains_key(PERSONAL_MARK) => *value = json!({ SEALED_MARK: 0 }),
        Value::Object(fields) => fields.values_mut().for_each(seal),
        Value::Array(items) => items.iter_mut().for_each(seal),
        _ => {}
    }
}

/// As the runtime does when it meets the erasure: empties the personal columns of the persons' rows.
fn empty<P: Projection>(projection: &P, row: &P::Row, erased: &BTreeSet<PersonId>) -> P::Row {
    let mut row = serde_json::to_value(row).expect("a row is JSON");
    let person: Option<PersonId> =
        serde_json::from_value(row["person_id"].clone()).expect("a person or none");
    if person.is_some_and(|person| erased.contains(&person)) {
        for column in projection.definition().personal {
            row[*column] = Value::Null;
        }
    }
    serde_json::from_value(row).expect("a row without its personal columns is a row")
}

/// Erases the client at the end of the story and compares; `persons` are the client and what it opened before
/// it was known.
fn check<P: Projection>(projection: &P, client: u128, persons: &[u128]) {
    let persons: Vec<PersonId> = persons.iter().map(|person| id(*person)).collect();
    let erased: BTreeSet<PersonId> = persons.iter().copied().collect();
    let before = story();
    let mut live = before.fold(projection);
    for row in live.values_mut() {
        *row = empty(projection, row, &erased);
    }
    let seen = before.events.len();
    let after = before.client(client, ClientCommand::ErasePerson(ErasePerson { persons }));
    let live = fold_on(projection, live, &after.events[seen..]);
    let rebuilt = fold(projection, &without_keys(&after.events, &erased));
    assert_eq!(live, rebuilt, "{}", projection.definition().name);
}

fn check_all(client: u128, persons: &[u128]) {
    check(&ConsultationList, client, persons);
    check(&ConsultationDetail, client, persons);
    check(&History, client, persons);
    check(&Messages, client, persons);
    check(&Search, client, persons);
    check(&Steps, client, persons);
    check(&Handovers, client, persons);
    check(&Redates, client, persons);
    check(&Calls, client, persons);
    check(&Ratings, client, persons);
    check(&ConsultationFacts, client, persons);
    check(&ConsultationVersions, client, persons);
    check(&Clients, client, persons);
    check(&Managers, client, persons);
    check(&Catalogs, client, persons);
}

#[test]
fn erased_live_equals_rebuilt_for_one_whose_consultation_went_to_another() {
    check_all(ANNA, &[ANNA, KNOWN, FOUND_OUT]);
}

#[test]
fn erased_live_equals_rebuilt_for_one_who_got_anothers_consultation() {
    check_all(BORIS, &[BORIS, MISTAKEN]);
}

fn text<P: Projection>(projection: &P, events: &[Recorded]) -> String {
    format!("{:?}", fold(projection, events))
}

#[test]
fn nothing_that_was_said_survives_the_erasure_of_everybody() {
    let everybody: BTreeSet<PersonId> = [ANNA, BORIS, KNOWN, FOUND_OUT, MISTAKEN].map(id).into();
    let events = without_keys(&story().events, &everybody);
    let rows = [
        text(&ConsultationList, &events),
        text(&ConsultationDetail, &events),
        text(&History, &events),
        text(&Messages, &events),
        text(&Search, &events),
        text(&Handovers, &events),
        text(&Redates, &events),
        text(&Calls, &events),
        text(&Ratings, &events),
        text(&ConsultationFacts, &events),
        text(&ConsultationVersions, &events),
        text(&Clients, &events),
        text(&Catalogs, &events),
    ];
    for rows in rows {
        for word in ["secret", "anna", "boris", "+7999"] {
            assert!(!rows.contains(word), "{word} in {rows}");
        }
    }
}
