//! How far a rebuild or a switch is, with its rate and the time that is left.

use std::time::{Duration, Instant};

use ledgerdesk_projections::runtime::RebuildProgress;

use crate::cli::progress::{Bar, Bars};

/// How often a line is written.
const EVERY: Duration = Duration::from_secs(1);

/// Shows a bar on a terminal, or lines on standard error where they are asked for.
pub(super) struct Report<'a> {
    name: &'a str,
    bar: Option<Bar>,
    began: Option<(Instant, i64)>,
    said: Option<Instant>,
}

impl<'a> Report<'a> {
    /// About this projection: with a bar among these, or in lines where none are given.
    pub(super) fn new(name: &'a str, bars: Option<&Bars>) -> Self {
        let bar = bars.map(|bars| bars.add(format!("{name}, events")));
        Self { name, bar, began: None, said: None }
    }

    /// It has come so far.
    pub(super) fn show(&mut self, progress: RebuildProgress) {
        let (position, head) = (progress.position.0, progress.head.0);
        if let Some(bar) = &self.bar {
            bar.set(position.unsigned_abs(), head.unsigned_abs());
            return;
        }
        let now = Instant::now();
        // A rebuild that is continued has not earned what lies before it.
        let (since, from) = *self.began.get_or_insert((now, position));
        let due = self.said.is_none_or(|said| now.duration_since(said) >= EVERY);
        if due || position >= head {
            self.said = Some(now);
            eprintln!(
                "{}: {}",
                self.name,
                line((position, head), position - from, now.duration_since(since))
            );
        }
    }

    /// Takes the bar away.
    pub(super) fn clear(&self) {
        if let Some(bar) = &self.bar {
            bar.clear();
        }
    }
}

/// `1200 of 5000 events (24 %), 800/s, 5 s left`.
#[expect(clippy::cast_precision_loss, reason = "a rate for people")]
fn line((position, head): (i64, i64), done: i64, took: Duration) -> String {
    let percent = if head > 0 { position.saturating_mul(100) / head } else { 100 };
    let text = format!("{position} of {head} events ({percent} %)");
    let seconds = took.as_secs_f64();
    if done <= 0 || seconds <= 0.0 {
        return text;
    }
    let rate = done as f64 / seconds;
    format!("{text}, {rate:.0}/s, {:.0} s left", (head - position).max(0) as f64 / rate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_tells_rate_and_time_left_once_there_is_one() {
        assert_eq!(line((5, 10), 0, Duration::ZERO), "5 of 10 events (50 %)");
        let two = Duration::from_secs(2);
        assert_eq!(line((600, 1_000), 400, two), "600 of 1000 events (60 %), 200/s, 2 s left");
        assert_eq!(line((1_000, 1_000), 1_000, two), "1000 of 1000 events (100 %), 500/s, 0 s left");
        assert_eq!(line((0, 0), 0, two), "0 of 0 events (100 %)");
    }
}
