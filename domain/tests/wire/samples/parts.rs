use ledgerdesk_domain::consultation::{
    Appointed, Attachment, CallDirection, CallLogged, CallOutcome, Channel, ConsultationEvent as Event,
    MessageReceived, MessageSent, NoteAdded, Party, RatingAnswer, RatingRequested, RatingRevised,
    RatingSubmitted, Redated,
};

use super::{id, time};

fn photo() -> Attachment {
    Attachment {
        name: "vera's printer.jpg".into(),
        content_type: "image/jpeg".into(),
        size: 48_213,
        url: "https://files.example.org/4711/1.jpg".into(),
    }
}

fn answers(score: u8) -> Vec<RatingAnswer> {
    vec![
        RatingAnswer {
            question: "overall".into(), score: Some(score), comment: Some("Спасибо!".into())
        },
        RatingAnswer { question: "speed".into(), score: Some(4), comment: None },
    ]
}

pub(super) fn all() -> Vec<Event> {
    vec![
        Event::MessageReceived(MessageReceived {
            message_id: id(0x51),
            channel: Channel::Telegram,
            text: "It burns!".into(),
            attachments: vec![photo()],
            in_reply_to: Some(id(0x50)),
        }),
        Event::MessageSent(MessageSent {
            message_id: id(0x52),
            channel: Channel::Telegram,
            author: Party::Manager(id(0xa1)),
            text: "Please switch it off.".into(),
            attachments: vec![photo()],
            in_reply_to: Some(id(0x51)),
            handover_id: Some(id(0x40)),
            is_first_response: true,
            is_handover_first_response: true,
        }),
        Event::NoteAdded(NoteAdded {
            note_id: id(0x53),
            author: Party::Bot,
            text: "The client sounds worried.".into(),
        }),
        Event::Appointed(Appointed {
            appointed_for: time("2026-03-04T12:30:00Z"),
            appointed_until: time("2026-03-04T14:30:00Z"),
            previous: Some(time("2026-03-02T12:30:00Z")),
        }),
        Event::Redated(Redated {
            redate_id: id(0x60),
            number: 1,
            from: time("2026-03-04T12:30:00Z"),
            to: time("2026-03-05T08:00:00.25Z"),
            reason: Some("Vera is travelling.".into()),
            initiator: Party::Client(Some(id(0xc1))),
            assignee: Some(id(0xa1)),
        }),
        Event::CallLogged(CallLogged {
            call_id: id(0x70),
            direction: CallDirection::Outbound,
            outcome: CallOutcome::Answered,
            started_at: time("2026-03-05T08:00:00Z"),
            wait_seconds: Some(12),
            duration_seconds: Some(184),
            manager_id: Some(id(0xa1)),
            phone: Some("+74951234567".into()),
            recording: Some("https://files.example.org/4711/2.ogg".into()),
            redate_id: Some(id(0x60)),
            attempt: 2,
        }),
        Event::RatingRequested(RatingRequested {
            rating_id: id(0x80),
            questionnaire: "support".into(),
            questionnaire_version: 2,
            channel: Channel::Telegram,
            attributed_to: Some(id(0xa1)),
        }),
        Event::RatingSubmitted(RatingSubmitted {
            rating_id: id(0x80),
            questionnaire: "support".into(),
            questionnaire_version: 2,
            answers: answers(5),
            attributed_to: Some(id(0xa1)),
        }),
        Event::RatingRevised(RatingRevised { rating_id: id(0x80), answers: answers(3), revision: 1 }),
    ]
}
