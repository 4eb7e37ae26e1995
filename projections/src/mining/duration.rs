//! Spans of time, summed up.

/// Spans of time, summed up; in milliseconds, halves rounded up. A percentile lies between the two nearest spans, as
/// PostgreSQL's `percentile_cont` and numpy's default have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Durations {
    /// How many.
    pub count: u64,
    /// The shortest.
    pub shortest: i64,
    /// Their sum by their number.
    pub mean: i64,
    /// Half are no longer.
    pub median: i64,
    /// Nine of ten are no longer.
    pub p90: i64,
    /// The longest.
    pub longest: i64,
}

impl Durations {
    /// Sums spans in microseconds up; nothing where there are none.
    pub fn of(mut micros: Vec<i64>) -> Option<Self> {
        micros.sort_unstable();
        let (shortest, longest) = (*micros.first()?, *micros.last()?);
        let count = micros.len() as u64;
        let sum: i128 = micros.iter().map(|span| i128::from(*span)).sum();
        Some(Self {
            count,
            shortest: millis(i128::from(shortest), 1),
            mean: millis(sum, i128::from(count)),
            median: percentile(&micros, 50),
            p90: percentile(&micros, 90),
            longest: millis(i128::from(longest), 1),
        })
    }
}

/// Exact: whole numbers up to the last rounding.
fn percentile(sorted: &[i64], percent: usize) -> i64 {
    let place = sorted.len().saturating_sub(1) * percent;
    let at = |index: usize| sorted.get(index).or(sorted.last()).map_or(0, |span| i128::from(*span));
    let (low, high) = (at(place / 100), at(place / 100 + 1));
    let hundredths = (place % 100) as i128;
    millis(low * 100 + (high - low) * hundredths, 100)
}

/// Microseconds, `parts` of which make one, as milliseconds.
fn millis(micros: i128, parts: i128) -> i64 {
    let unit = 1_000 * parts;
    let rounded = (micros + unit / 2).div_euclid(unit);
    i64::try_from(rounded).unwrap_or(i64::MAX)
}
