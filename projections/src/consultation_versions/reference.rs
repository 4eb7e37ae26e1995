//! Versions beside the naive answer: at every moment, the fold of the events that count.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use ledgerdesk_domain::{
    context::Actor,
    event::{Event, Metadata, Recorded, Source},
    id::EventId,
    stream::{Position, StreamId, StreamType, StreamVersion},
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{ConsultationVersions, Moment, Row, power};
use crate::{
    consultation_list::{self, ConsultationList},
    testing::{WORKSPACE, at, fold, fold_on, id},
};

const CONSULTATIONS: u64 = 3;
const EVENTS: i64 = 45;
const LOGS: u64 = 24;

/// Numbers that look random and are the same every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    fn one_of<'a>(&mut self, texts: &[&'a str]) -> &'a str {
        texts[usize::try_from(self.below(texts.len() as u64)).unwrap_or_default()]
    }
}

const OPENED: &str = "ConsultationOpened";

fn opening() -> Value {
    json!({ "topic": { "$personal": "x" }, "channel": "EMAIL", "priority": "NORMAL", "tags": [], "catalog": [],
            "attributes": {} })
}

/// Any event, whether today's rules would let it happen or not.
fn any(dice: &mut Dice) -> (&'static str, Value) {
    let manager = Uuid::from_u128(u128::from(70 + dice.below(3)));
    let handover = Uuid::from_u128(40);
    let status = dice.one_of(&["QUEUED", "IN_PROGRESS", "ON_HOLD", "RESOLVED"]).to_owned();
    let priorities = ["LOW", "NORMAL", "HIGH", "URGENT"];
    match dice.below(20) {
        0 => ("Started", json!({ "from": status })),
        1 => ("WaitingForClientStarted", json!({ "from": status })),
        2 => ("PutOnHold", json!({ "from": status })),
        3 => ("Resumed", json!({ "from": status })),
        4 => ("Resolved", json!({ "from": status })),
        5 => ("Closed", json!({})),
        6 => ("Reopened", json!({ "from": "CLOSED", "to": dice.one_of(&["QUEUED", "IN_PROGRESS"]) })),
        7 => ("Cancelled", json!({ "from": status })),
        8 | 9 => ("PriorityChanged", json!({ "from": "NORMAL", "to": dice.one_of(&priorities) })),
        10 | 11 => {
            let [added, removed] = [0, 1].map(|_| dice.one_of(&["a", "b", "c"]));
            ("TagsChanged", json!({ "added": [added], "removed": [removed] }))
        }
        12 | 13 => {
            ("Assigned", json!({ "assignee": manager, "team": dice.one_of(&["x", "y"]), "is_open": true }))
        }
        14 => ("Unassigned", json!({ "from_assignee": manager, "is_open": true })),
        15 => {
            let time = at(i64::try_from(dice.below(3)).unwrap_or_default());
            ("Appointed", json!({ "appointed_for": time, "appointed_until": time }))
        }
        16 => ("HandoverRequested", json!({ "handover_id": handover, "requested_by": { "kind": "BOT" } })),
        17 => ("HandoverReturned", json!({ "handover_id": handover })),
        18 => ("Merged", json!({ "from": status, "into": Uuid::from_u128(9) })),
        _ => ("Unmerged", json!({ "from": Uuid::from_u128(9), "status": status })),
    }
}

/// A log in which every third fact is late, many happen at the same time and some before their opening.
fn log(seed: u64) -> Vec<Recorded> {
    let mut dice = Dice(seed);
    let mut versions: BTreeMap<u64, i32> = BTreeMap::new();
    let mut events = Vec::new();
    for position in 1..=EVENTS {
        let consultation = 1 + dice.below(CONSULTATIONS);
        let version = versions.entry(consultation).or_default();
        *version += 1;
        let (name, data) = if *version == 1 { (OPENED, opening()) } else { any(&mut dice) };
        let latest = u64::try_from(position / 2).unwrap_or_default() + 4;
        let minute = if dice.below(3) == 0 { dice.below(latest) } else { latest };
        events.push(Recorded {
            position: Position(position),
            workspace_id: WORKSPACE,
            workspace_sequence: position,
            event_id: EventId(Uuid::from_u128(position.unsigned_abs().into())),
            stream: StreamId::new(StreamType::Consultation, Uuid::from_u128(consultation.into())),
            version: StreamVersion(*version),
            event: Event::decode(StreamType::Consultation, name, data)
                .unwrap_or_else(|error| panic!("{name} is an event: {error}")),
            metadata: Metadata {
                actor: Actor::SYSTEM,
                correlation_id: Uuid::nil(),
                causation_id: None,
                source: Source::system("test"),
                person_id: id(consultation.into()),
            },
            occurred_at: at(i64::try_from(minute).unwrap_or_default()),
            recorded_at: at(100_000 + position),
            hash: [0; 32],
        });
    }
    events
}

