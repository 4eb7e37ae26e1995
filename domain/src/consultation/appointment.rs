//! Appointments: the time that was promised, a moment or a window.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{ConsultationEvent, ConsultationRejection, ConsultationState, decide::Decision};
use crate::{
    context::Context,
    text::{self, InvalidInput},
};

/// The longest window: whoever waits for more than a day was promised nothing.
const LONGEST_WINDOW: TimeDelta = TimeDelta::days(1);

/// Promises a time: a moment, or a window in which it will happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appoint {
    /// The time, or the start of the window.
    pub appointed_for: DateTime<Utc>,
    /// The end of the window, at most a day after its start; none for a moment.
    pub appointed_until: Option<DateTime<Utc>>,
}

impl Appoint {
    /// A promise of this moment.
    pub const fn at(appointed_for: DateTime<Utc>) -> Self {
        Self { appointed_for, appointed_until: None }
    }
}

/// A time was promised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Appointed {
    /// The time, or the start of the window.
    pub appointed_for: DateTime<Utc>,
    /// The end of the window: the promise is kept until then. The same as the start where a moment was promised.
    pub appointed_until: DateTime<Utc>,
    /// The time promised before, where this replaces one without moving it (a new promise after a kept one).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<DateTime<Utc>>,
}

pub(super) fn appoint(state: &ConsultationState, command: &Appoint, context: &Context) -> Decision {
    state.workable()?;
    let appointed_for = command.appointed_for;
    text::check_time("appointed_for", appointed_for)?;
    let appointed_until = command.appointed_until.unwrap_or(appointed_for);
    check_window(appointed_for, appointed_until)?;
    match (state.appointed_for, state.appointed_until) {
        (Some(from), Some(until)) if (from, until) == (appointed_for, appointed_until) => Ok(vec![]),
        // A promise that stands is moved, so that the chain of redates shows promised against kept.
        (Some(at), Some(until)) if context.occurred_at <= until => {
            Err(ConsultationRejection::AlreadyAppointed { at })
        }
        (previous, _) => {
            Ok(vec![ConsultationEvent::Appointed(Appointed { appointed_for, appointed_until, previous })])
        }
    }
}

fn check_window(from: DateTime<Utc>, until: DateTime<Utc>) -> Result<(), InvalidInput> {
    text::check_time("appointed_until", until)?;
    if (TimeDelta::zero()..=LONGEST_WINDOW).contains(&(until - from)) {
        return Ok(());
    }
    Err(InvalidInput::out_of_range("appointed_until", "from `appointed_for` to a day after it"))
}
