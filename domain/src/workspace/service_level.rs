//! Service levels: business calendars and the decision table, published in versions.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{WorkspaceEvent as Event, WorkspaceRejection as Rejection, WorkspaceState};
use crate::{
    calendar::{Calendar, Holiday, OpenSpan},
    context::Context,
    service_level::{self, SlaRule, SlaTable},
    text::{self, InvalidInput, KEY_TEXT},
};

/// Most calendars of a workspace.
const MAX_CALENDARS: usize = 100;
/// Most versions of a calendar, and of the table.
const MAX_VERSIONS: u32 = 10_000;

/// Publishes the next version of a calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishCalendar {
    /// Its permanent key.
    pub key: String,
    /// From when on it holds; from now on if nothing is said. May lie in the past: then what it changes is reckoned
    /// anew.
    pub effective_from: Option<DateTime<Utc>>,
    /// An IANA name.
    pub time_zone: String,
    /// When it is open in a week.
    pub week: Vec<OpenSpan>,
    /// Dates that are different.
    pub holidays: Vec<Holiday>,
}

/// Publishes the next version of a calendar with these holidays besides its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportHolidays {
    /// The calendar.
    pub key: String,
    /// From when on it holds; from now on if nothing is said.
    pub effective_from: Option<DateTime<Utc>>,
    /// The dates. One that the calendar has already is replaced.
    pub holidays: Vec<Holiday>,
}

/// Publishes the next version of the decision table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishSlaPolicies {
    /// From when on it holds; from now on if nothing is said. May lie in the past: then what it changes is reckoned
    /// anew.
    pub effective_from: Option<DateTime<Utc>>,
    /// The rules, in order: the first that fits counts.
    pub rules: Vec<SlaRule>,
}

/// A version of a business calendar was published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarPublished {
    /// The whole calendar.
    pub calendar: Calendar,
}

/// A version of the decision table for service levels was published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlaPoliciesPublished {
    /// The whole table.
    pub table: SlaTable,
}

type Decision = Result<Vec<Event>, Rejection>;

pub(super) fn publish_calendar(
    state: &WorkspaceState,
    command: PublishCalendar,
    context: &Context,
) -> Decision {
    state.exists()?;
    let PublishCalendar { key, effective_from, time_zone, week, holidays } = command;
    let said = effective_from;
    let effective_from = effective_from.unwrap_or(context.occurred_at);
    let calendar = Calendar { key, version: 0, effective_from, time_zone, week, holidays }.checked()?;
    let version = match state.calendars.get(&calendar.key) {
        Some(newest) if is_same(newest, &calendar, said.is_some()) => return Ok(vec![]),
        Some(newest) => next("calendar", newest.version)?,
        None => {
            text::check_count("key", state.calendars.len() + 1, MAX_CALENDARS)?;
            1
        }
    };
    Ok(vec![Event::CalendarPublished(CalendarPublished { calendar: Calendar { version, ..calendar } })])
}

pub(super) fn import_holidays(
    state: &WorkspaceState,
    command: ImportHolidays,
    context: &Context,
) -> Decision {
    state.exists()?;
    let key = text::label("key", &command.key, KEY_TEXT)?;
    let newest = state.calendars.get(&key).ok_or(Rejection::CalendarNotFound { key })?;
    let mut holidays = newest.holidays.clone();
    holidays.retain(|old| command.holidays.iter().all(|new| new.date != old.date));
    holidays.extend(command.holidays);
    let publish = PublishCalendar {
        key: newest.key.clone(),
        effective_from: command.effective_from,
        time_zone: newest.time_zone.clone(),
        week: newest.week.clone(),
        holidays,
    };
    publish_calendar(state, publish, context)
}

pub(super) fn publish_policies(
    state: &WorkspaceState,
    command: PublishSlaPolicies,
    context: &Context,
) -> Decision {
    state.exists()?;
    let said = command.effective_from;
    let effective_from = said.unwrap_or(context.occurred_at);
    let is_calendar = |key: &str| state.calendars.contains_key(key);
    let table = service_level::checked(effective_from, command.rules, is_calendar)?;
    let version = match &state.policies {
        Some(newest)
            if newest.rules == table.rules
                && (said.is_none() || newest.effective_from == table.effective_from) =>
        {
            return Ok(vec![]);
        }
        Some(newest) => next("rules", newest.version)?,
        None => 1,
    };
    Ok(vec![Event::SlaPoliciesPublished(SlaPoliciesPublished { table: SlaTable { version, ..table } })])
}

/// Whether the newest version says just that, so that publishing it changes nothing.
fn is_same(newest: &Calendar, calendar: &Calendar, is_dated: bool) -> bool {
    newest.time_zone == calendar.time_zone
        && newest.week == calendar.week
        && newest.holidays == calendar.holidays
        && (!is_dated || newest.effective_from == calendar.effective_from)
}

fn next(field: &str, version: u32) -> Result<u32, InvalidInput> {
    if version >= MAX_VERSIONS {
        return Err(InvalidInput::TooMany { field: field.to_owned(), max: MAX_VERSIONS as usize });
    }
    Ok(version + 1)
}
