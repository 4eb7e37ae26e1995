//! How many events to ask for.

use std::time::Duration;

/// A page should not hold its locks, and whoever waits for its rows, longer than this.
const LONG: Duration = Duration::from_secs(1);

/// The size of the next page: grows while pages come full and fast, and falls back once the backlog is gone.
#[derive(Debug)]
pub(super) struct PageSize {
    least: usize,
    most: usize,
    limit: usize,
}

impl PageSize {
    pub(super) fn new(least: usize, most: usize) -> Self {
        let least = least.max(1);
        Self { least, most: most.max(least), limit: least }
    }

    pub(super) fn limit(&self) -> usize {
        self.limit
    }

    /// Learns from a page of `events` that took `time`.
    pub(super) fn adapt(&mut self, events: usize, time: Duration) {
        self.limit = if time > LONG {
            (self.limit / 2).max(self.least)
        } else if events >= self.limit {
            (self.limit * 2).min(self.most)
        } else if events < self.limit / 4 {
            (self.limit / 2).max(self.least)
        } else {
            self.limit
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAST: Duration = Duration::from_millis(1);

    #[test]
    fn full_pages_grow_to_the_bound_and_live_ones_shrink_back() {
        let mut size = PageSize::new(500, 5_000);
        for expected in [1_000, 2_000, 4_000, 5_000, 5_000] {
            size.adapt(size.limit(), FAST);
            assert_eq!(size.limit(), expected);
        }
        for expected in [2_500, 1_250, 625, 500, 500] {
            size.adapt(1, FAST);
            assert_eq!(size.limit(), expected);
        }
    }

    #[test]
    fn slow_pages_shrink() {
        let mut size = PageSize::new(500, 5_000);
        size.adapt(500, FAST);
        size.adapt(1_000, Duration::from_secs(2));
        assert_eq!(size.limit(), 500);
    }
}