/// Whether the version holds, as the statements say it.
fn holds(row: &Row, moment: Moment) -> bool {
    let position = moment.position().0;
    let Some(time) = moment.happened() else {
        return row.from_position <= position && position < row.until_position;
    };
    row.from_position <= position
        && position < row.known_until
        && row.from_at <= time
        && (row.until_at.is_some_and(|until| until > time) || row.until_position > position)
}

/// Whether the version is among those that are looked up for the moment.
fn is_candidate(row: &Row, moment: Moment) -> bool {
    let position = moment.position().0;
    let mut is_newest = row.from_position <= position && row.until_position > position;
    let (powers, bounds) = power::positions(position, moment.happened().is_none());
    is_newest &=
        powers.iter().zip(bounds).any(|(&power, bound)| power == row.stay && row.from_position > bound);
    let Some(time) = moment.happened() else { return is_newest };
    let (powers, bounds) = power::times(time);
    let held = row.from_at <= time && row.until_at.is_none_or(|until| until > time);
    let found = powers.iter().zip(bounds).any(|(&power, bound)| power == row.span && row.from_at > bound);
    // None is found twice.
    (held && found) || (is_newest && row.until_at.is_some_and(|until| until <= time))
}

/// The naive answer.
fn listed(events: &[Recorded], moment: Moment) -> BTreeMap<Uuid, consultation_list::Row> {
    let counted: Vec<_> = events
        .iter()
        .filter(|event| event.position <= moment.position())
        .filter(|event| moment.happened().is_none_or(|time| event.occurred_at <= time))
        .cloned()
        .collect();
    fold(&ConsultationList, &counted)
}

fn compare(rows: &BTreeMap<Uuid, Row>, events: &[Recorded], moment: Moment) {
    let mut expected = listed(events, moment);
    for row in rows.values().filter(|row| holds(row, moment)) {
        let listed = expected.remove(&row.consultation_id.uuid());
        let listed = listed.unwrap_or_else(|| panic!("{moment:?}: {row:?} is too many"));
        assert_eq!((row.opened_at, row.channel), (listed.opened_at, listed.channel));
        let then = Row::opened(listed, &events[0]);
        assert!(row.is_like(&then), "{moment:?}: {row:?} is not {then:?}");
        assert!(is_candidate(row, moment), "{moment:?}: {row:?} is not looked up");
    }
    assert!(expected.is_empty(), "{moment:?}: {expected:?} is missing");
}

fn times() -> impl Iterator<Item = DateTime<Utc>> {
    (-1..=EVENTS / 2 + 6).map(at)
}

#[test]
fn versions_hold_what_the_events_that_count_leave_at_every_moment() {
    for seed in 0..LOGS {
        let events = log(seed);
        let rows = fold(&ConsultationVersions, &events);
        for position in (0..=EVENTS).map(Position) {
            compare(&rows, &events, Moment::at_position(position));
            for time in times() {
                compare(&rows, &events, Moment::at_time(time, position));
            }
        }
    }
}

#[test]
fn versions_that_stand_earlier_answer_for_what_was_there() {
    for seed in LOGS..LOGS + 6 {
        let events = log(seed);
        let mut rows = BTreeMap::new();
        for (place, event) in events.iter().enumerate() {
            rows = fold_on(&ConsultationVersions, rows, std::slice::from_ref(event));
            let stands = &events[..=place];
            compare(&rows, stands, Moment::at_position(event.position));
            for time in times() {
                compare(&rows, stands, Moment::at_time_as_known_now(time, event.position));
            }
        }
        assert_eq!(rows, fold(&ConsultationVersions, &events));
    }
}

#[test]
fn the_logs_have_late_facts_and_versions_of_every_kind() {
    let rows: Vec<Row> =
        (0..LOGS).flat_map(|seed| fold(&ConsultationVersions, &log(seed)).into_values()).collect();
    let count = |has: fn(&Row) -> bool| rows.iter().filter(|row| has(row)).count();
    assert!(
        count(|row| row.known_until < i64::MAX && row.until_at.is_none()) > 20,
        "newest until a late fact"
    );
    assert!(count(|row| row.until_position == row.from_position) > 20, "never the newest");
    assert!(count(|row| row.until_at == Some(row.from_at)) > 10, "held at no time");
    assert!(count(|row| row.from_at > row.opened_at) > 200);
}
