use ledgerdesk_domain::{
    consultation::{CallDirection, CallOutcome, ConsultationCommand as C, LogCall, Start},
    event::SourceStep,
};

use super::*;
use crate::{
    steps::{Resource, of_consultation},
    testing::{Story, assign, at, fold, id, open, resolve},
};

fn rows(events: &[Recorded]) -> Vec<Row> {
    let mut rows: Vec<_> = fold(&Steps, events).into_values().collect();
    rows.sort_by_key(|row| (row.occurred_at, row.position));
    rows
}

fn story() -> Story {
    Story::default()
        .by_manager(77)
        .consultation(1, open(None, "Printer"))
        .consultation(1, assign(77))
        .consultation(1, C::Start(Start))
        .consultation(
            1,
            C::LogCall(LogCall {
                call_id: id(41),
                direction: CallDirection::Outbound,
                outcome: CallOutcome::NoAnswer,
                started_at: at(3),
                wait_seconds: None,
                duration_seconds: None,
                manager_id: Some(id(77)),
                phone: None,
                recording: None,
                redate_id: None,
            }),
        )
        .consultation(1, resolve())
}

/// The same, as if it came from row after row of a source; the second and the third event from the same.
fn imported(with_steps: bool) -> Vec<Recorded> {
    let mut events = story().events;
    for (number, event) in events.iter_mut().enumerate() {
        let row = if number < 2 { number } else { number - 1 };
        let source = &mut event.metadata.source;
        source.system = "import:tickets".to_owned();
        source.reference = Some(format!("row {}", row + 1));
        source.step = (with_steps && number != 2).then(|| SourceStep {
            activity: format!("source {row}"),
            resource: (row > 0).then(|| id(78)),
            team: (row == 1).then(|| "theirs".to_owned()),
            occurred_at: (row == 0).then(|| at(1)),
        });
    }
    events
}

#[test]
fn our_own_events_are_steps_by_name_with_what_matters() {
    let rows = rows(&story().events);
    let activities: Vec<_> = rows.iter().map(|row| row.activity.as_str()).collect();
    assert_eq!(activities, ["ConsultationOpened", "Assigned", "Started", "CallLogged NO_ANSWER", "Resolved"]);
    assert!(rows.iter().all(|row| row.resource_id == Some(id(77))));
    let teams: Vec<_> = rows.iter().map(|row| (row.says_team, row.team.as_deref())).collect();
    assert_eq!(teams[0], (true, Some("first")));
    assert!(teams[1].0 && teams[2..].iter().all(|said| *said == (false, None)));
}

#[test]
fn an_imported_row_is_one_step_in_the_words_of_its_source() {
    let rows = rows(&imported(true));
    let told: Vec<_> =
        rows.iter().map(|row| (row.activity.as_str(), row.resource_id, row.team.as_deref())).collect();
    assert_eq!(
        told,
        [
            ("source 0", None, None),
            ("source 1", Some(id(78)), Some("theirs")),
            ("source 2", Some(id(78)), None),
            ("source 3", Some(id(78)), None),
        ]
    );
    assert!(rows.iter().all(|row| row.says_team));
    assert_eq!(rows[0].occurred_at, at(1));
}

#[test]
fn a_row_that_was_imported_before_sources_were_kept_is_one_step_in_our_words() {
    let rows = rows(&imported(false));
    let activities: Vec<_> = rows.iter().map(|row| row.activity.as_str()).collect();
    assert_eq!(activities, ["ConsultationOpened", "Assigned", "CallLogged NO_ANSWER", "Resolved"]);
}

#[test]
fn the_steps_of_a_consultation_are_those_of_the_read_model() {
    for events in [story().events, imported(true), imported(false)] {
        let steps = of_consultation(&events);
        let rows = rows(&events);
        assert_eq!(steps.len(), rows.len());
        for (step, row) in steps.iter().zip(&rows) {
            let resource = row.resource_kind.map(|kind| Resource { kind, id: row.resource_id });
            assert_eq!((&step.activity, step.position.0), (&row.activity, row.position));
            assert_eq!((step.occurred_at, step.resource), (row.occurred_at, resource));
        }
        // What the row's later events name belongs to it, too.
        assert!(steps.iter().any(|step| step.involved.iter().any(|named| named.id == id::<Uuid>(41))));
    }
}

#[test]
fn what_happened_earlier_and_was_learned_later_stands_in_its_place() {
    let mut events = story().events;
    let last = events.len() - 1;
    events[last].occurred_at = at(-5);
    let steps = of_consultation(&events);
    assert_eq!(steps[0].activity, "Resolved");
    assert_eq!(steps[0].team, None, "nobody was responsible yet");
}
