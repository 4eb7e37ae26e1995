use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use ledgerdesk_domain::{
    consultation::{Consultation, ConsultationEvent, ConsultationState, Status},
    decider::Decider as _,
    event::Event,
    id::WorkspaceId,
    stream::StreamType,
};
use uuid::Uuid;

use super::{Case, generate};

fn now() -> DateTime<Utc> {
    "2024-06-14T12:00:00Z".parse().unwrap()
}

fn cases(seed: u64, count: usize) -> Vec<Case> {
    generate(WorkspaceId(Uuid::nil()), seed, now(), count).collect()
}

fn counts(cases: &[Case]) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for event in cases.iter().flat_map(|case| &case.events) {
        *counts.entry(event.event.event_type()).or_default() += 1;
    }
    counts
}

#[test]
fn the_same_seed_makes_the_same_history() {
    let digest = |cases: &[Case]| format!("{cases:?}");
    assert_eq!(digest(&cases(7, 60)), digest(&cases(7, 60)));
    assert_ne!(digest(&cases(7, 60)), digest(&cases(8, 60)));
}

#[test]
fn the_rules_refuse_nothing_that_is_in_a_script() {
    for seed in 1..=3 {
        let refused: usize = cases(seed, 1_000).iter().map(|case| case.refused).sum();
        assert_eq!(refused, 0, "seed {seed}");
    }
}

#[test]
fn events_are_in_order_unique_and_not_in_the_future() {
    let cases = cases(1, 500);
    let mut ids = BTreeSet::new();
    for case in &cases {
        assert!(case.events.is_sorted_by_key(|event| event.occurred_at), "{:?}", case.stream);
        assert!(
            case.events.iter().all(|event| event.occurred_at <= now() && ids.insert(event.event_id.uuid()))
        );
    }
}

#[test]
fn two_thousand_consultations_have_believable_proportions() {
    let cases = cases(1, 2_000);
    let consultations =
        cases.iter().filter(|case| case.stream.stream_type == StreamType::Consultation).count();
    let counts = counts(&cases);
    println!("{counts:#?}");
    let of = |event_type: &str| counts.get(event_type).copied().unwrap_or(0);
    assert_eq!(consultations, 2_000);
    assert_eq!((of("ConsultationOpened"), of("ManagerRegistered"), of("ClientRegistered")), (2_000, 14, 360));
    for (event_type, low, high) in [
        ("MessageReceived", 3_000, 7_000),
        ("MessageSent", 4_000, 9_000),
        ("HandoverRequested", 1_000, 2_000),
        ("HandoverDeclined", 60, 400),
        ("HandoverExpired", 40, 300),
        ("HandoverReturned", 10, 100),
        ("Appointed", 150, 500),
        ("Redated", 80, 500),
        ("CallLogged", 400, 1_500),
        ("RatingSubmitted", 400, 900),
        ("RatingRevised", 5, 60),
        ("Reopened", 30, 160),
        ("Cancelled", 60, 260),
        ("Closed", 1_300, 1_850),
    ] {
        assert!((low..high).contains(&of(event_type)), "{} of {event_type}", of(event_type));
    }
    let all: usize = counts.values().sum();
    assert!((25_000..40_000).contains(&all), "{all} events");
}

#[test]
fn a_backlog_waits_in_every_open_status() {
    let cases = cases(1, 2_000);
    let mut statuses: BTreeMap<Status, usize> = BTreeMap::new();
    for case in &cases {
        let state =
            case.events.iter().fold(ConsultationState::default(), |state, event| match &event.event {
                Event::Consultation(event) => Consultation::evolve(state, event),
                _ => state,
            });
        if let Some(status) = state.status() {
            *statuses.entry(status).or_default() += 1;
        }
    }
    println!("{statuses:?}");
    for status in Status::ALL {
        assert!(statuses.get(&status).is_some_and(|count| *count >= 1), "{status:?} of {statuses:?}");
    }
    let open: usize = statuses.iter().filter(|(status, _)| status.is_open()).map(|(_, count)| count).sum();
    assert!((40..200).contains(&open), "{statuses:?}");
}

#[test]
fn both_languages_and_many_topics_occur() {
    let cases = cases(1, 2_000);
    let mut topics = BTreeSet::new();
    let mut languages: BTreeMap<String, usize> = BTreeMap::new();
    for event in cases.iter().flat_map(|case| &case.events) {
        if let Event::Consultation(ConsultationEvent::ConsultationOpened(opened)) = &event.event {
            topics.extend(opened.topic.known().cloned());
            *languages.entry(opened.language.clone().unwrap_or_default()).or_default() += 1;
        }
    }
    assert_eq!(topics.len(), 80);
    assert!(languages["ru"] > 1_200 && languages["en"] > 400, "{languages:?}");
}
