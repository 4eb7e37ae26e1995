use super::*;
use crate::consultation::{CallDirection, CallLogged, CallOutcome, LogCall, Redated};

fn call(number: u128, outcome: CallOutcome) -> LogCall {
    LogCall {
        call_id: id(number),
        direction: CallDirection::Outbound,
        outcome,
        started_at: MONDAY_NINE,
        wait_seconds: None,
        duration_seconds: None,
        manager_id: Some(ANNA),
        phone: None,
        recording: None,
        redate_id: None,
    }
}

fn logged(attempt: u32, outcome: CallOutcome) -> CallLogged {
    CallLogged {
        call_id: id(attempt.into()),
        direction: CallDirection::Outbound,
        outcome,
        started_at: MONDAY_NINE,
        wait_seconds: None,
        duration_seconds: None,
        manager_id: Some(ANNA),
        phone: None,
        recording: None,
        redate_id: None,
        attempt,
    }
}

fn redated(events: Vec<Event>) -> Vec<Event> {
    let redated = Redated {
        redate_id: id(0x4e),
        number: 1,
        from: hours(1),
        to: hours(2),
        reason: None,
        initiator: Party::System,
        assignee: None,
    };
    after(events, [Event::Redated(redated)])
}

#[track_caller]
fn refused(command: LogCall, code: &str, field: &str) {
    given::<Consultation>(queued()).when(Command::LogCall(command)).then_rejected_at(code, field);
}

#[test]
fn attempts_are_counted_each_once() {
    given::<Consultation>(queued())
        .when(Command::LogCall(call(1, CallOutcome::NoAnswer)))
        .then([Event::CallLogged(logged(1, CallOutcome::NoAnswer))])
        .when(Command::LogCall(call(1, CallOutcome::NoAnswer)))
        .then_nothing()
        .when(Command::LogCall(LogCall {
            wait_seconds: Some(7),
            duration_seconds: Some(95),
            phone: Some("+74951234567".into()),
            recording: Some("https://files.example.org/2.ogg".into()),
            ..call(2, CallOutcome::Answered)
        }))
        .then([Event::CallLogged(CallLogged {
            wait_seconds: Some(7),
            duration_seconds: Some(95),
            phone: Some("+74951234567".into()),
            recording: Some("https://files.example.org/2.ogg".into()),
            ..logged(2, CallOutcome::Answered)
        })]);
}

#[test]
fn a_call_serves_a_redate_of_the_same_consultation() {
    let command = LogCall { redate_id: Some(id(0x4e)), ..call(1, CallOutcome::Busy) };
    given::<Consultation>(redated(queued()))
        .when(Command::LogCall(command.clone()))
        .then([Event::CallLogged(CallLogged { redate_id: Some(id(0x4e)), ..logged(1, CallOutcome::Busy) })]);
    refused(command, "unknown_redate", "redate_id");
}

#[test]
fn only_an_answered_call_lasts() {
    for outcome in [
        CallOutcome::NoAnswer,
        CallOutcome::Busy,
        CallOutcome::Failed,
        CallOutcome::Voicemail,
        CallOutcome::Rejected,
    ] {
        let command = LogCall { duration_seconds: Some(1), ..call(1, outcome) };
        refused(command, "duration_without_answer", "duration_seconds");
    }
}

#[test]
fn a_call_has_its_limits() {
    let answered = || call(1, CallOutcome::Answered);
    refused(LogCall { started_at: year_9999(), ..answered() }, "out_of_range", "started_at");
    refused(LogCall { wait_seconds: Some(604_801), ..answered() }, "out_of_range", "wait_seconds");
    refused(LogCall { duration_seconds: Some(u32::MAX), ..answered() }, "out_of_range", "duration_seconds");
    refused(LogCall { phone: Some("1\0".into()), ..answered() }, "nul_character", "phone");
    refused(LogCall { recording: Some("a".repeat(2_001)), ..answered() }, "too_long", "recording");
}

#[test]
fn calling_is_work() {
    is_work(&Command::LogCall(call(1, CallOutcome::NoAnswer)));
}
