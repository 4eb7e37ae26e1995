//! How long things took, one by one.

use std::time::Duration;

use crate::report::median;

/// What was done in one round.
pub(crate) struct Times {
    sorted: Vec<Duration>,
    took: Duration,
}

impl Times {
    /// The times of everything that was done, and how long all of it took.
    pub(crate) fn new(mut times: Vec<Duration>, took: Duration) -> Self {
        times.sort_unstable();
        Self { sorted: times, took }
    }

    /// How many.
    pub(crate) fn len(&self) -> usize {
        self.sorted.len()
    }

    /// How many a second.
    pub(crate) fn rate(&self) -> f64 {
        count(self.sorted.len()) / self.took.as_secs_f64()
    }

    /// The time that so many of a hundred do not exceed, in milliseconds.
    pub(crate) fn percentile(&self, percent: usize) -> f64 {
        let place = (self.sorted.len() * percent / 100).min(self.sorted.len().saturating_sub(1));
        self.sorted.get(place).map_or(f64::NAN, |time| time.as_secs_f64() * 1000.0)
    }
}

/// The rounds of one measurement.
#[derive(Default)]
pub(crate) struct Rounds(Vec<Times>);

impl Rounds {
    pub(crate) fn push(&mut self, times: Times) {
        self.0.push(times);
    }

    /// The middle rate of the rounds.
    pub(crate) fn rate(&self) -> f64 {
        median(self.0.iter().map(Times::rate).collect())
    }

    /// The middle one of the rounds' percentiles, in milliseconds.
    pub(crate) fn percentile(&self, percent: usize) -> f64 {
        median(self.0.iter().map(|times| times.percentile(percent)).collect())
    }
}

/// A count as a figure for people.
#[expect(clippy::cast_precision_loss, reason = "a figure for people")]
pub(crate) fn count(things: usize) -> f64 {
    things as f64
}
