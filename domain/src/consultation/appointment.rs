//! Appointments: the time that was promised.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{ConsultationEvent, ConsultationRejection, ConsultationState, decide::Decision};
use crate::{context::Context, text};

/// Promises a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appoint {
    /// The time.
    pub appointed_for: DateTime<Utc>,
}

/// A time was promised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Appointed {
    /// The time.
    pub appointed_for: DateTime<Utc>,
    /// The time promised before, where this replaces one without moving it (a new promise after a kept one).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<DateTime<Utc>>,
}

pub(super) fn appoint(state: &ConsultationState, command: &Appoint, context: &Context) -> Decision {
    state.workable()?;
    let appointed_for = command.appointed_for;
    text::check_time("appointed_for", appointed_for)?;
    match state.appointed_for {
        Some(at) if at == appointed_for => Ok(vec![]),
        // A promise that stands is moved, so that the chain of redates shows promised against kept.
        Some(at) if context.occurred_at <= at => Err(ConsultationRejection::AlreadyAppointed { at }),
        previous => Ok(vec![ConsultationEvent::Appointed(Appointed { appointed_for, previous })]),
    }
}
