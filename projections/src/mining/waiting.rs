//! When consultations wait.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike as _, Timelike as _};
use chrono_tz::Tz;

use super::{Durations, EventLog};

/// Which waits are looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Waits {
    /// Only those after this activity.
    pub from: Option<u32>,
    /// Only those for this activity.
    pub to: Option<u32>,
}

/// The waits that begin in one hour of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    /// The day of the week, from 1 for Monday to 7.
    pub weekday: u32,
    /// The hour, from 0 to 23.
    pub hour: u32,
    /// How long they are; `count` is how many.
    pub durations: Durations,
}

/// How long it takes from a step to the next one of its consultation, by the local hour and weekday at which the
/// first of the two happened. Hours without any are left out.
pub fn waiting(log: &EventLog, waits: Waits, zone: Tz) -> Vec<Cell> {
    let mut spans: BTreeMap<(u32, u32), Vec<i64>> = BTreeMap::new();
    let wanted = |wanted: Option<u32>, activity| wanted.is_none_or(|wanted| wanted == activity);
    for case in log.cases() {
        for (before, after) in case.marks.iter().zip(case.marks.iter().skip(1)) {
            if !wanted(waits.from, before.activity) || !wanted(waits.to, after.activity) {
                continue;
            }
            // Times of the log lie between 1970 and 2200.
            let Some(begins) = DateTime::from_timestamp_micros(before.at) else { continue };
            let begins = begins.with_timezone(&zone);
            let hour = (begins.weekday().number_from_monday(), begins.hour());
            spans.entry(hour).or_default().push(after.at - before.at);
        }
    }
    let cell = |((weekday, hour), spans)| Some(Cell { weekday, hour, durations: Durations::of(spans)? });
    spans.into_iter().filter_map(cell).collect()
}
