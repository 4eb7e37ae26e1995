//! Calendars against a second-by-second count of the wall clock.

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use proptest::prelude::*;

use super::{Calendar, CalendarFault, Holiday, OpenSpan, Schedule, Span, Weekday, check::Unfit};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("a time")
}

fn calendar(time_zone: &str, week: Vec<OpenSpan>, holidays: Vec<Holiday>) -> Calendar {
    let effective_from = at("2020-01-01T00:00:00Z");
    Calendar { key: "desk".into(), version: 1, effective_from, time_zone: time_zone.into(), week, holidays }
}

fn every_day(from: u16, until: u16) -> Vec<OpenSpan> {
    Weekday::ALL.into_iter().map(|weekday| OpenSpan { weekday, from, until }).collect()
}

fn closed(date: &str) -> Holiday {
    Holiday { date: date.parse().expect("a date"), name: None, spans: vec![] }
}

fn refused(calendar: Calendar) -> &'static str {
    match calendar.checked() {
        Err(Unfit::Calendar(fault)) => fault.code(),
        Err(Unfit::Input(input)) => input.code(),
        Ok(_) => "accepted",
    }
}

#[test]
fn a_working_week_counts_its_hours_only() {
    let week = Weekday::ALL[..5].iter().map(|weekday| OpenSpan { weekday: *weekday, from: 540, until: 1080 });
    let schedule = Schedule::new(&calendar("Europe/Moscow", week.collect(), vec![closed("2026-03-09")]));
    // Friday 17:00 in Moscow to Tuesday 10:00: an hour, a weekend, a holiday, an hour.
    let (friday, tuesday) = (at("2026-03-06T14:00:00Z"), at("2026-03-10T07:00:00Z"));
    assert_eq!(schedule.open_between(friday, tuesday), TimeDelta::hours(2));
    assert_eq!(schedule.after_open(friday, TimeDelta::hours(2)), Some(tuesday));
    assert_eq!(schedule.after_open(friday, TimeDelta::hours(1)), Some(at("2026-03-06T15:00:00Z")));
    assert_eq!(schedule.next_opening(at("2026-03-06T15:00:00Z")), Some(at("2026-03-10T06:00:00Z")));
}

#[test]
fn a_night_over_a_change_of_clocks_lasts_as_long_as_it_really_does() {
    let schedule = Schedule::new(&calendar("Europe/Berlin", every_day(60, 300), vec![]));
    let hours = |date: &str| {
        let start = at(&format!("{date}T00:00:00Z")) - TimeDelta::hours(2);
        schedule.open_between(start, start + TimeDelta::hours(20)).num_minutes()
    };
    assert_eq!((hours("2026-03-28"), hours("2026-03-29"), hours("2026-10-25")), (240, 180, 300));
}

#[test]
fn a_span_inside_the_hour_that_is_skipped_is_no_time() {
    let schedule = Schedule::new(&calendar("Europe/Berlin", every_day(130, 170), vec![]));
    let (start, end) = (at("2026-03-28T20:00:00Z"), at("2026-03-29T20:00:00Z"));
    assert_eq!(schedule.open_between(start, end), TimeDelta::zero());
    // The hour that comes twice is open from its first 02:10 to its second 02:50.
    let (start, end) = (at("2026-10-24T20:00:00Z"), at("2026-10-25T20:00:00Z"));
    assert_eq!(schedule.open_between(start, end), TimeDelta::minutes(100));
}

#[test]
fn what_is_no_calendar_is_refused_with_a_code() {
    assert_eq!(refused(calendar("Europe/Berlin", vec![], vec![])), "no_open_time");
    assert_eq!(refused(calendar("Europe/Berlin", every_day(540, 540), vec![])), "invalid_span");
    assert_eq!(refused(calendar("Europe/Berlin", every_day(540, 1441), vec![])), "invalid_span");
    let mut twice = every_day(540, 1080);
    twice.push(OpenSpan { weekday: Weekday::Friday, from: 1079, until: 1200 });
    assert_eq!(refused(calendar("Europe/Berlin", twice, vec![])), "overlapping_spans");
    let holidays = vec![closed("2026-01-01"), closed("2026-01-01")];
    assert_eq!(refused(calendar("Europe/Berlin", every_day(0, 1440), holidays)), "holiday_twice");
    let spans = vec![Span { from: 600, until: 660 }, Span { from: 650, until: 700 }];
    let holiday = Holiday { spans, ..closed("2026-01-01") };
    assert_eq!(refused(calendar("Europe/Berlin", every_day(0, 1440), vec![holiday])), "overlapping_spans");
    assert_eq!(refused(calendar("UTC", every_day(0, 1440), vec![closed("1969-12-31")])), "out_of_range");
}

#[test]
fn a_time_zone_that_does_not_exist_is_told_with_the_nearest_name() {
    for (typed, nearest) in [("Europe/Moskow", "Europe/Moscow"), ("europe/berlin ", "Europe/Berlin")] {
        let Err(Unfit::Calendar(fault)) = calendar(typed, every_day(0, 1440), vec![]).checked() else {
            panic!("{typed} was accepted");
        };
        let name = typed.trim().to_owned();
        assert_eq!(fault, CalendarFault::UnknownTimeZone { name, nearest });
    }
}

#[test]
fn a_calendar_that_opens_too_rarely_has_no_such_instant() {
    let week = vec![OpenSpan { weekday: Weekday::Monday, from: 0, until: 1 }];
    let schedule = Schedule::new(&calendar("UTC", week, vec![]));
    assert_eq!(schedule.after_open(at("2026-01-01T00:00:00Z"), TimeDelta::days(1)), None);
}

