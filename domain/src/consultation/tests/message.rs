use super::*;
use crate::consultation::{
    Attachment, MessageReceived, MessageSent, ReceiveMessage, ReopenTo, Reopened, Resumed, SendMessage,
};

fn receive(number: u128) -> ReceiveMessage {
    ReceiveMessage {
        message_id: id(number),
        channel: Channel::Telegram,
        text: "It burns!".into(),
        attachments: vec![],
        in_reply_to: None,
    }
}

fn received(number: u128) -> MessageReceived {
    MessageReceived {
        message_id: id(number),
        channel: Channel::Telegram,
        text: "It burns!".into(),
        attachments: vec![],
        in_reply_to: None,
    }
}

fn send(number: u128, author: Party) -> SendMessage {
    SendMessage {
        message_id: id(number),
        channel: Channel::Telegram,
        author,
        text: "Stay calm.".into(),
        attachments: vec![],
        in_reply_to: None,
    }
}

fn sent(number: u128, author: Party) -> MessageSent {
    MessageSent {
        message_id: id(number),
        channel: Channel::Telegram,
        author,
        text: "Stay calm.".into(),
        attachments: vec![],
        in_reply_to: None,
        handover_id: None,
        is_first_response: false,
        is_handover_first_response: false,
    }
}

fn photo() -> Attachment {
    Attachment {
        name: "fire.jpg".into(),
        content_type: "image/jpeg".into(),
        size: 4_096,
        url: "https://files.example.org/fire.jpg".into(),
    }
}

#[test]
fn the_client_writes_once() {
    let command = ReceiveMessage { attachments: vec![photo()], in_reply_to: Some(id(1)), ..receive(2) };
    given::<Consultation>(queued())
        .when(Command::ReceiveMessage(command.clone()))
        .then([Event::MessageReceived(MessageReceived {
            attachments: vec![photo()],
            in_reply_to: Some(id(1)),
            ..received(2)
        })])
        .when(Command::ReceiveMessage(command))
        .then_nothing();
}

#[test]
fn the_answer_that_was_waited_for_brings_the_work_back() {
    given::<Consultation>(waiting()).when(Command::ReceiveMessage(receive(1))).then([
        Event::MessageReceived(received(1)),
        Event::Resumed(Resumed { from: Status::WaitingForClient }),
    ]);
}

#[test]
fn a_message_reopens_what_was_resolved() {
    given::<Consultation>(resolved())
        .when(Command::ReceiveMessage(receive(1)))
        .then([
            Event::MessageReceived(received(1)),
            Event::Reopened(Reopened {
                from: Status::Resolved,
                to: ReopenTo::InProgress,
                reason: None,
                assignee: Some(ANNA),
            }),
        ])
        .when(Command::ReceiveMessage(receive(1)))
        .then_nothing();
}

#[test]
fn a_message_leaves_a_hold_alone() {
    given::<Consultation>(on_hold())
        .when(Command::ReceiveMessage(receive(1)))
        .then([Event::MessageReceived(received(1))]);
}

#[test]
fn a_repeat_changes_nothing_even_after_the_end() {
    let ended = after(
        after(queued(), [Event::MessageReceived(received(1)), Event::MessageSent(sent(2, Party::Bot))]),
        [Event::Cancelled(Cancelled { from: Status::Queued, reason: None, assignee: None })],
    );
    given::<Consultation>(ended)
        .when(Command::ReceiveMessage(receive(1)))
        .then_nothing()
        .when(Command::SendMessage(send(2, Party::Bot)))
        .then_nothing();
}

#[test]
fn messages_are_work() {
    is_work(&Command::ReceiveMessage(receive(1)));
    is_work(&Command::SendMessage(send(1, Party::Manager(ANNA))));
}

#[test]
fn the_first_response_is_the_first_of_a_person() {
    let anna = Party::Manager(ANNA);
    given::<Consultation>(queued())
        .when(Command::SendMessage(send(1, Party::Bot)))
        .then([Event::MessageSent(sent(1, Party::Bot))])
        .when(Command::SendMessage(send(2, Party::System)))
        .then([Event::MessageSent(sent(2, Party::System))])
        .when(Command::SendMessage(send(3, anna)))
        .then([Event::MessageSent(MessageSent { is_first_response: true, ..sent(3, anna) })])
        .when(Command::SendMessage(send(3, anna)))
        .then_nothing()
        .when(Command::SendMessage(send(4, anna)))
        .then([Event::MessageSent(sent(4, anna))]);
}

#[test]
fn an_accepted_handover_has_a_first_response_of_its_own() {
    let responded = Event::MessageSent(sent(1, Party::Manager(ANNA)));
    let boris = Party::Manager(BORIS);
    let within = |number, author| MessageSent { handover_id: Some(HANDOVER), ..sent(number, author) };
    given::<Consultation>(accepted(after(in_progress(), [responded])))
        .when(Command::SendMessage(send(2, Party::Bot)))
        .then([Event::MessageSent(within(2, Party::Bot))])
        .when(Command::SendMessage(send(3, boris)))
        .then([Event::MessageSent(MessageSent { is_handover_first_response: true, ..within(3, boris) })])
        .when(Command::SendMessage(send(4, boris)))
        .then([Event::MessageSent(within(4, boris))]);
}

#[test]
fn a_handover_that_nobody_took_has_no_messages() {
    let boris = Party::Manager(BORIS);
    given::<Consultation>(offered(in_progress()))
        .when(Command::SendMessage(send(1, boris)))
        .then([Event::MessageSent(MessageSent { is_first_response: true, ..sent(1, boris) })]);
}

#[test]
fn nobody_sends_in_the_name_of_the_client() {
    given::<Consultation>(queued())
        .when(Command::SendMessage(send(1, Party::Client(Some(CLIENT)))))
        .then_rejected_at("client_cannot_send", "author");
}

#[test]
fn a_message_says_something_in_words_or_files() {
    given::<Consultation>(queued())
        .when(Command::ReceiveMessage(ReceiveMessage { text: " ".into(), ..receive(1) }))
        .then_rejected_at("empty", "text")
        .when(Command::ReceiveMessage(ReceiveMessage {
            text: String::new(),
            attachments: vec![photo()],
            ..receive(1)
        }))
        .then_something();
}

#[test]
fn a_message_has_its_limits() {
    let refused = |command, code, field| {
        given::<Consultation>(queued()).when(Command::ReceiveMessage(command)).then_rejected_at(code, field);
    };
    refused(ReceiveMessage { text: "a".repeat(50_001), ..receive(1) }, "too_long", "text");
    refused(ReceiveMessage { text: "a\0".into(), ..receive(1) }, "nul_character", "text");
    let files = |attachments| ReceiveMessage { attachments, ..receive(1) };
    refused(files(vec![photo(); 51]), "too_many", "attachments");
    for (attachment, code) in [
        (Attachment { name: "a\0".into(), ..photo() }, "nul_character"),
        (Attachment { content_type: String::new(), ..photo() }, "empty"),
        (Attachment { url: "a".repeat(2_001), ..photo() }, "too_long"),
        (Attachment { size: -1, ..photo() }, "out_of_range"),
    ] {
        refused(files(vec![attachment.clone()]), code, "attachments");
        given::<Consultation>(queued())
            .when(Command::SendMessage(SendMessage { attachments: vec![attachment], ..send(1, Party::Bot) }))
            .then_rejected_at(code, "attachments");
    }
}
