use ledgerdesk_domain::{
    client::{ClientCommand, NewContact, RegisterClient},
    consultation::{Cancel, ChangeDetails, Close, ConsultationCommand as C, LogCall, Reopen, Unmerge},
};

use super::*;
use crate::testing::{Story, at, id, merge, open, receive, resolve};

fn counts(story: &Story, client: u128) -> (i32, i32) {
    let row = story.row(&Clients, client);
    (row.consultation_count, row.open_consultation_count)
}

fn belongs_to(client: u128) -> C {
    C::ChangeDetails(ChangeDetails {
        topic: None,
        description: None,
        client_id: Some(id(client)),
        language: None,
        catalog: None,
    })
}

#[test]
fn a_client_whom_nobody_registered_is_counted_and_named_later() {
    let story = Story::default().consultation(1, open(Some(7), "Printer"));
    let shell = story.row(&Clients, 7);
    assert_eq!((shell.name, shell.kind, shell.registered_at), (None, None, None));
    assert_eq!((shell.first_seen_at, shell.last_contact_at), (at(0), Some(at(0))));

    let story = story.client(
        7,
        ClientCommand::RegisterClient(RegisterClient {
            kind: ClientKind::Person,
            name: "Anna".to_owned(),
            company: None,
            contacts: vec![NewContact { kind: ContactKind::Email, value: "anna@example.org".to_owned() }],
            language: None,
            references: Vec::new(),
        }),
    );
    let named = story.row(&Clients, 7);
    assert_eq!((named.name.as_deref(), named.registered_at), (Some("Anna"), Some(at(1))));
    assert_eq!(named.contacts.map(|contacts| contacts.len()), Some(1));
    assert_eq!((named.consultation_count, named.open_consultation_count), (1, 1));
}

#[test]
fn open_consultations_follow_every_end_and_every_return() {
    let story = Story::default().consultation(1, open(Some(7), "a")).consultation(2, open(Some(7), "b"));
    assert_eq!(counts(&story, 7), (2, 2));
    let story = story.consultation(1, resolve()).consultation(1, C::Close(Close));
    assert_eq!(counts(&story, 7), (2, 1));
    let story = story.consultation(1, C::Reopen(Reopen { to: None, reason: None }));
    assert_eq!(counts(&story, 7), (2, 2));
    let story = story.consultation(1, C::Cancel(Cancel { reason: None }));
    assert_eq!(counts(&story, 7), (2, 1));
    let story = story.consultation(2, merge(2, 1));
    assert_eq!(counts(&story, 7), (2, 0));
    let story = story.consultation(2, C::Unmerge(Unmerge));
    assert_eq!(counts(&story, 7), (2, 1));
}

#[test]
fn a_merged_resolved_consultation_was_no_longer_open_and_does_not_come_back_as_such() {
    let story = Story::default()
        .consultation(1, open(None, "a"))
        .consultation(2, open(Some(7), "b"))
        .consultation(2, resolve())
        .consultation(2, merge(2, 1));
    assert_eq!(counts(&story, 7), (1, 0));
    assert_eq!(counts(&story.consultation(2, C::Unmerge(Unmerge)), 7), (1, 0));
}

#[test]
fn a_consultation_is_counted_with_whom_it_belongs_to() {
    let story = Story::default().consultation(1, open(None, "a")).consultation(1, belongs_to(7));
    assert_eq!(counts(&story, 7), (1, 1));
    let story = story.consultation(1, resolve()).consultation(1, belongs_to(8));
    assert_eq!((counts(&story, 7), counts(&story, 8)), ((0, 0), (1, 0)));
    let story = story.consultation(1, receive(21));
    assert_eq!((counts(&story, 7), counts(&story, 8)), ((0, 0), (1, 1)), "the message reopened it");
}

#[test]
fn the_last_contact_is_what_the_client_did() {
    let call = |number: u128, direction, outcome| {
        C::LogCall(LogCall {
            call_id: id(number),
            direction,
            outcome,
            started_at: at(i64::try_from(number).unwrap()),
            wait_seconds: None,
            duration_seconds: None,
            manager_id: None,
            phone: None,
            recording: None,
            redate_id: None,
        })
    };
    let last = |story: &Story| story.row(&Clients, 7).last_contact_at;
    let story = Story::default().consultation(1, open(Some(7), "a")).consultation(1, receive(21));
    assert_eq!(last(&story), Some(at(1)));
    let story = story.consultation(1, call(50, CallDirection::Outbound, CallOutcome::NoAnswer));
    assert_eq!(last(&story), Some(at(1)), "we rang, nobody answered");
    let story = story.consultation(1, call(60, CallDirection::Outbound, CallOutcome::Answered));
    assert_eq!(last(&story), Some(at(60)));
    let story = story.consultation(1, call(70, CallDirection::Inbound, CallOutcome::NoAnswer));
    assert_eq!(last(&story), Some(at(70)));
}
