use ledgerdesk_domain::consultation::{ConsultationCommand as C, LogCall};

use super::*;
use crate::testing::{Story, at, id, open};

#[test]
fn every_attempt_is_a_row_with_its_outcome_and_durations() {
    let attempt = |call: u128, outcome, duration_seconds| {
        C::LogCall(LogCall {
            call_id: id(call),
            direction: CallDirection::Outbound,
            outcome,
            started_at: at(10),
            wait_seconds: Some(20),
            duration_seconds,
            manager_id: Some(id(77)),
            phone: Some("+79990000000".to_owned()),
            recording: None,
            redate_id: None,
        })
    };
    let story = Story::default()
        .consultation(1, open(Some(7), "Printer"))
        .consultation(1, attempt(41, CallOutcome::NoAnswer, None))
        .consultation(1, attempt(42, CallOutcome::Answered, Some(90)));
    let rows = story.fold(&Calls);
    assert_eq!(rows.len(), 2);
    let answered = &rows[&id(42)];
    assert_eq!((answered.attempt, answered.outcome), (2, CallOutcome::Answered));
    assert_eq!((answered.wait_seconds, answered.duration_seconds), (Some(20), Some(90)));
    assert_eq!((answered.manager_id, answered.started_at, answered.person_id), (Some(id(77)), at(10), id(7)));
}
