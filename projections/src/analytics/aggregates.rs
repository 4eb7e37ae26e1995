//! What is given of many values.

use super::Unit;

/// What is given of many values. Percentiles are by nearest rank: the smallest value that at least so many percent do
/// not exceed; each is a value that occurred.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Aggregates {
    /// How many facts; how many consultations, of a level.
    pub n: i64,
    /// All values together.
    pub sum: Option<i64>,
    /// The smallest.
    pub min: Option<i64>,
    /// The largest.
    pub max: Option<i64>,
    /// The median.
    pub p50: Option<i64>,
    /// The 90th percentile.
    pub p90: Option<i64>,
    /// The 99th percentile.
    pub p99: Option<i64>,
}

impl Aggregates {
    /// So many, without values.
    pub const fn counted(n: i64) -> Self {
        Self { n, sum: None, min: None, max: None, p50: None, p90: None, p99: None }
    }

    /// Of these values, which it puts in another order.
    pub fn of(unit: Unit, values: &mut [i64]) -> Self {
        let n = i64::try_from(values.len()).unwrap_or(i64::MAX);
        if !unit.has_values() || values.is_empty() {
            return Self::counted(n);
        }
        let sum: i128 = values.iter().map(|value| i128::from(*value)).sum();
        let sum = i64::try_from(sum).unwrap_or(if sum > 0 { i64::MAX } else { i64::MIN });
        if unit == Unit::Share {
            return Self { sum: Some(sum), ..Self::counted(n) };
        }
        let (min, max) = (values.iter().min().copied(), values.iter().max().copied());
        let [p50, p90, p99] = percentiles(values);
        Self { n, sum: Some(sum), min, max, p50: Some(p50), p90: Some(p90), p99: Some(p99) }
    }

    /// The arithmetic mean; nothing of nothing.
    #[expect(clippy::cast_precision_loss, reason = "a mean is shown with fewer digits than are lost")]
    pub fn mean(&self) -> Option<f64> {
        self.sum.filter(|_| self.n > 0).map(|sum| sum as f64 / self.n as f64)
    }
}

/// The percentile of values in order, by nearest rank; 0 of none.
pub fn rank(sorted: &[i64], percent: usize) -> i64 {
    sorted.get(place(sorted.len(), percent)).copied().unwrap_or_default()
}

/// The place of a percentile among so many values, by nearest rank.
fn place(count: usize, percent: usize) -> usize {
    (count * percent).div_ceil(100).max(1) - 1
}

/// The median, the 90th and the 99th percentile of values in any order, of which there is at least one. Each is selected
/// among those that the one above it leaves below: three values need no order of all.
fn percentiles(values: &mut [i64]) -> [i64; 3] {
    let count = values.len();
    let mut below = values;
    let mut found = [0; 3];
    for (number, percent) in [50, 90, 99].into_iter().enumerate().rev() {
        let place = place(count, percent);
        if place == below.len() {
            // The same place as the percentile above.
            found[number] = found[number + 1];
            continue;
        }
        let (rest, value, _) = below.select_nth_unstable(place);
        found[number] = *value;
        below = rest;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_occurred() {
        let mut values = [15, 20, 35, 40, 50];
        let all = Aggregates::of(Unit::Milliseconds, &mut values);
        assert_eq!((all.p50, all.p90, all.p99), (Some(35), Some(50), Some(50)));
        assert_eq!((all.n, all.sum, all.mean()), (5, Some(160), Some(32.0)));
        let mut hundred: Vec<i64> = (1..=100).rev().collect();
        let all = Aggregates::of(Unit::Number, &mut hundred);
        assert_eq!((all.p50, all.p90, all.p99, all.max), (Some(50), Some(90), Some(99), Some(100)));
    }

    #[test]
    fn percentiles_are_those_of_the_values_in_order() {
        for count in 1..250 {
            // Some values more than once, in no order.
            let mut values: Vec<i64> = (0..count).map(|number| number * 7_919 % 101).collect();
            let mut sorted = values.clone();
            sorted.sort_unstable();
            let all = Aggregates::of(Unit::Milliseconds, &mut values);
            let expected = [50, 90, 99].map(|percent| Some(rank(&sorted, percent)));
            assert_eq!([all.p50, all.p90, all.p99], expected, "{count}");
            assert_eq!((all.min, all.max), (sorted.first().copied(), sorted.last().copied()), "{count}");
        }
    }

    #[test]
    fn nothing_has_no_mean() {
        let none = Aggregates::of(Unit::Milliseconds, &mut []);
        assert_eq!((none.n, none.mean(), none.p50), (0, None, None));
    }
}
