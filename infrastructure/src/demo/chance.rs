//! Seeded chance.

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};

/// A source of chance that depends on its seed alone.
#[derive(Debug)]
pub(super) struct Chance(StdRng);

impl Chance {
    /// The source of one consultation, independent of all others.
    pub(super) fn of(seed: u64, number: u64) -> Self {
        // An odd multiplier keeps different numbers different.
        Self(StdRng::seed_from_u64(seed ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15)))
    }

    /// True in `percent` of a hundred cases.
    pub(super) fn percent(&mut self, percent: u32) -> bool {
        self.0.random_range(0..100) < percent
    }

    /// A number from `low` to `high`, each as likely.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        self.0.random_range(low..=high)
    }

    /// A number from `low` to `high`, mostly a low one: how long people take.
    pub(super) fn mostly_low(&mut self, low: i64, high: i64) -> i64 {
        (0..3).map(|_| self.between(low, high)).min().unwrap_or(low)
    }

    /// One of these.
    pub(super) fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        if items.is_empty() { None } else { items.get(self.0.random_range(0..items.len())) }
    }

    /// One of these texts; empty if there is none.
    pub(super) fn text(&mut self, texts: &[&'static str]) -> &'static str {
        self.pick(texts).copied().unwrap_or_default()
    }

    /// One of these, as likely as its weight.
    pub(super) fn weighted<T: Copy + Default>(&mut self, items: &[(u32, T)]) -> T {
        let total: u32 = items.iter().map(|(weight, _)| weight).sum();
        let mut draw = if total == 0 { 0 } else { self.0.random_range(0..total) };
        for (weight, item) in items {
            if draw < *weight {
                return *item;
            }
            draw -= weight;
        }
        T::default()
    }
}
