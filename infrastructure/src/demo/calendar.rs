//! When clients write and when people work. The workspace lives in Moscow, three hours ahead of UTC.

use chrono::{DateTime, Datelike, Days, NaiveTime, TimeDelta, Timelike, Utc, Weekday};

use super::chance::Chance;

/// How many days a history covers.
const DAYS: i64 = 90;

const OFFSET: TimeDelta = TimeDelta::hours(3);

/// How busy each hour of the day is, from midnight, in Moscow.
const HOURS: [i64; 24] = [1, 1, 1, 0, 0, 1, 2, 5, 10, 17, 20, 19, 15, 14, 17, 18, 16, 13, 10, 8, 6, 5, 3, 2];

/// How busy each day of the week is, from Monday.
const WEEKDAYS: [i64; 7] = [23, 22, 20, 20, 18, 7, 5];

/// The beginnings of `count` consultations in the days before `now`, in order.
pub(super) fn arrivals(chance: &mut Chance, now: DateTime<Utc>, count: usize) -> Vec<DateTime<Utc>> {
    let minutes = DAYS * 24 * 60;
    let mut arrivals = Vec::with_capacity(count);
    while arrivals.len() < count {
        let at =
            now - TimeDelta::minutes(chance.between(1, minutes)) - TimeDelta::seconds(chance.between(0, 59));
        if chance.between(1, 20 * 23) <= busyness(at) {
            arrivals.push(at);
        }
    }
    arrivals.sort_unstable();
    arrivals
}

fn busyness(at: DateTime<Utc>) -> i64 {
    let local = at + OFFSET;
    let hour = HOURS.get(local.hour() as usize).copied().unwrap_or(0);
    let day = WEEKDAYS.get(local.weekday().num_days_from_monday() as usize).copied().unwrap_or(0);
    hour * day
}

/// The same moment if somebody is at work then, else the beginning of the next shift.
pub(super) fn at_work(at: DateTime<Utc>) -> DateTime<Utc> {
    let mut local = at + OFFSET;
    for _ in 0..8 {
        let (opens, closes) = shift(local.weekday());
        if local.hour() < opens {
            return start_of(local, opens) - OFFSET;
        }
        if local.hour() < closes {
            return local - OFFSET;
        }
        let tomorrow = local.checked_add_days(Days::new(1)).unwrap_or(local);
        local = start_of(tomorrow, 0);
    }
    at
}

const fn shift(day: Weekday) -> (u32, u32) {
    match day {
        Weekday::Sat | Weekday::Sun => (10, 17),
        _ => (8, 21),
    }
}

fn start_of(day: DateTime<Utc>, hour: u32) -> DateTime<Utc> {
    let time = NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or_default();
    day.date_naive().and_time(time).and_utc()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn nobody_works_at_night() {
        // Monday, 23:00 in Moscow.
        assert_eq!(at_work(utc("2024-05-06T20:00:00Z")), utc("2024-05-07T05:00:00Z"));
        assert_eq!(at_work(utc("2024-05-07T05:30:00Z")), utc("2024-05-07T05:30:00Z"));
        // Saturday, early.
        assert_eq!(at_work(utc("2024-05-11T03:00:00Z")), utc("2024-05-11T07:00:00Z"));
    }

    #[test]
    fn working_days_are_busier_than_weekends() {
        let mut chance = Chance::of(1, 1);
        let arrivals = arrivals(&mut chance, utc("2024-06-30T12:00:00Z"), 2_000);
        assert!(arrivals.is_sorted());
        let weekend = |at: &&DateTime<Utc>| matches!((**at + OFFSET).weekday(), Weekday::Sat | Weekday::Sun);
        let weekends = arrivals.iter().filter(weekend).count();
        assert!((100..400).contains(&weekends), "{weekends} of 2000");
    }
}
