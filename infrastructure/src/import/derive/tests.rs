use std::fmt::Write as _;

use ledgerdesk_domain::{
    consultation::{ConsultationEvent, FactImported},
    event::DomainEvent as _,
    id::WorkspaceId,
};
use uuid::Uuid;

use crate::{
    clock::{IdSource as _, SystemIds},
    import::{Mapping, Prepared, Silent, Summary, derive::Told},
};

const MAPPING: &str = r#"
name = "tests"
[source]
missing = ["?"]
[time]
formats = ["%Y-%m-%d %H:%M"]
[columns]
case = "case"
time = "at"
activity = "what"
person = "who"
team = "team"
priority = "priority"
appointed_for = "text"
text = "text"
[attributes]
colour = "colour"
[values.priority]
P1 = "URGENT"
P3 = "NORMAL"
[rules]
reopen_on_work = true
[activities]
open = []
take = ["take"]
assign = ["assign"]
work = ["work"]
wait = ["wait"]
enqueue = ["enqueue"]
escalate = ["escalate"]
resolve = ["resolve"]
finish = ["finish"]
close = ["close"]
cancel = ["cancel"]
note = ["note"]
appoint = ["appoint"]
odd = ["fact"]
[[changes]]
column = "team"
unless = ["enqueue"]
steps = ["route"]
[[changes]]
column = "colour"
becomes = ["red"]
steps = ["note"]
"#;

/// Rows of the shape `at what who team text`, with `-` for a missing cell; `priority` and `colour` are optional.
fn prepared(rows: &[&str]) -> Prepared {
    let mut csv = "case,at,what,who,team,text,priority,colour\n".to_owned();
    for row in rows {
        let mut cells: Vec<&str> =
            row.split_whitespace().map(|cell| if cell == "-" { "" } else { cell }).collect();
        cells.resize(7, "");
        let at = cells.remove(0);
        let at = if at.contains(':') { format!("2024-05-01 {at}") } else { at.to_owned() };
        let text = cells[3].replace('_', " ");
        cells[3] = &text;
        writeln!(csv, "T1,{at},{}", cells.join(",")).unwrap();
    }
    read(&csv)
}

fn read(csv: &str) -> Prepared {
    let path = std::env::temp_dir().join(format!("ledgerdesk-derive-{}", SystemIds.next_id()));
    std::fs::write(&path, csv).unwrap();
    let mapping = Mapping::parse("tests.toml", MAPPING).unwrap();
    let prepared = Prepared::read(mapping, &path, WorkspaceId(Uuid::nil()), &Silent).unwrap();
    std::fs::remove_file(&path).unwrap();
    prepared
}

fn told(rows: &[&str]) -> Told {
    let prepared = prepared(rows);
    prepared.tell(&prepared.meaning(), 0)
}

#[track_caller]
fn becomes(rows: &[&str], expected: &[&str]) {
    let told = told(rows);
    let events: Vec<_> = told.events.iter().map(|happened| happened.event.event_type()).collect();
    assert_eq!(events, expected);
}

fn facts(told: &Told) -> Vec<&FactImported> {
    let events = told.events.iter().map(|happened| &happened.event);
    events
        .filter_map(|event| match event {
            ConsultationEvent::FactImported(fact) => Some(fact),
            _ => None,
        })
        .collect()
}

fn summary(rows: &[&str]) -> Summary {
    prepared(rows).dry_run(&Silent)
}

#[test]
fn the_first_row_opens_whatever_it_says() {
    becomes(&["10:00 take Ann -"], &["ConsultationOpened", "Assigned", "Started"]);
}

#[test]
fn rows_are_told_in_the_order_of_time_and_ties_in_the_order_of_the_source() {
    becomes(
        &["10:05 resolve Ann -", "10:00 open Ann -", "10:01 take Ann -", "10:05 close Ann -"],
        &["ConsultationOpened", "Assigned", "Started", "Resolved", "Closed"],
    );
}

#[test]
fn work_after_the_end_reopens() {
    becomes(
        &[
            "10:00 take Ann -",
            "10:01 finish Ann -",
            "10:02 wait Ann -",
            "10:03 resolve Ann -",
            "10:04 finish Ann -",
        ],
        &[
            "ConsultationOpened",
            "Assigned",
            "Started",
            "Resolved",
            "Closed",
            "Reopened",
            "WaitingForClientStarted",
            "Resolved",
            "Closed",
        ],
    );
}

#[test]
fn another_person_in_charge_is_a_handover() {
    becomes(
        &["10:00 take Ann -", "10:01 take Bob -"],
        &["ConsultationOpened", "Assigned", "Started", "HandoverRequested", "HandoverAccepted", "Assigned"],
    );
}

#[test]
fn a_queue_is_a_handover_that_waits_and_moves_on() {
    becomes(
        &["10:00 take Ann A", "10:01 enqueue Ann B", "10:02 enqueue Ann C", "10:03 take Eve C"],
        &[
            "ConsultationOpened",
            "Assigned",
            "Started",
            "HandoverRequested",
            "HandoverExpired",
            "HandoverRequested",
            "HandoverAccepted",
            "Assigned",
        ],
    );
}

#[test]
fn a_team_without_a_person_takes_it_from_whoever_held_it() {
    becomes(
        &["10:00 take Ann A", "10:01 work - B"],
        &["ConsultationOpened", "Assigned", "Started", "Assigned", "Unassigned"],
    );
}

