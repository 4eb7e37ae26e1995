//! Local time: the buckets of a range, and the clock of the wall within it.

use chrono::{
    DateTime, Datelike as _, Days, Months, NaiveDate, NaiveTime, TimeDelta, TimeZone as _, Timelike as _, Utc,
};
use chrono_tz::{OffsetComponents as _, TZ_VARIANTS, Tz};

use super::{Refusal, refusal::nearest};

/// The most buckets of an answer: every hour of half a year, every day of thirteen years.
pub const MAX_BUCKETS: usize = 5_000;

/// The size of a bucket. A week begins on Monday.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Bucket {
    /// An hour of the clock.
    Hour,
    /// A local day, of 23 to 25 hours where clocks change.
    Day,
    /// From Monday to Sunday.
    Week,
    /// A calendar month.
    Month,
    /// Three of them.
    Quarter,
    /// A calendar year.
    Year,
}

impl Bucket {
    /// The permanent name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hour => "HOUR",
            Self::Day => "DAY",
            Self::Week => "WEEK",
            Self::Month => "MONTH",
            Self::Quarter => "QUARTER",
            Self::Year => "YEAR",
        }
    }

    /// No bucket is shorter, in hours, except where clocks change.
    const fn hours(self) -> i64 {
        match self {
            Self::Hour => 1,
            Self::Day => 24,
            Self::Week => 168,
            Self::Month => 28 * 24,
            Self::Quarter => 90 * 24,
            Self::Year => 365 * 24,
        }
    }

    /// The first day of the bucket that the day is in.
    fn first_day(self, day: NaiveDate) -> Option<NaiveDate> {
        match self {
            Self::Hour | Self::Day => Some(day),
            Self::Week => day.checked_sub_days(Days::new(day.weekday().num_days_from_monday().into())),
            Self::Month => day.with_day(1),
            Self::Quarter => NaiveDate::from_ymd_opt(day.year(), day.month0() / 3 * 3 + 1, 1),
            Self::Year => NaiveDate::from_ymd_opt(day.year(), 1, 1),
        }
    }

    /// The first day of the next bucket.
    fn next_day(self, first: NaiveDate) -> Option<NaiveDate> {
        match self {
            Self::Hour | Self::Day => first.checked_add_days(Days::new(1)),
            Self::Week => first.checked_add_days(Days::new(7)),
            Self::Month => first.checked_add_months(Months::new(1)),
            Self::Quarter => first.checked_add_months(Months::new(3)),
            Self::Year => first.checked_add_months(Months::new(12)),
        }
    }
}

/// A time zone of the IANA database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Zone(Tz);

impl Zone {
    /// UTC.
    pub const UTC: Self = Self(Tz::UTC);

