use chrono::{DateTime, Utc};
use ledgerdesk_domain::context::ActorKind;
use uuid::Uuid;

use super::*;
use crate::{
    steps::{Resource, Team},
    testing::{at, id},
};

fn who(number: u128) -> Resource {
    Resource { kind: ActorKind::Manager, id: Some(Uuid::from_u128(number)) }
}

/// A step: activity, who, team, minute.
type Told<'a> = (&'a str, u128, Team<&'a str>, i64);

/// Consultations of steps.
fn log(cases: &[&[Told<'_>]]) -> EventLog {
    let mut builder = EventLogBuilder::default();
    for (number, steps) in (1..).zip(cases) {
        for (activity, resource, team, minute) in *steps {
            let observed =
                Observed { activity, resource: Some(who(*resource)), team: *team, occurred_at: at(*minute) };
            builder.push(id(number), observed);
        }
    }
    builder.finish()
}

/// Twice open, work, close; once with work done again.
fn three() -> EventLog {
    log(&[
        &[
            ("open", 1, Team::Now(Some("A")), 0),
            ("work", 2, Team::AsBefore, 10),
            ("close", 2, Team::AsBefore, 30),
        ],
        &[
            ("open", 1, Team::Now(Some("A")), 0),
            ("work", 2, Team::Now(Some("B")), 20),
            ("close", 1, Team::AsBefore, 30),
        ],
        &[
            ("open", 1, Team::Now(None), 5),
            ("work", 2, Team::Now(Some("B")), 5),
            ("work", 3, Team::AsBefore, 10),
            ("close", 3, Team::AsBefore, 65),
        ],
    ])
}

fn name(log: &EventLog, number: u32) -> &str {
    log.activities.get(number).expect("a known activity")
}

const MINUTE: i64 = 60_000;

#[test]
fn what_follows_what_is_counted_and_timed() {
    let log = three();
    let told: Vec<_> = directly_follows(&log)
        .into_iter()
        .map(|Follows { from, to, durations }| {
            (
                name(&log, from),
                name(&log, to),
                durations.count,
                durations.mean,
                durations.median,
                durations.p90,
            )
        })
        .map(|(from, to, count, mean, median, p90)| (from, to, count, [mean, median, p90]))
        .collect();
    let minutes = |tenths: [i64; 3]| tenths.map(|tenth| tenth * MINUTE / 10);
    assert_eq!(
        told,
        [
            // 10, 20 and 0 minutes.
            ("open", "work", 3, minutes([100, 100, 180])),
            // 20, 10 and 55.
            ("work", "close", 3, [1_700_000, 1_200_000, 48 * MINUTE]),
            ("work", "work", 1, minutes([50, 50, 50])),
        ]
    );
}

#[test]
fn activities_know_where_consultations_start_and_end() {
    let log = three();
    let told: Vec<_> = activities(&log)
        .into_iter()
        .map(|found| (name(&log, found.activity), found.steps, found.cases, found.starts, found.ends))
        .collect();
    assert_eq!(told, [("work", 4, 3, 0, 0), ("close", 3, 3, 0, 3), ("open", 3, 3, 3, 0)]);
}

#[test]
fn variants_are_whole_paths_the_most_frequent_first() {
    let log = three();
    let told: Vec<_> = variants(&log)
        .into_iter()
        .map(|variant| {
            let path: Vec<_> =
                variant.activities.iter().map(|number| name(&log, *number).to_owned()).collect();
            (path.join(" "), variant.durations.count, variant.durations.median, variant.example)
        })
        .collect();
    assert_eq!(
        told,
        [
            ("open work close".to_owned(), 2, 30 * MINUTE, id(1)),
            ("open work work close".to_owned(), 1, 60 * MINUTE, id(3)),
        ]
    );
}

#[test]
fn rework_counts_consultations_and_repeats() {
    let log = three();
    let found = rework(&log);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].cases, found[0].reworked_cases, found[0].repeats), (3, 1, 1));
    assert_eq!(name(&log, found[0].activity), "work");
}