#[test]
fn an_escalation_is_dropped_when_nobody_takes_it() {
    becomes(
        &["10:00 take Ann -", "10:01 escalate Ann -", "10:02 resolve Ann -"],
        &["ConsultationOpened", "Assigned", "Started", "HandoverRequested", "HandoverResolved", "Resolved"],
    );
}

#[test]
fn what_the_rules_refuse_is_kept_as_a_fact_with_their_code() {
    let told = told(&["10:00 open Ann -", "10:01 close Ann A"]);
    let facts = facts(&told);
    assert_eq!(facts.len(), 1);
    assert_eq!((facts[0].activity.as_str(), facts[0].code.as_str()), ("close", "illegal_transition"));
    assert_eq!(facts[0].status.as_deref(), Some("QUEUED"));
    assert!(facts[0].manager_id.is_some());
    assert_eq!(facts[0].team.as_deref(), Some("A"));
    let types: Vec<_> = told.events.iter().map(|happened| happened.event.event_type()).collect();
    assert_eq!(types, ["ConsultationOpened", "Assigned", "FactImported"], "what could be done was done");
}

#[test]
fn what_changes_nothing_or_is_unknown_is_kept_as_a_fact() {
    let told = told(&["10:00 take Ann -", "10:01 take Ann -", "10:02 dance Ann -", "10:03 odd Ann -"]);
    let codes: Vec<_> = facts(&told).iter().map(|fact| fact.code.clone()).collect();
    assert_eq!(codes, ["no_change", "unmapped_activity", "kept_as_fact"]);
}

#[test]
fn priorities_and_attributes_follow_their_columns() {
    becomes(
        &["10:00 open Ann - - P3 blue", "10:01 open Ann - - P1 blue", "10:02 open Ann - - P1 ?"],
        &["ConsultationOpened", "PriorityChanged", "CustomAttributesChanged"],
    );
}

#[test]
fn a_rule_can_wait_for_a_text() {
    becomes(
        &["10:00 open Ann - - P3 blue", "10:01 open Ann - - P3 red", "10:02 open Ann - - P3 red"],
        &["ConsultationOpened", "CustomAttributesChanged", "NoteAdded", "FactImported"],
    );
}

#[test]
fn a_promise_that_stands_is_moved_and_one_that_passed_is_replaced() {
    becomes(
        &[
            "10:00 open Ann - -",
            "10:01 appoint Ann - 2024-05-01_12:00",
            "10:02 appoint Ann - 2024-05-01_13:00",
            "14:00 appoint Ann - 2024-05-01_15:00",
            "14:01 appoint Ann - soon",
        ],
        &["ConsultationOpened", "Appointed", "Redated", "Appointed", "FactImported"],
    );
}

#[test]
fn rows_without_a_place_are_reported() {
    let summary =
        summary(&["10:00 open Ann -", "yesterday take Ann -", "- take Ann -", "2999-01-01 take Ann -"]);
    let report: Vec<_> = summary.reported.iter().map(|row| (row.row, row.code)).collect();
    assert_eq!(report, [(2, "bad_time"), (3, "missing_time"), (4, "bad_time")]);
    assert_eq!((summary.rows, summary.written), (4, 1));
    let no_case =
        read("case,at,what,who,team,text,priority,colour\n,2024-05-01 10:00,open,,,,,\n").dry_run(&Silent);
    assert_eq!(no_case.reported[0].code, "missing_case");
}

#[test]
fn a_case_that_cannot_be_opened_is_reported_whole() {
    let long = "x".repeat(600);
    let summary = summary(&[&format!("10:00 open Ann {long}"), "10:01 take Ann -"]);
    let report: Vec<_> = summary.reported.iter().map(|row| (row.row, row.code)).collect();
    assert_eq!(report, [(1, "too_long"), (2, "too_long")]);
    assert_eq!(
        (summary.written, summary.consultations, summary.event_count()),
        (0, 0, 1),
        "only Ann is known"
    );
}

#[test]
fn values_that_the_mapping_does_not_know_are_counted() {
    let summary = summary(&["10:00 open Ann - - P9 blue", "10:01 take Ann - - P9 blue"]);
    assert_eq!(summary.unknown_values.get("priority: P9"), Some(&2));
}

#[test]
fn the_same_source_makes_the_same_ids() {
    let ids = |told: &Told| told.events.iter().map(|happened| happened.person_id).collect::<Vec<_>>();
    let rows = ["10:00 open Ann -", "10:01 take Ann -"];
    assert_eq!(ids(&told(&rows)), ids(&told(&rows)));
}

#[test]
fn a_missing_column_is_named_with_those_that_there_are() {
    let path = std::env::temp_dir().join(format!("ledgerdesk-derive-{}", SystemIds.next_id()));
    std::fs::write(&path, "case,time,what\n1,2,3\n").unwrap();
    let mapping = Mapping::parse("tests.toml", MAPPING).unwrap();
    let error = Prepared::read(mapping, &path, WorkspaceId(Uuid::nil()), &Silent).unwrap_err();
    std::fs::remove_file(&path).unwrap();
    assert_eq!(error.code(), "missing_column");
    let text = error.to_string();
    assert!(text.contains("`at` (for columns.time)"), "{text}");
    assert!(text.contains("`colour` (for attributes.colour)"), "{text}");
    assert!(text.ends_with("it has: case, time, what"), "{text}");
}
