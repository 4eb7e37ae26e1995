//! A calendar as arithmetic.

use std::{collections::BTreeMap, str::FromStr as _};

use chrono::{
    DateTime, Datelike as _, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone as _, Utc,
};
use chrono_tz::Tz;

use super::{Calendar, Span, Weekday, check::spans_of};

/// How far ahead an instant is looked for, in days: twenty years. A deadline beyond it is none.
const HORIZON: u32 = 20 * 366;

/// When a version of a calendar is open, ready to reckon with.
#[derive(Debug, Clone)]
pub struct Schedule {
    zone: Tz,
    week: [Vec<Span>; 7],
    holidays: BTreeMap<NaiveDate, Vec<Span>>,
}

/// An open stretch of time: from its first instant to the one after its last.
pub type Open = (DateTime<Utc>, DateTime<Utc>);

impl Schedule {
    /// The schedule of a calendar. Total, since the log is the truth: a time zone that this program does not know is
    /// taken as UTC, and spans that share time count once.
    pub fn new(calendar: &Calendar) -> Self {
        let mut holidays = BTreeMap::new();
        for holiday in &calendar.holidays {
            holidays.insert(holiday.date, holiday.spans.clone());
        }
        Self {
            zone: Tz::from_str(&calendar.time_zone).unwrap_or(Tz::UTC),
            week: Weekday::ALL.map(|weekday| {
                let mut spans = spans_of(&calendar.week, weekday);
                spans.sort_unstable();
                spans
            }),
            holidays,
        }
    }

    /// How much of the time from `from` to `to` is open; nothing if `to` comes first.
    pub fn open_between(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> TimeDelta {
        let mut sum = TimeDelta::zero();
        for (opens, closes) in self.open_after(from) {
            if opens >= to {
                break;
            }
            sum += closes.min(to) - opens;
        }
        sum
    }

    /// The open stretches between two instants, in order, cut at both.
    pub fn open_stretches(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<Open> {
        let mut stretches = vec![];
        let mut begin = from;
        // A look goes no further than the horizon.
        while begin < to {
            let end = begin.checked_add_days(Days::new(u64::from(HORIZON / 2))).unwrap_or(to).min(to);
            let open = self.open_after(begin).take_while(|(opens, _)| *opens < end);
            stretches.extend(open.map(|(opens, closes)| (opens, closes.min(end))));
            begin = end;
        }
        stretches
    }

    /// The first instant by which so much open time has passed since `from`; `from` itself for no time at all. None
    /// if that takes more than twenty years.
    pub fn after_open(&self, from: DateTime<Utc>, open: TimeDelta) -> Option<DateTime<Utc>> {
        if open <= TimeDelta::zero() {
            return Some(from);
        }
        let mut left = open;
        for (opens, closes) in self.open_after(from) {
            let length = closes - opens;
            if left <= length {
                return Some(opens + left);
            }
            left -= length;
        }
        None
    }

    /// The first open instant at or after `at`; none if there is none in twenty years.
    pub fn next_opening(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.open_after(at).next().map(|(opens, _)| opens)
    }

    /// The open stretches after an instant, in order, each a moment or longer, none sharing time with another.
    fn open_after(&self, from: DateTime<Utc>) -> impl Iterator<Item = Open> + '_ {
        // A day earlier, because a night may be lived through twice.
        let first = from.with_timezone(&self.zone).date_naive();
        let first = first.checked_sub_days(Days::new(1)).unwrap_or(first);
        let mut reached = from;
        first
            .iter_days()
            .take(HORIZON as usize)
            .flat_map(|date| self.spans(date).iter().map(move |span| (date, *span)))
            .filter_map(move |(date, span)| {
                let opens = self.first_at(wall(date, span.from)?)?.max(reached);
                let closes = self.last_before(wall(date, span.until)?)?;
                if opens >= closes {
                    return None;
                }
                reached = closes;
                Some((opens, closes))
            })
    }

    fn spans(&self, date: NaiveDate) -> &[Span] {
        match self.holidays.get(&date) {
            Some(spans) => spans,
            None => &self.week[date.weekday().num_days_from_monday() as usize],
        }
    }

    /// The first instant at which the wall clock shows this time or a later one.
    fn first_at(&self, wall: NaiveDateTime) -> Option<DateTime<Utc>> {
        let shown = self.zone.from_local_datetime(&wall);
        shown.earliest().map(|at| at.to_utc()).or_else(|| self.skipped(wall))
    }

    /// The instant after the last one at which the wall clock shows less than this time.
    fn last_before(&self, wall: NaiveDateTime) -> Option<DateTime<Utc>> {
        let shown = self.zone.from_local_datetime(&wall);
        let Some(latest) = shown.latest() else { return self.skipped(wall) };
        // Where the clock is put back to this very time, it shows no less afterwards.
        let before = (latest - TimeDelta::seconds(1)).naive_local();
        let last = if before < wall { Some(latest) } else { shown.earliest() };
        last.map(|at| at.to_utc())
    }

    /// The instant at which the clock was put forward over this time. Found by halving: on the day around it the
    /// wall clock shows less before and more after.
    fn skipped(&self, wall: NaiveDateTime) -> Option<DateTime<Utc>> {
        let around = wall.and_utc().timestamp();
        let (mut before, mut after) = (around - 26 * 3_600, around + 26 * 3_600);
        while after - before > 1 {
            let middle = before + (after - before) / 2;
            let shown = DateTime::from_timestamp(middle, 0)?.with_timezone(&self.zone).naive_local();
            if shown < wall { before = middle } else { after = middle }
        }
        DateTime::from_timestamp(after, 0)
    }
}

/// The wall clock's time so many minutes after midnight; 1440 is the next midnight.
fn wall(date: NaiveDate, minute: u16) -> Option<NaiveDateTime> {
    date.and_time(NaiveTime::MIN).checked_add_signed(TimeDelta::minutes(i64::from(minute)))
}
