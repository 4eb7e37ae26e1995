//! One clock, running.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::clock::{ClockKind, ClockState, Entry, EntryKind, Terms};

/// What made something happen to a clock.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cause {
    pub(super) at: DateTime<Utc>,
    /// When the log learned of it; nothing where it is a matter of the rules, which say so themselves.
    pub(super) recorded_at: Option<DateTime<Utc>>,
    pub(super) version: Option<i32>,
}

/// A passed threshold: when, and whether it still lay ahead when the log learned what led to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Passed {
    pub(super) at: DateTime<Utc>,
    pub(super) was_ahead: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Instance {
    pub(super) kind: ClockKind,
    pub(super) number: u32,
    pub(super) subject: Option<Uuid>,
    pub(super) state: ClockState,
    pub(super) terms: Terms,
    pub(super) activated_at: DateTime<Utc>,
    /// Time before it does not count: the end of a promised window.
    counts_from: DateTime<Utc>,
    /// The start of a promised window.
    pub(super) window_from: Option<DateTime<Utc>>,
    /// Up to where `used` is reckoned.
    since: DateTime<Utc>,
    pub(super) used: TimeDelta,
    pub(super) warned: Option<Passed>,
    pub(super) breached: Option<Passed>,
    /// When it would have been due, once it ended.
    pub(super) due_at_end: Option<DateTime<Utc>>,
    pub(super) ended_at: Option<DateTime<Utc>>,
    /// When the log learned the last thing that its deadline depends on.
    known_at: Option<DateTime<Utc>>,
    pub(super) ledger: Vec<Entry>,
}

impl Instance {
    pub(super) fn activate(
        kind: ClockKind,
        number: u32,
        subject: Option<Uuid>,
        window: Option<(DateTime<Utc>, DateTime<Utc>)>,
        terms: Terms,
        cause: Cause,
    ) -> Self {
        let mut instance = Self {
            kind,
            number,
            subject,
            state: ClockState::Running,
            activated_at: cause.at,
            counts_from: window.map_or(cause.at, |(_, until)| until),
            window_from: window.map(|(from, _)| from),
            since: cause.at,
            used: TimeDelta::zero(),
            warned: None,
            breached: None,
            due_at_end: None,
            ended_at: None,
            known_at: cause.recorded_at.max(terms.known_at),
            terms,
            ledger: vec![],
        };
        instance.note(EntryKind::Activated, cause.at, cause.version);
        instance
    }

    /// The consultation's event that activated it.
    pub(super) fn activated_by(&self) -> Option<i32> {
        self.ledger.first().and_then(|entry| entry.version)
    }

    /// Whether it has not ended.
    pub(super) const fn is_live(&self) -> bool {
        matches!(self.state, ClockState::Running | ClockState::Paused)
    }

    /// Whether it ever had a target: others are nobody's concern.
    pub(super) fn had_target(&self) -> bool {
        self.ledger.iter().any(|entry| entry.target.is_some())
    }

    /// When the warning and the deadline come if nothing changes; neither once it has passed.
    pub(super) fn ahead(&self) -> (Option<DateTime<Utc>>, Option<DateTime<Utc>>) {
        if self.state != ClockState::Running || self.breached.is_some() {
            return (None, None);
        }
        let due = self.terms.target.and_then(|target| self.after(target));
        let warn = self.terms.warn_after.filter(|_| self.warned.is_none()).and_then(|warn| self.after(warn));
        (warn.filter(|warn| due.is_none_or(|due| *warn < due)), due)
    }

    /// The first instant by which so much is used up.
    fn after(&self, threshold: TimeDelta) -> Option<DateTime<Utc>> {
        let start = self.since.max(self.counts_from);
        let left = (threshold - self.used).max(TimeDelta::zero());
        match &self.terms.schedule {
            Some(schedule) => schedule.after_open(start, left),
            None => start.checked_add_signed(left),
        }
    }

    /// Lets time pass until just before an instant.
    pub(super) fn advance(&mut self, to: DateTime<Utc>) {
        let (warn, due) = self.ahead();
        self.pass(warn.filter(|warn| *warn < to), due.filter(|due| *due < to));
        self.count(to);
    }

    /// Lets time pass up to and with an instant.
    pub(super) fn advance_through(&mut self, to: DateTime<Utc>) {
        let (warn, due) = self.ahead();
        self.pass(warn.filter(|warn| *warn <= to), due.filter(|due| *due <= to));
        self.count(to);
    }

    /// Lets all time pass.
    pub(super) fn run_out(&mut self) {
        let (warn, due) = self.ahead();
        self.pass(warn, due);
    }

    fn pass(&mut self, warn: Option<DateTime<Utc>>, due: Option<DateTime<Utc>>) {
        let was_ahead = |at| self.known_at.is_none_or(|known| at >= known);
        let (warned, breached) = (
            warn.map(|at| Passed { at, was_ahead: was_ahead(at) }),
            due.map(|at| Passed { at, was_ahead: was_ahead(at) }),
        );
        if let Some(passed) = warned {
            self.warned = warned;
            self.note_used(EntryKind::Warned, passed.at, self.terms.warn_after);
        }
        if let Some(passed) = breached {
            self.breached = breached;
            self.note_used(EntryKind::Breached, passed.at, self.terms.target);
        }
    }

    fn count(&mut self, to: DateTime<Utc>) {
        let start = self.since.max(self.counts_from);
        if self.state == ClockState::Running && start < to {
            self.used += match &self.terms.schedule {
                Some(schedule) => schedule.open_between(start, to),
                None => to - start,
            };
        }
        self.since = self.since.max(to);
    }

    pub(super) fn pause(&mut self, cause: Cause) {
        self.learn(cause);
        self.state = ClockState::Paused;
        self.note(EntryKind::Paused, cause.at, cause.version);
    }

    /// Counts again, after a pause or a reopening.
    pub(super) fn resume(&mut self, cause: Cause) {
        self.learn(cause);
        self.state = ClockState::Running;
        self.since = cause.at;
        self.ended_at = None;
        self.due_at_end = None;
        self.note(EntryKind::Resumed, cause.at, cause.version);
    }

    pub(super) fn change(&mut self, terms: Terms, cause: Cause) {
        self.learn(cause);
        self.known_at = self.known_at.max(terms.known_at);
        self.terms = terms;
        self.note(EntryKind::PolicyChanged, cause.at, cause.version);
    }

    pub(super) fn end(&mut self, state: ClockState, cause: Cause) {
        self.due_at_end = self.ahead().1;
        self.state = state;
        self.ended_at = Some(cause.at);
        let kind = if state == ClockState::Fulfilled { EntryKind::Fulfilled } else { EntryKind::Cancelled };
        self.note(kind, cause.at, cause.version);
    }

    fn learn(&mut self, cause: Cause) {
        self.known_at = self.known_at.max(cause.recorded_at);
    }

    fn note(&mut self, kind: EntryKind, at: DateTime<Utc>, version: Option<i32>) {
        self.ledger.push(Entry {
            kind,
            at,
            version,
            used: self.used,
            target: self.terms.target,
            rule: self.terms.rule.clone(),
            policy_version: self.terms.policy_version,
            calendar: self.terms.calendar.clone(),
        });
    }

    /// At a threshold as much is used up as it says, or more where the threshold came down upon it.
    fn note_used(&mut self, kind: EntryKind, at: DateTime<Utc>, threshold: Option<TimeDelta>) {
        self.note(kind, at, None);
        if let Some(entry) = self.ledger.last_mut() {
            entry.used = entry.used.max(threshold.unwrap_or_default());
        }
    }
}
