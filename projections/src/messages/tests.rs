use ledgerdesk_domain::consultation::{ConsultationCommand as C, Party, ReceiveMessage};

use super::*;
use crate::testing::{Story, at, id, open, receive, send};

#[test]
fn a_message_names_its_author_once_known() {
    let unknown = Story::default().consultation(1, open(None, "Printer")).consultation(1, receive(21));
    let row = unknown.row(&Messages, 21);
    assert_eq!(
        (row.direction, row.author_kind, row.author_id),
        (Direction::Inbound, ActorKind::Client, None)
    );
    assert_eq!((row.body.as_deref(), row.sent_at), (Some("are you there?"), at(1)));

    let known = Story::default()
        .consultation(1, open(Some(7), "Printer"))
        .consultation(1, receive(21))
        .consultation(1, send(22, Party::Manager(id(77))));
    assert_eq!(known.row(&Messages, 21).author_id, Some(id(7)));
    let answer = known.row(&Messages, 22);
    assert_eq!((answer.direction, answer.author_kind), (Direction::Outbound, ActorKind::Manager));
    assert_eq!((answer.author_id, answer.is_first_response), (Some(id(77)), true));
}

#[test]
fn files_keep_everything_but_their_names_apart_from_the_person() {
    let file = |name: &str| Attachment {
        name: name.into(),
        content_type: "image/png".to_owned(),
        size: 3,
        url: "s3://x".to_owned(),
    };
    let row = Story::default()
        .consultation(1, open(None, "Printer"))
        .consultation(
            1,
            C::ReceiveMessage(ReceiveMessage {
                message_id: id(21),
                channel: Channel::Email,
                text: "see".to_owned(),
                attachments: vec![file("a.png"), file("b.png")],
                in_reply_to: None,
            }),
        )
        .row(&Messages, 21);
    assert_eq!(row.attachments.len(), 2);
    assert_eq!(row.attachment_names, Some(vec!["a.png".to_owned(), "b.png".to_owned()]));
}
