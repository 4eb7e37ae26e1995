//! How long a version held, as a power of two: what tells where those begin that hold at some point.
//!
//! A version that holds at a point and lasts no longer than 2^n began less than 2^n before it. So those that hold there
//! are found in one short range of an index for each n, however many versions there are.

use chrono::{DateTime, TimeDelta, Utc};

/// Of what has no end.
pub(super) const ENDLESS: i16 = 99;
/// Of what held at no point.
pub(super) const NEVER: i16 = -1;
/// The longest of all times, in seconds: more than the domain's times are apart.
const LONGEST_TIME: i16 = 33;
/// The longest of all positions.
const LONGEST_STRETCH: i16 = 62;

/// The smallest power of two seconds that is no shorter than this.
pub(super) fn of_time(from: DateTime<Utc>, until: Option<DateTime<Utc>>) -> i16 {
    let Some(until) = until else { return ENDLESS };
    let micros = (until - from).num_microseconds().unwrap_or(i64::MAX).max(0).unsigned_abs();
    of(micros.div_ceil(1_000_000))
}

/// The smallest power of two positions that are no fewer than these.
pub(super) fn of_positions(from: i64, until: i64) -> i16 {
    if until == i64::MAX { ENDLESS } else { of(until.saturating_sub(from).max(0).unsigned_abs()) }
}

/// Each power with the time after which those of it begin that hold at `time`.
pub(super) fn times(time: DateTime<Utc>) -> (Vec<i16>, Vec<DateTime<Utc>>) {
    let before =
        |power: i16| time.checked_sub_signed(TimeDelta::seconds(1 << power)).unwrap_or(DateTime::UNIX_EPOCH);
    let ends = (0..=LONGEST_TIME).map(|power| (power, before(power)));
    ends.chain([(ENDLESS, before(LONGEST_TIME))]).unzip()
}

/// Each power with the position after which those of it begin that hold at `position`; those without an end only where
/// they are asked for.
pub(super) fn positions(position: i64, endless: bool) -> (Vec<i16>, Vec<i64>) {
    let ends = (0..=LONGEST_STRETCH).map(|power| (power, position.saturating_sub(1 << power)));
    ends.chain(endless.then_some((ENDLESS, 0))).unzip()
}

/// Each power with the time from which those of it begin that end at `time` or later, however they began or ended.
pub(super) fn times_since(time: DateTime<Utc>) -> (Vec<i16>, Vec<DateTime<Utc>>) {
    let (mut powers, mut bounds) = times(time);
    for (power, bound) in powers.iter().zip(&mut bounds) {
        if *power == ENDLESS {
            *bound = time;
        }
    }
    powers.push(NEVER);
    bounds.push(time);
    (powers, bounds)
}

/// Each power, of positions too.
pub(super) fn lengths() -> Vec<i16> {
    [NEVER].into_iter().chain(0..=LONGEST_STRETCH).chain([ENDLESS]).collect()
}

fn of(length: u64) -> i16 {
    match length {
        0 => NEVER,
        // As many bits as the number before it has: 64 at most.
        _ => i16::try_from(u64::BITS - (length - 1).leading_zeros()).unwrap_or(ENDLESS),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_holds_at_a_point_begins_after_the_bound_of_its_power() {
        let second = TimeDelta::seconds(1);
        let now = DateTime::UNIX_EPOCH + second * 2_000_000_000;
        let (powers, bounds) = times(now);
        for length in [1, 2, 3, 4, 5, 7, 8, 9, 3_600, 65_535, 65_536, 65_537, 1_000_000_000] {
            for before in [0, length / 2, length - 1] {
                let from = now - second * before;
                let place =
                    powers.iter().position(|power| *power == of_time(from, Some(from + second * length)));
                assert!(from > bounds[place.unwrap()], "{length} {before}");
            }
        }
        assert_eq!(of_time(now, Some(now + TimeDelta::microseconds(1))), 0);
        assert_eq!((of_time(now, Some(now)), of_time(now, None)), (NEVER, ENDLESS));
        let (powers, bounds) = positions(1_000, true);
        for length in [1, 2, 3, 4, 5, 8, 9, 999] {
            for before in [0, length - 1] {
                let from = 1_000 - before;
                let place = powers.iter().position(|power| *power == of_positions(from, from + length));
                assert!(from > bounds[place.unwrap()], "{length} {before}");
            }
        }
        assert_eq!((of_positions(7, 7), of_positions(7, i64::MAX)), (NEVER, ENDLESS));
    }
}
