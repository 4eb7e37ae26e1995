//! Business time in statements: how much of it there was by a moment, so that a span is a difference of two looks.

use chrono::{DateTime, Utc};
use ledgerdesk_domain::{calendar::Open, service_level::Rules};
use sqlx::{Postgres, QueryBuilder};

use super::{Refusal, refusal::nearest};

/// The key of the calendar that counts where none is named and there are several.
const DEFAULT: &str = "default";

/// How much open time, in microseconds, there was by a moment: an expression of SQL over `k`, which
/// [`OpenTime::push`] makes.
macro_rules! open_by {
    ($at:expr) => {
        concat!(
            "((k.used)[width_bucket(",
            $at,
            ", k.bounds)] + case when width_bucket(",
            $at,
            ", k.bounds) % 2 = 1 then (extract(epoch from ",
            $at,
            " - (k.bounds)[width_bucket(",
            $at,
            ", k.bounds)]) * 1000000)::bigint else 0 end)"
        )
    };
}
pub(super) use open_by;

/// The open stretches of a calendar, as two lists of the same length: where the state changes, and how much open time,
/// in microseconds, there was by then. At odd places, counted from 1, a stretch begins; at even ones it ends.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct OpenTime {
    bounds: Vec<DateTime<Utc>>,
    used: Vec<i64>,
}

impl OpenTime {
    /// Of these stretches, in order. Nothing before `from` may be asked for.
    pub(super) fn new(from: DateTime<Utc>, stretches: &[Open]) -> Self {
        // A stretch without length, so that the first look has a place to stand on.
        let (mut bounds, mut used, mut sum) = (vec![from, from], vec![0, 0], 0_i64);
        for (opens, closes) in stretches {
            bounds.extend([*opens, *closes]);
            let length = (*closes - *opens).num_microseconds().unwrap_or_default();
            used.extend([sum, sum.saturating_add(length)]);
            sum = sum.saturating_add(length);
        }
        Self { bounds, used }
    }

    /// How much open time there was by a moment, in microseconds; the same as [`open_by`] says.
    pub(super) fn by(&self, at: DateTime<Utc>) -> i64 {
        let place = self.bounds.partition_point(|bound| *bound <= at);
        let Some(last) = place.checked_sub(1) else { return 0 };
        let begun = if place % 2 == 1 { (at - self.bounds[last]).num_microseconds() } else { None };
        self.used[last].saturating_add(begun.unwrap_or_default())
    }

    /// The row `k` that [`open_by`] looks at.
    pub(super) fn push(&self, sql: &mut QueryBuilder<Postgres>) {
        sql.push("(select ").push_bind(self.bounds.clone()).push("::timestamptz[] as bounds, ");
        sql.push_bind(self.used.clone()).push("::bigint[] as used) k");
    }
}

/// The key of the calendar that counts: the one that is named, the one called `default`, or the only one.
pub(super) fn chosen<'r>(rules: &'r Rules, named: Option<&str>) -> Result<&'r str, Refusal> {
    let keys: Vec<_> = rules.calendar_keys().collect();
    let known = |name: &str| keys.iter().find(|key| **key == name).copied();
    if keys.is_empty() {
        return Err(Refusal::NoCalendar);
    }
    match named {
        Some(name) => known(name).ok_or_else(|| Refusal::UnknownCalendar {
            name: name.chars().take(64).collect(),
            nearest: nearest(name, keys.iter().copied()),
        }),
        None => known(DEFAULT).or_else(|| (keys.len() == 1).then(|| keys[0])).ok_or_else(|| {
            Refusal::WhichCalendar { keys: keys.iter().take(20).map(|key| (*key).to_owned()).collect() }
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn open_time_is_a_sum_of_stretches() {
        let from = at("2026-03-02T00:00:00Z");
        let open = OpenTime::new(
            from,
            &[
                (at("2026-03-02T09:00:00Z"), at("2026-03-02T12:00:00Z")),
                (at("2026-03-02T12:00:00Z"), at("2026-03-02T13:00:00Z")),
                (at("2026-03-03T09:00:00Z"), at("2026-03-03T10:00:00Z")),
            ],
        );
        let hours = |time: &str| open.by(at(time)) / 3_600_000_000;
        assert_eq!(hours("2026-03-02T00:00:00Z"), 0);
        assert_eq!(hours("2026-03-02T11:00:00Z"), 2);
        assert_eq!(hours("2026-03-02T12:00:00Z"), 3);
        assert_eq!(hours("2026-03-02T20:00:00Z"), 4);
        assert_eq!(hours("2026-03-09T00:00:00Z"), 5);
        assert_eq!(OpenTime::new(from, &[]).by(at("2026-03-09T00:00:00Z")), 0);
    }

    #[test]
    fn without_a_calendar_there_is_no_business_time() {
        let refused = chosen(&Rules::default(), None).unwrap_err();
        assert_eq!(refused.code(), "NO_CALENDAR");
    }
}
