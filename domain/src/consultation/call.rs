//! Call attempts (дозвоны).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    CallDirection, CallOutcome, ConsultationEvent, ConsultationRejection, ConsultationState,
    decide::Decision, redate::next_number,
};
use crate::{
    id::{CallId, ManagerId, RedateId},
    personal::Personal,
    text::{self, InvalidInput, SHORT_TEXT, URL_TEXT},
};

/// The longest time that a call rings or lasts, in seconds: a week. No call does; a larger number is a slip of
/// units.
const MAX_SECONDS: u32 = 7 * 24 * 60 * 60;

/// Records a call attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogCall {
    /// Which attempt; a repeat changes nothing.
    pub call_id: CallId,
    /// Which way.
    pub direction: CallDirection,
    /// How it ended.
    pub outcome: CallOutcome,
    /// When it began to ring.
    pub started_at: DateTime<Utc>,
    /// How long it rang.
    pub wait_seconds: Option<u32>,
    /// How long the two talked.
    pub duration_seconds: Option<u32>,
    /// Who called or was called.
    pub manager_id: Option<ManagerId>,
    /// The client's number.
    pub phone: Option<String>,
    /// Where the recording lies.
    pub recording: Option<String>,
    /// The redate that it serves.
    pub redate_id: Option<RedateId>,
}

/// A call was attempted (дозвон).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallLogged {
    /// Which attempt.
    pub call_id: CallId,
    /// Which way.
    pub direction: CallDirection,
    /// How it ended.
    pub outcome: CallOutcome,
    /// When it began to ring.
    pub started_at: DateTime<Utc>,
    /// How long it rang, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait_seconds: Option<u32>,
    /// How long the two talked, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_seconds: Option<u32>,
    /// Who called or was called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manager_id: Option<ManagerId>,
    /// The client's number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<Personal<String>>,
    /// Where the recording of the client's voice lies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recording: Option<Personal<String>>,
    /// The redate that it serves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redate_id: Option<RedateId>,
    /// The how-manieth attempt of this consultation, from 1.
    pub attempt: u32,
}

pub(super) fn log(state: &ConsultationState, command: &LogCall) -> Decision {
    state.opened()?;
    if state.calls.contains(&command.call_id) {
        return Ok(vec![]);
    }
    state.workable()?;
    text::check_time("started_at", command.started_at)?;
    check_seconds("wait_seconds", command.wait_seconds)?;
    check_seconds("duration_seconds", command.duration_seconds)?;
    if command.duration_seconds.is_some() && command.outcome != CallOutcome::Answered {
        return Err(ConsultationRejection::DurationWithoutAnswer);
    }
    let phone = text::optional_label("phone", command.phone.as_deref(), SHORT_TEXT)?;
    let recording = text::optional_label("recording", command.recording.as_deref(), URL_TEXT)?;
    if let Some(redate_id) = command.redate_id.filter(|redate_id| !state.redates.contains(redate_id)) {
        return Err(ConsultationRejection::UnknownRedate { redate_id });
    }
    Ok(vec![ConsultationEvent::CallLogged(CallLogged {
        call_id: command.call_id,
        direction: command.direction,
        outcome: command.outcome,
        started_at: command.started_at,
        wait_seconds: command.wait_seconds,
        duration_seconds: command.duration_seconds,
        manager_id: command.manager_id,
        phone: phone.map(Personal::from),
        recording: recording.map(Personal::from),
        redate_id: command.redate_id,
        attempt: next_number(state.calls.len()),
    })])
}

fn check_seconds(field: &str, seconds: Option<u32>) -> Result<(), InvalidInput> {
    if seconds.is_some_and(|seconds| seconds > MAX_SECONDS) {
        return Err(InvalidInput::out_of_range(field, "0 to 604800 seconds, a week"));
    }
    Ok(())
}
