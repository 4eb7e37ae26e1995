//! The seed of a run. Whoever repeats it sees the same commands and the same faults in the same order; what
//! meets what in between is up to the scheduler.

use std::{
    hash::{DefaultHasher, Hash as _, Hasher as _},
    ops::Range,
};

use ledgerdesk_infrastructure::clock::{IdSource as _, SystemIds};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};

/// Set to `long` for the long form of the suite.
const SCALE: &str = "LEDGERDESK_TEST_FAULTS";
/// Repeats a run: the number that it printed.
const SEED: &str = "LEDGERDESK_TEST_SEED";
/// The seed of the short form, which everybody runs all the time: the same choices on every machine.
const USUAL: u64 = 20_260_101;

/// Whether the suite runs in its long form.
pub fn is_long() -> bool {
    std::env::var(SCALE).is_ok_and(|scale| scale == "long")
}

/// One number in the short form, another one in the long form.
pub fn scaled<T>(short: T, long: T) -> T {
    if is_long() { long } else { short }
}

/// The seed of this run: the one that is asked for; else the usual one, and in the long form a new one.
///
/// # Panics
/// If what is asked for is no number.
pub fn seed() -> u64 {
    match std::env::var(SEED) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{SEED} is a number, not {text:?}")),
        Err(_) if is_long() => SystemIds.next_id().as_u64_pair().1,
        Err(_) => USUAL,
    }
}

/// Seeded choices.
#[derive(Debug)]
pub struct Chance(StdRng);

impl Chance {
    /// The choices of one part of a run; no other part changes them.
    pub fn new(seed: u64, part: &str) -> Self {
        let mut hasher = DefaultHasher::new();
        (seed, part).hash(&mut hasher);
        Self(StdRng::seed_from_u64(hasher.finish()))
    }

    /// A number in the range.
    pub fn number(&mut self, range: Range<usize>) -> usize {
        self.0.random_range(range)
    }

    /// Whether something happens that happens in so many of a hundred cases.
    pub fn percent(&mut self, percent: u32) -> bool {
        self.0.random_ratio(percent, 100)
    }

    /// One of these.
    pub fn one_of<'a, T>(&mut self, these: &'a [T]) -> &'a T {
        &these[self.number(0..these.len())]
    }
}
