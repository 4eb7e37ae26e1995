//! Business calendars: when a team works, so that service levels count open time and nothing else.
//!
//! A calendar is data: weekly spans by the wall clock of a time zone, and days that are different. It is published
//! in versions, each in force from an instant on, none ever edited.
//!
//! # What is open
//! A span opens at the first moment at which the wall clock shows its start or later, and closes when the wall
//! clock has shown its end for the last time. So a span over the change to summer time lasts an hour less, one over
//! the change back an hour more: what counts is the time that really passes.
//!
//! # Map
//! - `check`: what a calendar may not be.
//! - `schedule`: a calendar as arithmetic: open time between instants, the instant after so much of it.

mod check;
mod schedule;
#[cfg(test)]
pub(crate) mod tests;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

pub use check::{CalendarFault, MAX_HOLIDAYS};
pub(crate) use check::{Unfit, zone};
pub use schedule::{Open, Schedule};

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Weekday {
    /// The first day of the week.
    Monday,
    /// The second day of the week.
    Tuesday,
    /// The third day of the week.
    Wednesday,
    /// The fourth day of the week.
    Thursday,
    /// The fifth day of the week.
    Friday,
    /// The sixth day of the week.
    Saturday,
    /// The last day of the week.
    Sunday,
}

impl Weekday {
    /// Every day, from Monday.
    pub const ALL: [Self; 7] = [
        Self::Monday,
        Self::Tuesday,
        Self::Wednesday,
        Self::Thursday,
        Self::Friday,
        Self::Saturday,
        Self::Sunday,
    ];
}

/// A stretch of a day by the wall clock, in minutes after midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Span {
    /// The first minute, 0 to 1439.
    pub from: u16,
    /// The minute after the last, 1 to 1440; 1440 is midnight.
    pub until: u16,
}

/// A span of every week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct OpenSpan {
    /// The day.
    pub weekday: Weekday,
    /// The first minute, 0 to 1439.
    pub from: u16,
    /// The minute after the last, 1 to 1440.
    pub until: u16,
}

/// A date that is not like its day of the week.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Holiday {
    /// The date, in the calendar's time zone.
    pub date: NaiveDate,
    /// What it is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// When it is open all the same, in order; closed the whole day if nothing is said.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub spans: Vec<Span>,
}

/// One version of a business calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calendar {
    /// Its permanent key.
    pub key: String,
    /// Its version, from 1.
    pub version: u32,
    /// From when on this version holds. Of several that hold, the one with the highest number counts.
    pub effective_from: DateTime<Utc>,
    /// The IANA time zone of its wall clock.
    pub time_zone: String,
    /// When it is open in a week, in order.
    pub week: Vec<OpenSpan>,
    /// Dates that are different, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holidays: Vec<Holiday>,
}
