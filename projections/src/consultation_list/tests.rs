use ledgerdesk_domain::consultation::{
    ChangeDetails, ChangePriority, ChangeTags, Channel, Close, ConsultationCommand as C, Hold, Party,
    ReceiveMessage, Reopen, RequestHandover, Start, Unmerge,
};

use super::*;
use crate::testing::{Story, assign, at, id, merge, open, receive, resolve, send};

#[test]
fn an_opened_consultation_waits_in_the_queue_for_a_word_from_us() {
    let row = Story::default().consultation(1, open(Some(7), "Printer")).row(&ConsultationList, 1);
    assert_eq!(row.status, Status::Queued);
    assert_eq!(row.client_id, Some(id(7)));
    assert_eq!(row.topic.as_deref(), Some("Printer"));
    assert_eq!(row.tags, ["a", "b"]);
    assert_eq!((row.opened_at, row.waiting_since), (at(0), Some(at(0))));
    assert_eq!((row.version, row.last_position), (1, 1));
}

#[test]
fn the_first_word_of_a_bot_is_a_reply_and_that_of_a_person_the_first_response() {
    let story = Story::default()
        .consultation(1, open(None, "Printer"))
        .consultation(1, send(21, Party::Bot))
        .consultation(1, receive(22))
        .consultation(1, receive(23));
    let waiting = story.row(&ConsultationList, 1);
    assert_eq!(waiting.first_reply_at, Some(at(1)));
    assert_eq!(waiting.first_response_at, None);
    assert_eq!(waiting.waiting_since, Some(at(2)), "since the first message that is not answered");

    let answered = story.consultation(1, send(24, Party::Manager(id(77)))).row(&ConsultationList, 1);
    assert_eq!(answered.first_reply_at, Some(at(1)));
    assert_eq!(answered.first_response_at, Some(at(4)));
    assert_eq!(answered.waiting_since, None);
    assert_eq!(answered.message_count, 4);
}

#[test]
fn the_stages_follow_the_lifecycle_and_reopening_takes_the_end_back() {
    let story = Story::default()
        .consultation(1, open(None, "Printer"))
        .consultation(1, assign(77))
        .consultation(1, C::Start(Start))
        .consultation(1, C::Hold(Hold { reason: None, until: Some(at(500)) }));
    let held = story.row(&ConsultationList, 1);
    assert_eq!((held.status, held.hold_until, held.assignee), (Status::OnHold, Some(at(500)), Some(id(77))));

    let story = story.consultation(1, resolve()).consultation(1, C::Close(Close));
    let closed = story.row(&ConsultationList, 1);
    assert_eq!(closed.status, Status::Closed);
    assert_eq!((closed.resolved_at, closed.closed_at), (Some(at(4)), Some(at(5))));
    assert_eq!((closed.hold_until, closed.waiting_since), (None, None));

    let reopened =
        story.consultation(1, C::Reopen(Reopen { to: None, reason: None })).row(&ConsultationList, 1);
    assert_eq!(reopened.status, Status::InProgress);
    assert_eq!((reopened.resolved_at, reopened.closed_at, reopened.reopen_count), (None, None, 1));
    assert_eq!(reopened.waiting_since, Some(at(6)));
}

#[test]
fn a_message_to_a_resolved_consultation_counts_the_wait_from_the_message() {
    let row = Story::default()
        .consultation(1, open(None, "Printer"))
        .consultation(1, resolve())
        .consultation(1, receive(21))
        .row(&ConsultationList, 1);
    assert_eq!((row.status, row.waiting_since), (Status::Queued, Some(at(2))));
}

#[test]
fn an_open_handover_shows_how_far_it_is() {
    let handover_id = id(31);
    let request = C::RequestHandover(RequestHandover {
        handover_id,
        requested_by: Party::Bot,
        reason: None,
        to_team: None,
        to_manager: None,
    });
    let story = Story::default().consultation(1, open(None, "Printer")).consultation(1, request);
    let requested = story.row(&ConsultationList, 1);
    assert_eq!(requested.open_handover, Some(HandoverPhase::Requested));
    assert_eq!(requested.open_handover_id, Some(handover_id));

    let done = story.consultation(1, resolve()).row(&ConsultationList, 1);
    assert_eq!((done.open_handover, done.open_handover_id, done.handover_count), (None, None, 1));
}

#[test]
fn urgency_and_tags_change_together_with_what_they_are_sorted_by() {
    let row = Story::default()
        .consultation(1, open(None, "Printer"))
        .consultation(1, C::ChangePriority(ChangePriority { priority: Priority::Urgent }))
        .consultation(1, C::ChangeTags(ChangeTags { add: vec!["0".into()], remove: vec!["a".into()] }))
        .row(&ConsultationList, 1);
    assert_eq!((row.priority, row.priority_rank), (Priority::Urgent, 4));
    assert_eq!(row.tags, ["0", "b"]);
}

#[test]
fn a_fact_that_is_learned_late_does_not_turn_the_last_change_back() {
    let row = Story::default()
        .at_minute(100)
        .consultation(1, open(None, "Printer"))
        .at_minute(50)
        .consultation(1, receive(21))
        .row(&ConsultationList, 1);
    assert_eq!(row.updated_at, at(100));
    assert_eq!(row.last_position, 2);
}

#[test]
fn a_merged_consultation_says_where_it_went_and_comes_back_as_it_was() {
    let story = Story::default()
        .consultation(1, open(None, "Printer"))
        .consultation(2, open(None, "Printer again"))
        .consultation(2, merge(2, 1));
    let merged = story.row(&ConsultationList, 2);
    assert_eq!((merged.merged_into, merged.status), (Some(id(1)), Status::Queued));
    assert_eq!(story.row(&ConsultationList, 1).version, 1);

    let back = story.consultation(2, C::Unmerge(Unmerge)).row(&ConsultationList, 2);
    assert_eq!((back.merged_into, back.status), (None, Status::Queued));
}

#[test]
fn the_topic_goes_along_when_a_consultation_moves_from_one_client_to_another() {
    let row = Story::default()
        .consultation(1, open(Some(7), "Printer"))
        .consultation(
            1,
            C::ChangeDetails(ChangeDetails {
                topic: None,
                description: None,
                client_id: Some(id(8)),
                language: None,
                catalog: None,
            }),
        )
        .row(&ConsultationList, 1);
    assert_eq!((row.client_id, row.person_id), (Some(id(8)), id(8)));
    assert_eq!(row.topic.as_deref(), Some("Printer"));
}

#[test]
fn what_was_never_opened_has_no_row() {
    let mut events =
        Story::default().consultation(1, open(None, "Printer")).consultation(1, receive(21)).events;
    events.remove(0);
    assert!(crate::testing::fold(&ConsultationList, &events).is_empty());
}

#[test]
fn a_consultation_keeps_the_channel_that_it_came_in_by() {
    let row = Story::default()
        .consultation(1, open(None, "Printer"))
        .consultation(
            1,
            C::ReceiveMessage(ReceiveMessage {
                message_id: id(21),
                channel: Channel::Email,
                text: "hello".to_owned(),
                attachments: Vec::new(),
                in_reply_to: None,
            }),
        )
        .row(&ConsultationList, 1);
    assert_eq!(row.channel, Channel::Telegram);
}
