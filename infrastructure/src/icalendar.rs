//! Holidays out of an iCalendar file (RFC 5545): its all-day events, with the days on which they come again.

use std::{collections::BTreeMap, fmt::Write as _, str::FromStr as _};

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use icalendar::{Calendar, CalendarComponent, Component as _, DatePerhapsTime, Event};
use ledgerdesk_domain::calendar::{Holiday, MAX_HOLIDAYS};
use rrule::{RRuleSet, Tz};

/// The largest file that is read, in bytes.
pub const MAX_FILE: usize = 1 << 20;
/// The longest holiday, in days.
const MAX_DAYS: u64 = 366;
/// The most times that one event comes again.
const MAX_TIMES: u16 = 4_000;

/// Why a file cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IcalendarError {
    /// Larger than [`MAX_FILE`], or more holidays than a calendar takes.
    #[error("the file is larger than 1 MiB or has more than 2000 holidays; import fewer years of it")]
    TooLarge,
    /// It is no iCalendar file.
    #[error("this is no iCalendar file; it begins with BEGIN:VCALENDAR and ends with END:VCALENDAR")]
    Malformed,
    /// A rule of recurrence cannot be understood.
    #[error("the event `{summary}` comes again by a rule that cannot be understood: {rule}")]
    Rule {
        /// What the event is called.
        summary: String,
        /// The rule.
        rule: String,
    },
}

/// The days of the file's all-day events from `from` to before `until`, in order, each once. Events with a time of
/// day are no holidays and are left out.
pub fn holidays(file: &str, from: NaiveDate, until: NaiveDate) -> Result<Vec<Holiday>, IcalendarError> {
    if file.len() > MAX_FILE {
        return Err(IcalendarError::TooLarge);
    }
    if !file.trim_start().starts_with("BEGIN:VCALENDAR") {
        return Err(IcalendarError::Malformed);
    }
    let calendar = Calendar::from_str(file).map_err(|_| IcalendarError::Malformed)?;
    let mut days: BTreeMap<NaiveDate, Option<String>> = BTreeMap::new();
    for component in &calendar.components {
        let CalendarComponent::Event(event) = component else { continue };
        let Some(DatePerhapsTime::Date(start)) = event.get_start() else { continue };
        let length = length(event, start);
        let first = from.checked_sub_days(Days::new(length)).unwrap_or(from);
        for begin in occurrences(event, start, first, until)? {
            for day in begin.iter_days().take(usize::try_from(length).unwrap_or(1)) {
                if (from..until).contains(&day) {
                    days.entry(day).or_insert_with(|| event.get_summary().map(str::to_owned));
                }
            }
            if days.len() > MAX_HOLIDAYS {
                return Err(IcalendarError::TooLarge);
            }
        }
    }
    Ok(days.into_iter().map(|(date, name)| Holiday { date, name, spans: vec![] }).collect())
}

/// How many days an all-day event lasts; its end is the day after its last.
fn length(event: &Event, start: NaiveDate) -> u64 {
    match event.get_end() {
        Some(DatePerhapsTime::Date(end)) => {
            u64::try_from((end - start).num_days()).unwrap_or(1).clamp(1, MAX_DAYS)
        }
        _ => 1,
    }
}

/// The days on which the event begins.
fn occurrences(
    event: &Event,
    start: NaiveDate,
    from: NaiveDate,
    until: NaiveDate,
) -> Result<Vec<NaiveDate>, IcalendarError> {
    let Some(rule) = event.property_value("RRULE") else { return Ok(vec![start]) };
    let fault = || IcalendarError::Rule {
        summary: event.get_summary().unwrap_or_default().to_owned(),
        rule: rule.to_owned(),
    };
    let mut text = format!("DTSTART:{}T000000Z\nRRULE:{}", start.format("%Y%m%d"), dated(rule));
    let exceptions = event.multi_properties().get("EXDATE").into_iter().flatten();
    let single = event.properties().get("EXDATE");
    for date in exceptions.chain(single).flat_map(|property| property.value().split(',')) {
        let _ = write!(text, "\nEXDATE:{}T000000Z", date.get(..8).unwrap_or(date));
    }
    let rules = RRuleSet::from_str(&text).map_err(|_| fault())?;
    let found = rules.after(midnight(from)).before(midnight(until)).all(MAX_TIMES);
    Ok(found.dates.iter().map(DateTime::date_naive).collect())
}