    /// The zone of this name.
    pub fn parse(name: &str) -> Result<Self, Refusal> {
        name.parse().map(Self).map_err(|_| Refusal::UnknownZone {
            name: name.chars().take(64).collect(),
            nearest: nearest(name, TZ_VARIANTS.iter().map(|zone| zone.name())),
        })
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// The bounds of the buckets: `from`, every beginning of a bucket after it, `to`. The first and the last bucket may
    /// be cut.
    pub fn buckets(
        self,
        bucket: Bucket,
        (from, to): (DateTime<Utc>, DateTime<Utc>),
    ) -> Result<Vec<DateTime<Utc>>, Refusal> {
        let count = (to - from).num_hours() / bucket.hours() + 1;
        if usize::try_from(count).unwrap_or_default() > MAX_BUCKETS {
            return Err(Refusal::TooManyBuckets { count, limit: MAX_BUCKETS });
        }
        let mut bounds = vec![from];
        if bucket == Bucket::Hour {
            let mut bound = self.next_hour(from);
            while bound < to {
                bounds.push(bound);
                bound = self.next_hour(bound);
            }
        } else {
            let mut day = bucket.first_day(from.with_timezone(&self.0).date_naive());
            while let Some(first) = day {
                let bound = self.begins(first);
                if bound >= to {
                    break;
                }
                if bounds.last().is_some_and(|last| *last < bound) {
                    bounds.push(bound);
                }
                day = bucket.next_day(first);
            }
        }
        bounds.push(to);
        Ok(bounds)
    }

    /// The next full hour of the clock.
    fn next_hour(self, at: DateTime<Utc>) -> DateTime<Utc> {
        let local = at.with_timezone(&self.0);
        let passed = TimeDelta::seconds((local.minute() * 60 + local.second()).into())
            + TimeDelta::nanoseconds(local.nanosecond().into());
        at + TimeDelta::hours(1) - passed
    }

    /// The first instant of a local day; where clocks leap over midnight, the one that they leap to.
    fn begins(self, day: NaiveDate) -> DateTime<Utc> {
        let midnight = day.and_time(NaiveTime::MIN);
        let mut quarters = (0..16).map(|quarter| midnight + TimeDelta::minutes(15 * quarter));
        let first = quarters.find_map(|local| self.0.from_local_datetime(&local).earliest());
        // A day that a zone left out altogether begins where UTC has it.
        first.map_or_else(|| midnight.and_utc(), |first| first.with_timezone(&Utc))
    }

    /// From when on which offset to UTC holds, in seconds; the first from the beginning of the range.
    pub fn offsets(self, (from, to): (DateTime<Utc>, DateTime<Utc>)) -> (Vec<DateTime<Utc>>, Vec<i32>) {
        let (mut since, mut offsets) = (vec![from], vec![self.offset(from)]);
        let mut at = from;
        while at < to {
            let next = (at + TimeDelta::hours(12)).min(to);
            if self.offset(next) != self.offset(at) {
                // Clocks change on a second; the last one of the old offset is before it.
                let (mut before, mut after) = (at, next);
                while after - before > TimeDelta::seconds(1) {
                    let middle = before + (after - before) / 2;
                    if self.offset(middle) == self.offset(at) { before = middle } else { after = middle }
                }
                let change = after.with_nanosecond(0).unwrap_or(after);
                let change = if self.offset(change) == self.offset(next) { change } else { after };
                since.push(change);
                offsets.push(self.offset(next));
            }
            at = next;
        }
        (since, offsets)
    }

    fn offset(self, at: DateTime<Utc>) -> i32 {
        let offset = self.0.offset_from_utc_datetime(&at.naive_utc());
        i32::try_from((offset.base_utc_offset() + offset.dst_offset()).num_seconds()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn days_are_as_long_as_they_are() {
        let berlin = Zone::parse("Europe/Berlin").unwrap();
        let range = (at("2026-03-28T23:00:00Z"), at("2026-03-30T22:00:00Z"));
        let bounds = berlin.buckets(Bucket::Day, range).unwrap();
        assert_eq!(bounds, [range.0, at("2026-03-29T22:00:00Z"), range.1]);
        let hours = berlin.buckets(Bucket::Hour, (range.0, bounds[1])).unwrap();
        assert_eq!(hours.len() - 1, 23);
        let (since, offsets) = berlin.offsets(range);
        assert_eq!((since[1], offsets), (at("2026-03-29T01:00:00Z"), vec![3_600, 7_200]));
    }

    #[test]
    fn a_day_begins_where_clocks_leap_to() {
        // Midnight of 6 September 2026 does not exist in Santiago.
        let santiago = Zone::parse("America/Santiago").unwrap();
        let range = (at("2026-09-05T12:00:00Z"), at("2026-09-06T12:00:00Z"));
        let bounds = santiago.buckets(Bucket::Day, range).unwrap();
        assert_eq!(bounds, [range.0, at("2026-09-06T04:00:00Z"), range.1]);
    }

    #[test]
    fn weeks_quarters_and_years_are_those_of_the_calendar() {
        let range = (at("2025-12-30T00:00:00Z"), at("2027-01-02T00:00:00Z"));
        let starts = |bucket| {
            let bounds = Zone::UTC.buckets(bucket, range).unwrap();
            bounds.iter().map(|bound| bound.date_naive().to_string()).collect::<Vec<_>>()
        };
        assert_eq!(starts(Bucket::Week)[1], "2026-01-05");
        assert_eq!(
            starts(Bucket::Quarter),
            [
                "2025-12-30",
                "2026-01-01",
                "2026-04-01",
                "2026-07-01",
                "2026-10-01",
                "2027-01-01",
                "2027-01-02"
            ]
        );
        assert_eq!(starts(Bucket::Year).len(), 4);
        assert_eq!(starts(Bucket::Month).len(), 15);
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let decade = (at("2016-01-01T00:00:00Z"), at("2026-01-01T00:00:00Z"));
        let refused = Zone::UTC.buckets(Bucket::Hour, decade).unwrap_err();
        assert_eq!(refused.code(), "TOO_MANY_BUCKETS");
        let refused = Zone::parse("Europe/Moskow").unwrap_err();
        assert!(refused.to_string().contains("`Europe/Moscow`"), "{refused}");
    }
}
