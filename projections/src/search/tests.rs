use ledgerdesk_domain::consultation::{ChangeDetails, ConsultationCommand as C};

use super::*;
use crate::testing::{Story, at, id, open, receive};

fn details(topic: Option<&str>, description: Option<&str>, client: Option<u128>) -> C {
    C::ChangeDetails(ChangeDetails {
        topic: topic.map(str::to_owned),
        description: description.map(str::to_owned),
        client_id: client.map(id),
        language: None,
        catalog: None,
    })
}

#[test]
fn a_consultation_and_each_message_are_found_by_themselves() {
    let story = Story::default().consultation(1, open(None, "Printer")).consultation(1, receive(21));
    let consultation = story.row(&Search, 1);
    assert_eq!(
        (consultation.topic.as_deref(), consultation.source),
        (Some("Printer"), TextSource::Consultation)
    );
    let message = story.row(&Search, 21);
    assert_eq!((message.consultation_id, message.source), (id(1), TextSource::Message));
    assert_eq!((message.topic.as_deref(), message.written_at), (None, at(1)));
    assert!(message.body.is_some());
}

#[test]
fn what_changes_is_found_as_it_is_now() {
    let row = Story::default()
        .consultation(1, open(Some(7), "Printer"))
        .consultation(1, details(None, Some("It smokes"), None))
        .consultation(1, details(Some("Scanner"), None, None))
        .row(&Search, 1);
    assert_eq!((row.topic.as_deref(), row.body.as_deref()), (Some("Scanner"), Some("It smokes")));
    assert_eq!((row.written_at, row.last_position), (at(0), 3));
}