#[test]
fn work_goes_from_hand_to_hand_and_from_team_to_team() {
    let log = three();
    let person =
        |number: Option<u32>| number.and_then(|number| log.resources.get(number)?.id).map(|id| id.as_u128());
    let people: Vec<_> = between_people(&log)
        .into_iter()
        .map(|handed| (person(handed.from), person(handed.to), handed.count))
        .collect();
    assert_eq!(
        people,
        [
            (Some(1), Some(2), 3),
            (Some(2), Some(1), 1),
            (Some(2), Some(2), 1),
            (Some(2), Some(3), 1),
            (Some(3), Some(3), 1),
        ]
    );
    let team = |number: Option<u32>| number.and_then(|number| log.teams.get(number)).map(String::as_str);
    let teams: Vec<_> = between_teams(&log)
        .into_iter()
        .map(|handed| (team(handed.from), team(handed.to), handed.count))
        .collect();
    assert_eq!(
        teams,
        [
            (Some("B"), Some("B"), 3),
            (Some("A"), Some("A"), 2),
            (None, Some("B"), 1),
            (Some("A"), Some("B"), 1),
        ]
    );
}

#[test]
fn waits_lie_in_the_local_hour_in_which_they_begin() {
    let instant = |text: &str| text.parse::<DateTime<Utc>>().expect("a time");
    let mut builder = EventLogBuilder::default();
    // Saturday 22:30 and Sunday 0:30 UTC; in Berlin the clocks are moved between the two.
    for (activity, time) in [
        ("open", "2025-03-29T22:30:00Z"),
        ("work", "2025-03-30T00:30:00Z"),
        ("close", "2025-03-30T01:30:00Z"),
    ] {
        let observed =
            Observed { activity, resource: None, team: Team::AsBefore, occurred_at: instant(time) };
        builder.push(id(1), observed);
    }
    let log = builder.finish();
    let cells = |waits| -> Vec<_> {
        let cells = waiting(&log, waits, chrono_tz::Europe::Berlin);
        cells.iter().map(|cell| (cell.weekday, cell.hour, cell.durations.mean)).collect()
    };
    assert_eq!(cells(Waits::default()), [(6, 23, 120 * MINUTE), (7, 1, 60 * MINUTE)]);
    let close = log.activity("close");
    assert_eq!(cells(Waits { from: None, to: close }), [(7, 1, 60 * MINUTE)]);
    assert_eq!(cells(Waits { from: close, to: None }), []);
}

#[test]
fn a_percentile_lies_between_the_two_nearest() {
    let spans = |seconds: &[i64]| Durations::of(seconds.iter().map(|second| second * 1_000_000).collect());
    assert_eq!(spans(&[]), None);
    let one = spans(&[7]).expect("one");
    assert_eq!((one.count, one.mean, one.median, one.p90), (1, 7_000, 7_000, 7_000));
    let four = spans(&[4, 1, 3, 2]).expect("four");
    assert_eq!((four.mean, four.median, four.p90), (2_500, 2_500, 3_700));
    assert_eq!((four.shortest, four.longest), (1_000, 4_000));
    // Halves of a millisecond are rounded up.
    assert_eq!(Durations::of(vec![500, 1_500]).map(|spans| (spans.shortest, spans.mean)), Some((1, 1)));
}

#[test]
fn leaving_activities_out_joins_what_was_around_them() {
    let log = three().keeping(|activity| activity != "work");
    assert_eq!((log.case_count(), log.step_count()), (3, 6));
    let follows = directly_follows(&log);
    assert_eq!(follows.len(), 1);
    assert_eq!((name(&log, follows[0].from), name(&log, follows[0].to)), ("open", "close"));
    assert_eq!(follows[0].durations.mean, 40 * MINUTE);
    // The team that a left-out step brought still holds.
    assert_eq!(between_teams(&log).len(), 3);
    assert_eq!(three().keeping(|_| false).case_count(), 0);
}
