//! Progress of long work: a bar for people, nothing where standard error is no terminal.

use std::sync::Mutex;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use ledgerdesk_infrastructure::import::{Phase, Progress};

const KNOWN: &str = "{msg} {wide_bar} {human_pos}/{human_len} ({per_sec}, {eta} left)";
const OPEN: &str = "{msg} {spinner} {human_pos} ({per_sec})";

/// A bar over things of one kind.
pub(super) struct Bar(ProgressBar);

/// Bars of things that go on at the same time, one below the other.
#[derive(Default)]
pub(super) struct Bars(MultiProgress);

impl Bars {
    /// One more bar.
    pub(super) fn add(&self, things: String) -> Bar {
        let Bar(bar) = Bar::new(things);
        Bar(self.0.add(bar))
    }
}

impl Bar {
    /// A bar that counts `things`.
    pub(super) fn new(things: impl Into<std::borrow::Cow<'static, str>>) -> Self {
        let bar = ProgressBar::no_length().with_message(things);
        bar.set_style(style(OPEN));
        Self(bar)
    }

    /// So many are done, of so many.
    pub(super) fn set(&self, done: u64, total: u64) {
        if self.0.length() != Some(total) {
            self.0.set_style(style(KNOWN));
            self.0.set_length(total);
        }
        self.0.set_position(done);
    }

    /// Takes the bar away.
    pub(super) fn clear(&self) {
        self.0.finish_and_clear();
    }
}

/// The bars of an import, one per phase.
pub(super) struct ImportBar(Mutex<ProgressBar>);

impl ImportBar {
    /// No bar until a phase begins.
    pub(super) fn new() -> Self {
        Self(Mutex::new(ProgressBar::hidden()))
    }

    /// Takes the bar away.
    pub(super) fn clear(&self) {
        self.with(ProgressBar::finish_and_clear);
    }

    fn with(&self, act: impl FnOnce(&ProgressBar)) {
        act(&self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
    }
}

impl Progress for ImportBar {
    fn begin(&self, phase: Phase, rows: Option<u64>) {
        let message = match phase {
            Phase::Reading => "reading rows",
            Phase::Comparing => "comparing rows",
            Phase::Writing => "writing rows",
        };
        self.clear();
        let bar = ProgressBar::no_length().with_message(message);
        bar.set_style(style(if rows.is_some() { KNOWN } else { OPEN }));
        if let Some(rows) = rows {
            bar.set_length(rows);
        }
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = bar;
    }

    fn advance(&self, rows: u64) {
        self.with(|bar| bar.inc(rows));
    }
}

fn style(template: &str) -> ProgressStyle {
    // The templates are constants; a wrong one shows a plain bar.
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_templates_are_right() {
        for template in [KNOWN, OPEN] {
            assert!(ProgressStyle::with_template(template).is_ok(), "{template}");
        }
    }
}
