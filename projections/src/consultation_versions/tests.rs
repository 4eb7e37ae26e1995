use std::collections::BTreeMap;

use ledgerdesk_domain::consultation::{
    ChangePriority, ChangeTags, Close, ConsultationCommand as C, Priority, Start, Status,
};

use super::*;
use crate::{
    consultation_versions::row::OPEN,
    testing::{Story, assign, at, open, receive, resolve},
};

/// The versions of a story, by the event that made them.
fn versions(story: &Story) -> Vec<Row> {
    let rows: BTreeMap<Uuid, Row> = story.fold(&ConsultationVersions);
    for (key, row) in &rows {
        assert_eq!(*key, row.id);
    }
    let mut versions: Vec<Row> = rows.into_values().collect();
    versions.sort_by_key(|row| (row.from_position, row.ordinal));
    versions
}

fn raise(priority: Priority) -> C {
    C::ChangePriority(ChangePriority { priority })
}

/// What tells versions apart in these stories: priority; positions; known until; times in minutes.
type Shape = (i16, i64, i64, i64, i64, Option<i64>);

fn shapes(story: &Story) -> Vec<Shape> {
    let minute = |time: chrono::DateTime<chrono::Utc>| (time - at(0)).num_minutes();
    versions(story)
        .into_iter()
        .map(|row| {
            (
                row.priority_rank,
                row.from_position,
                row.until_position,
                row.known_until,
                minute(row.from_at),
                row.until_at.map(minute),
            )
        })
        .collect()
}

#[test]
fn a_version_begins_where_a_list_could_tell_and_nowhere_else() {
    let story = Story::default()
        .consultation(1, open(Some(7), "Printer"))
        .consultation(1, receive(21))
        .consultation(1, assign(77))
        .consultation(1, C::Start(Start))
        .consultation(1, resolve())
        .consultation(1, C::Close(Close));
    let found: Vec<_> = versions(&story)
        .into_iter()
        .map(|row| (row.from_position, row.until_position, row.status, row.assignee.is_some()))
        .collect();
    assert_eq!(
        found,
        [
            (1, 3, Status::Queued, false),
            (3, 4, Status::Queued, true),
            (4, 5, Status::InProgress, true),
            (5, 6, Status::Resolved, true),
            (6, OPEN, Status::Closed, true),
        ]
    );
    let newest = story.row(&ConsultationVersions, 1);
    assert_eq!((newest.closed_at, newest.resolved_at), (Some(at(5)), Some(at(4))));
    assert_eq!(newest.journal.len(), 4);
    assert!(versions(&story)[..4].iter().all(|row| row.journal.is_empty() && row.known_until == OPEN));
}

#[test]
fn what_happens_at_the_same_time_parts_positions_and_not_times() {
    let story = Story::default()
        .consultation(1, open(None, "Printer"))
        .at_minute(5)
        .consultation(1, raise(Priority::High))
        .at_minute(5)
        .consultation(1, raise(Priority::Urgent))
        .consultation(1, raise(Priority::Low));
    assert_eq!(
        shapes(&story),
        [
            (2, 1, 2, OPEN, 0, Some(5)),
            (3, 2, 3, OPEN, 5, Some(5)),
            (4, 3, 4, OPEN, 5, Some(6)),
            (1, 4, OPEN, OPEN, 6, None),
        ]
    );
    assert_eq!(story.row(&ConsultationVersions, 1).journal.len(), 2);
}

#[test]
fn a_late_fact_counts_from_its_time_on_over_what_was_recorded_before_it() {
    let story = Story::default()
        .consultation(1, open(None, "Printer"))
        .at_minute(10)
        .consultation(1, raise(Priority::High))
        .at_minute(20)
        .consultation(1, assign(77))
        .at_minute(15)
        .consultation(1, raise(Priority::Urgent));
    assert_eq!(
        shapes(&story),
        [
            // Queued, then high: nothing late about it.
            (2, 1, 2, OPEN, 0, Some(10)),
            // High until the assignment, as was known until the late fact.
            (3, 2, 3, 4, 10, Some(20)),
            (3, 3, 4, 4, 20, None),
            // As is known since: high until 15, then urgent, then assigned.
            (3, 4, 4, OPEN, 10, Some(15)),
            (4, 4, 4, OPEN, 15, Some(20)),
            (4, 4, OPEN, OPEN, 20, None),
        ]
    );
}

#[test]
fn a_late_fact_that_changes_nothing_leaves_nothing() {
    let story = Story::default()
        .at_minute(10)
        .consultation(1, open(None, "Printer"))
        .at_minute(20)
        .consultation(1, raise(Priority::High))
        .at_minute(15);
    let before = shapes(&story);
    let story = story.consultation(1, receive(21));
    assert_eq!(shapes(&story), before);
}

#[test]
fn what_happened_before_the_opening_is_seen_from_the_opening_on() {
    let story = Story::default()
        .at_minute(10)
        .consultation(1, open(None, "Printer"))
        .at_minute(5)
        .consultation(1, raise(Priority::High));
    assert_eq!(shapes(&story), [(2, 1, 2, OPEN, 10, Some(10)), (3, 2, OPEN, OPEN, 10, None)]);
}

#[test]
fn a_second_late_fact_amends_what_the_first_one_left() {
    let tags = |add: &str| C::ChangeTags(ChangeTags { add: vec![add.to_owned()], remove: Vec::new() });
    let story = Story::default()
        .consultation(1, open(None, "Printer"))
        .at_minute(30)
        .consultation(1, raise(Priority::High))
        .at_minute(20)
        .consultation(1, tags("late"))
        .at_minute(10)
        .consultation(1, tags("later"));
    let rows = versions(&story);
    let counts = rows.iter().filter(|row| row.known_until == OPEN && row.until_at != Some(row.from_at));
    let tags: Vec<_> = counts.map(|row| row.tags.join(" ")).collect();
    assert_eq!(tags, ["a b", "a b later", "a b late later", "a b late later"]);
    // Known until the second one: what the first one made.
    assert_eq!(rows.iter().filter(|row| row.known_until == 4).count(), 3);
    assert_eq!(rows.iter().filter(|row| row.known_until == 3).count(), 2);
}

#[test]
fn what_was_never_opened_has_no_version() {
    let mut events =
        Story::default().consultation(1, open(None, "Printer")).consultation(1, assign(77)).events;
    events.remove(0);
    assert!(crate::testing::fold(&ConsultationVersions, &events).is_empty());
}

#[test]
fn versions_lie_beside_their_consultation_in_the_index_of_the_key() {
    let consultation = 0x0190_8A3E_5C1B_7D42_9F10_3B6E_A2C4_5D77;
    let story = Story::default()
        .consultation(consultation, open(None, "Printer"))
        .consultation(consultation, assign(77));
    let ids: Vec<_> = versions(&story).iter().map(|row| row.id.as_u128() >> 64).collect();
    assert_eq!(ids, [consultation >> 64; 2]);
}