/// The rule with its end as a time, as the start is written.
fn dated(rule: &str) -> String {
    let part = |part: &str| match part.strip_prefix("UNTIL=") {
        Some(date) if date.len() == 8 => format!("UNTIL={date}T000000Z"),
        _ => part.to_owned(),
    };
    rule.split(';').map(part).collect::<Vec<_>>().join(";")
}

fn midnight(date: NaiveDate) -> DateTime<Tz> {
    let midnight: DateTime<Utc> = date.and_time(NaiveTime::MIN).and_utc();
    midnight.with_timezone(&Tz::UTC)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    fn file(events: &str) -> String {
        format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:test\r\n{events}END:VCALENDAR\r\n")
            .replace("\n\n", "\n")
    }

    fn event(lines: &[&str]) -> String {
        format!("BEGIN:VEVENT\r\nUID:{}\r\n{}\r\nEND:VEVENT\r\n", lines[0], lines.join("\r\n"))
    }

    fn read(events: &str) -> Vec<String> {
        let found = holidays(&file(events), date("2026-01-01"), date("2028-01-01")).expect("readable");
        found.iter().map(|one| format!("{} {}", one.date, one.name.as_deref().unwrap_or("-"))).collect()
    }

    #[test]
    fn all_day_events_are_holidays_and_others_are_not() {
        let single = event(&["DTSTART;VALUE=DATE:20260612", "SUMMARY:День России"]);
        let meeting = event(&["DTSTART:20260613T100000Z", "SUMMARY:Meeting"]);
        let earlier = event(&["DTSTART;VALUE=DATE:20250612", "SUMMARY:Last year"]);
        assert_eq!(read(&(single + &meeting + &earlier)), ["2026-06-12 День России"]);
    }

    #[test]
    fn a_yearly_event_comes_again_and_a_long_one_has_all_its_days() {
        let yearly = event(&["DTSTART;VALUE=DATE:20000101", "RRULE:FREQ=YEARLY", "SUMMARY:New Year"]);
        assert_eq!(read(&yearly), ["2026-01-01 New Year", "2027-01-01 New Year"]);
        let long = event(&["DTSTART;VALUE=DATE:20260430", "DTEND;VALUE=DATE:20260503", "SUMMARY:May"]);
        assert_eq!(read(&long), ["2026-04-30 May", "2026-05-01 May", "2026-05-02 May"]);
        let ended =
            event(&["DTSTART;VALUE=DATE:20200101", "RRULE:FREQ=YEARLY;UNTIL=20260101", "SUMMARY:Once"]);
        assert_eq!(read(&ended), ["2026-01-01 Once"]);
        let thursday = "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH";
        let thanks = event(&["DTSTART;VALUE=DATE:20201126", thursday, "SUMMARY:Thanks"]);
        assert_eq!(read(&thanks), ["2026-11-26 Thanks", "2027-11-25 Thanks"]);
    }

    #[test]
    fn a_day_that_is_excepted_is_none() {
        let rule = "RRULE:FREQ=YEARLY";
        let except = "EXDATE;VALUE=DATE:20270308";
        let day = event(&["DTSTART;VALUE=DATE:20200308", rule, except, "SUMMARY:Women's Day"]);
        assert_eq!(read(&day), ["2026-03-08 Women's Day"]);
    }

    #[test]
    fn what_is_no_calendar_is_refused() {
        let refused =
            |text: &str| holidays(text, date("2026-01-01"), date("2027-01-01")).expect_err("refused");
        assert_eq!(refused("hello"), IcalendarError::Malformed);
        assert_eq!(refused(""), IcalendarError::Malformed);
        assert_eq!(refused(&" ".repeat(MAX_FILE + 1)), IcalendarError::TooLarge);
        let odd = event(&["DTSTART;VALUE=DATE:20200308", "RRULE:FREQ=SOMETIMES", "SUMMARY:Odd"]);
        assert!(matches!(refused(&file(&odd)), IcalendarError::Rule { .. }));
        let daily = event(&["DTSTART;VALUE=DATE:20260101", "RRULE:FREQ=DAILY", "SUMMARY:Always"]);
        let always = holidays(&file(&daily), date("2026-01-01"), date("2036-01-01"));
        assert_eq!(always, Err(IcalendarError::TooLarge));
    }
}
