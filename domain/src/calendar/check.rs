//! What a calendar may not be.

use std::{collections::BTreeSet, str::FromStr as _};

use chrono::{Datelike as _, NaiveDate};
use chrono_tz::Tz;

use super::{Calendar, Holiday, OpenSpan, Span, Weekday};
use crate::text::{self, InvalidInput, KEY_TEXT, SHORT_TEXT};

/// Most holidays of a calendar: forty a year for half a century.
pub const MAX_HOLIDAYS: usize = 2_000;
/// Most spans of a day.
const MAX_SPANS: usize = 24;
/// Minutes of a day.
const DAY: u16 = 24 * 60;

/// Why a calendar was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalendarFault {
    /// No time zone has this name.
    #[error("there is no time zone `{name}`; give an IANA name, such as `{nearest}`")]
    UnknownTimeZone {
        /// The name that was given.
        name: String,
        /// The name that is most like it.
        nearest: &'static str,
    },
    /// A span ends before it begins, or beyond its day.
    #[error("{place} is open from {from} to {until}; a span ends after it begins and by 24:00")]
    InvalidSpan {
        /// The day or date.
        place: String,
        /// Its start, as `HH:MM`.
        from: String,
        /// Its end, as `HH:MM`.
        until: String,
    },
    /// Two spans of a day share time.
    #[error("{place} has spans that overlap at {at}; join them or move one")]
    OverlappingSpans {
        /// The day or date.
        place: String,
        /// Where the second begins, as `HH:MM`.
        at: String,
    },
    /// No day of the week is open.
    #[error("the calendar is never open; give at least one span of a week")]
    NoOpenTime,
    /// A date is on the list twice.
    #[error("{date} is a holiday twice; keep one")]
    HolidayTwice {
        /// The date.
        date: NaiveDate,
    },
}

impl CalendarFault {
    /// The permanent code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::UnknownTimeZone { .. } => "unknown_time_zone",
            Self::InvalidSpan { .. } => "invalid_span",
            Self::OverlappingSpans { .. } => "overlapping_spans",
            Self::NoOpenTime => "no_open_time",
            Self::HolidayTwice { .. } => "holiday_twice",
        }
    }

    /// The field at fault.
    pub const fn field(&self) -> &'static str {
        match self {
            Self::UnknownTimeZone { .. } => "time_zone",
            Self::InvalidSpan { .. } | Self::OverlappingSpans { .. } | Self::NoOpenTime => "week",
            Self::HolidayTwice { .. } => "holidays",
        }
    }
}

/// Why a calendar cannot be.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unfit {
    Input(InvalidInput),
    Calendar(CalendarFault),
}

impl From<InvalidInput> for Unfit {
    fn from(input: InvalidInput) -> Self {
        Self::Input(input)
    }
}

impl From<CalendarFault> for Unfit {
    fn from(fault: CalendarFault) -> Self {
        Self::Calendar(fault)
    }
}

impl Calendar {
    /// The calendar with its parts in order, if it can be one.
    pub(crate) fn checked(mut self) -> Result<Self, Unfit> {
        self.key = text::label("key", &self.key, KEY_TEXT)?;
        zone(&self.time_zone)?.name().clone_into(&mut self.time_zone);
        text::check_time("effective_from", self.effective_from)?;
        text::check_count("week", self.week.len(), 7 * MAX_SPANS)?;
        text::check_count("holidays", self.holidays.len(), MAX_HOLIDAYS)?;
        self.week.sort_unstable();
        if self.week.is_empty() {
            return Err(CalendarFault::NoOpenTime.into());
        }
        for weekday in Weekday::ALL {
            let place = || format!("{weekday:?}");
            check_spans(place, &spans_of(&self.week, weekday))?;
        }
        self.holidays.sort_unstable();
        let mut dates = BTreeSet::new();
        for holiday in &mut self.holidays {
            check_holiday(holiday)?;
            if !dates.insert(holiday.date) {
                return Err(CalendarFault::HolidayTwice { date: holiday.date }.into());
            }
        }
        Ok(self)
    }
}

/// The spans of a day of the week.
pub(super) fn spans_of(week: &[OpenSpan], weekday: Weekday) -> Vec<Span> {
    let of_day = week.iter().filter(|open| open.weekday == weekday);
    of_day.map(|open| Span { from: open.from, until: open.until }).collect()
}

fn check_holiday(holiday: &mut Holiday) -> Result<(), Unfit> {
    if !(1970..2200).contains(&holiday.date.year()) {
        return Err(InvalidInput::out_of_range("holidays", "dates from 1970-01-01 to 2199-12-31").into());
    }
    holiday.name = text::optional_label("holidays", holiday.name.as_deref(), SHORT_TEXT)?;
    text::check_count("holidays", holiday.spans.len(), MAX_SPANS)?;
    holiday.spans.sort_unstable();
    check_spans(|| holiday.date.to_string(), &holiday.spans)?;
    Ok(())
}

/// Accepts spans in order that share no time.
fn check_spans(place: impl Fn() -> String, spans: &[Span]) -> Result<(), CalendarFault> {
    let mut end = 0;
    for span in spans {
        if span.from >= span.until || span.until > DAY {
            let (from, until) = (clock(span.from), clock(span.until));
            return Err(CalendarFault::InvalidSpan { place: place(), from, until });
        }
        if span.from < end {
            return Err(CalendarFault::OverlappingSpans { place: place(), at: clock(span.from) });
        }
        end = span.until;
    }
    Ok(())
}

fn clock(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

/// The time zone of this name.
pub(crate) fn zone(name: &str) -> Result<Tz, CalendarFault> {
    let name = name.trim();
    Tz::from_str(name)
        .map_err(|_| CalendarFault::UnknownTimeZone { name: shown(name), nearest: nearest_zone(name) })
}

/// What was typed, cut to what fits into a sentence.
fn shown(name: &str) -> String {
    name.chars().take(KEY_TEXT).collect()
}

/// The zone whose name is most like this one: the fewest letters to change, without regard to capitals.
fn nearest_zone(name: &str) -> &'static str {
    let typed: Vec<char> = name.to_lowercase().chars().take(KEY_TEXT).collect();
    let zones = chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name());
    zones.min_by_key(|zone| distance(&typed, &zone.to_lowercase())).unwrap_or("UTC")
}

/// How many letters must be added, taken away or changed (Levenshtein's distance).
fn distance(from: &[char], to: &str) -> usize {
    let mut row: Vec<usize> = (0..=from.len()).collect();
    for (line, letter) in to.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = line + 1;
        for (place, typed) in from.iter().enumerate() {
            let changed = diagonal + usize::from(*typed != letter);
            diagonal = row[place + 1];
            row[place + 1] = changed.min(row[place] + 1).min(diagonal + 1);
        }
    }
    row[from.len()]
}