/// The naive truth: which seconds of a stretch of time are open, found by looking at the wall clock of each.
pub(crate) fn open_seconds(calendar: &Calendar, from: i64, to: i64) -> Vec<bool> {
    let zone: Tz = calendar.time_zone.parse().expect("a zone");
    // Far enough around that each day's first and last sight of a time is seen.
    let (start, end) = ((from - 3 * 86_400).div_euclid(60) * 60, to + 3 * 86_400);
    let shown: Vec<NaiveDateTime> = (start..end)
        .step_by(60)
        .map(|second| DateTime::from_timestamp(second, 0).expect("a time").with_timezone(&zone).naive_local())
        .collect();
    let mut open = vec![false; shown.len()];
    let first: NaiveDate = shown[0].date() + TimeDelta::days(2);
    let last = shown[shown.len() - 1].date() - TimeDelta::days(2);
    for date in first.iter_days().take_while(|date| *date <= last) {
        let holiday = calendar.holidays.iter().find(|holiday| holiday.date == date);
        let day = chrono::Datelike::weekday(&date).num_days_from_monday() as usize;
        let of_day = calendar.week.iter().filter(|open| open.weekday == Weekday::ALL[day]);
        let usual = of_day.map(|open| Span { from: open.from, until: open.until }).collect();
        let spans: Vec<Span> = holiday.map_or(usual, |holiday| holiday.spans.clone());
        for span in spans {
            let midnight = date.and_hms_opt(0, 0, 0).expect("midnight");
            let (from, until) = (
                midnight + TimeDelta::minutes(i64::from(span.from)),
                midnight + TimeDelta::minutes(i64::from(span.until)),
            );
            let opens = shown.iter().position(|wall| *wall >= from).expect("seen");
            let closes = shown.iter().rposition(|wall| *wall < until).expect("seen") + 1;
            for minute in open.iter_mut().take(closes).skip(opens) {
                *minute = true;
            }
        }
    }
    (from..to).map(|second| open[usize::try_from((second - start) / 60).expect("inside")]).collect()
}

fn spans() -> impl Strategy<Value = Vec<Span>> {
    prop::collection::vec((0_u16..1440, 1_u16..1440), 0..3).prop_map(|wanted| {
        let mut spans: Vec<Span> = Vec::new();
        for (from, length) in wanted {
            let span = Span { from, until: (from + length).min(1440) };
            if spans.iter().all(|other| other.until <= span.from || span.until <= other.from) {
                spans.push(span);
            }
        }
        spans.sort_unstable();
        spans
    })
}

#[test]
fn stretches_of_many_years_end_where_the_range_does() {
    let week = Weekday::ALL.map(|weekday| OpenSpan { weekday, from: 0, until: 1440 }).to_vec();
    let schedule = Schedule::new(&calendar("UTC", week, vec![]));
    let (from, to) = (DateTime::UNIX_EPOCH, DateTime::UNIX_EPOCH + TimeDelta::days(50 * 365));
    let stretches = schedule.open_stretches(from, to);
    let sum: TimeDelta = stretches.iter().map(|(opens, closes)| *closes - *opens).sum();
    assert_eq!((sum, stretches.last().map(|last| last.1)), (to - from, Some(to)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn open_time_is_what_a_look_at_every_second_counts(
        zone in prop::sample::select(vec!["Europe/Berlin", "America/New_York", "Europe/Moscow", "Asia/Kathmandu",
            "Australia/Lord_Howe", "America/Havana", "UTC"]),
        days in prop::collection::vec(spans(), 7),
        special in spans(),
        // Around the changes of clocks in spring and autumn, and a plain week.
        start in prop::sample::select(vec![1_774_600_000_i64, 1_792_800_000, 1_772_900_000, 1_793_400_000, 1_780_000_000]),
        offset in 0_i64..86_400,
        length in 1_i64..4 * 86_400,
    ) {
        let week = days.iter().zip(Weekday::ALL).flat_map(|(spans, weekday)| {
            spans.iter().map(move |span| OpenSpan { weekday, from: span.from, until: span.until })
        });
        let from = start + offset;
        let date = DateTime::from_timestamp(from + length / 2, 0).expect("a time").date_naive();
        let holidays = vec![Holiday { date, name: None, spans: special }];
        let calendar = calendar(zone, week.collect(), holidays);
        let schedule = Schedule::new(&calendar);
        let seconds = open_seconds(&calendar, from, from + length);
        let instant = |second: i64| DateTime::from_timestamp(second, 0).expect("a time");
        let count = i64::try_from(seconds.iter().filter(|open| **open).count()).expect("few");
        prop_assert_eq!(schedule.open_between(instant(from), instant(from + length)).num_seconds(), count);
        let stretches = schedule.open_stretches(instant(from), instant(from + length));
        let lengths = stretches.iter().map(|(opens, closes)| (*closes - *opens).num_seconds());
        prop_assert_eq!(lengths.sum::<i64>(), count);
        prop_assert!(stretches.windows(2).all(|pair| pair[0].1 <= pair[1].0));
        let first = seconds.iter().position(|open| *open).map(|second| from + i64::try_from(second).expect("few"));
        let opening = schedule.next_opening(instant(from)).map(|at| at.timestamp());
        prop_assert_eq!(opening.filter(|at| *at < from + length), first);
        for part in [1, count / 3, count] {
            if part < 1 || part > count { continue }
            let mut left = part;
            let mut second = from;
            for open in &seconds {
                if left == 0 { break }
                second += 1;
                left -= i64::from(*open);
            }
            let found = schedule.after_open(instant(from), TimeDelta::seconds(part));
            prop_assert_eq!(found, Some(instant(second)));
        }
    }
}
