use ledgerdesk_domain::consultation::{ConsultationCommand as C, Party, Reopen, ReopenTo, Start};

use super::*;
use crate::testing::{Story, assign, at, id, merge, open, receive, resolve, send};

fn facts(story: &Story) -> Row {
    story.row(&ConsultationFacts, 1)
}

#[test]
fn a_first_response_told_late_takes_the_place_of_the_later_one() {
    let story = Story::default()
        .consultation(1, open(Some(7), "Printer"))
        .at_minute(10)
        .consultation(1, send(11, Party::Bot))
        .at_minute(30)
        .consultation(1, send(12, Party::Manager(id(77))));
    let row = facts(&story);
    assert_eq!((row.first_reply_ms, row.first_reply_by), (Some(600_000), None));
    assert_eq!((row.first_response_ms, row.first_response_by), (Some(1_800_000), Some(id(77))));

    let row = facts(&story.at_minute(5).consultation(1, send(13, Party::Manager(id(78)))));
    assert_eq!((row.first_reply_ms, row.first_reply_by), (Some(300_000), Some(id(78))));
    assert_eq!((row.first_response_ms, row.first_response_by), (Some(300_000), Some(id(78))));
    let order: Vec<_> = row.journal.iter().map(|step| step.version).collect();
    assert_eq!(order, [1, 4, 2, 3]);
}

#[test]
fn what_happened_before_the_opening_happened_at_the_opening() {
    let row = facts(
        &Story::default()
            .at_minute(60)
            .consultation(1, open(None, "Printer"))
            .at_minute(10)
            .consultation(1, send(12, Party::Manager(id(77)))),
    );
    assert_eq!((row.first_response_at, row.first_response_ms), (Some(at(60)), Some(0)));
}

#[test]
fn a_reopened_consultation_has_no_standing_resolution_until_it_is_resolved_again() {
    let story = Story::default()
        .consultation(1, open(Some(7), "Printer"))
        .consultation(1, assign(77))
        .consultation(1, C::Start(Start))
        .at_minute(10)
        .consultation(1, resolve())
        .at_minute(70)
        .consultation(1, C::Reopen(Reopen { to: Some(ReopenTo::InProgress), reason: None }));
    let row = facts(&story);
    assert_eq!((row.first_resolution_ms, row.full_resolution_ms), (Some(600_000), None));
    assert_eq!((row.reopen_count, row.reopenings.len()), (None, 1));

    let row = facts(&story.at_minute(80).consultation(1, resolve()));
    assert_eq!((row.full_resolution_ms, row.full_resolution_open_ms), (Some(4_800_000), Some(1_200_000)));
    assert_eq!((row.reopen_count, row.resolutions.len(), row.assignee_stations), (Some(1), 2, Some(1)));
    let last = row.stretches.last().unwrap();
    assert_eq!((last.status, last.from, last.until), (Status::Resolved, at(80), None));
}

#[test]
fn several_messages_in_a_row_start_one_clock() {
    let row = facts(
        &Story::default()
            .consultation(1, open(Some(7), "Printer"))
            .consultation(1, send(11, Party::Manager(id(77))))
            .at_minute(10)
            .consultation(1, receive(12))
            .at_minute(20)
            .consultation(1, receive(13))
            .at_minute(30)
            .consultation(1, send(14, Party::Bot))
            .at_minute(40)
            .consultation(1, send(15, Party::Manager(id(78)))),
    );
    let [answered] = &row.responses[..] else { panic!("{:?}", row.responses) };
    assert_eq!((answered.ms, answered.by), (1_800_000, Some(id(78))));
    assert_eq!((answered.start, answered.stop), (3, 6));
}

#[test]
fn what_went_into_another_one_has_no_life_of_its_own() {
    let row = facts(
        &Story::default()
            .consultation(1, open(Some(7), "Printer"))
            .consultation(2, open(Some(7), "Printer again"))
            .at_minute(10)
            .consultation(1, merge(1, 2)),
    );
    assert_eq!(row.stretches.len(), 1);
    assert_eq!((row.stretches[0].until, row.merged_into), (Some(at(10)), Some(id(2))));
}
