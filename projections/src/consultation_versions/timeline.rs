//! What an event does to the versions of a consultation.
//!
//! At any moment the versions that count make a line: each holds from its time until that of the next one, and the last
//! one, the newest, from its time on. An event changes what holds at its time and later, whatever was recorded before it
//! about that time: events count in the order of the log. So one that happened after the newest version began ends it
//! and begins another. One that happened earlier is a *late fact*: the versions that it changes are known to be otherwise
//! from its position on, and others take their place.

use chrono::{DateTime, Utc};
use ledgerdesk_domain::event::Recorded;

use super::{Row, journal::Earlier, power, row::OPEN};
use crate::runtime::Left;

impl Row {
    /// The newest version after an event, which leaves the others behind.
    pub(super) fn meet(&mut self, recorded: &Recorded, left: &mut Left<Self>) {
        // Whatever happened before the opening is seen from the opening on.
        let at = recorded.occurred_at.max(self.opened_at);
        if at >= self.from_at {
            self.follow(at, recorded, left);
        } else {
            self.learn(at, recorded, left);
        }
    }

    /// An event that is not late.
    fn follow(&mut self, at: DateTime<Utc>, recorded: &Recorded, left: &mut Left<Self>) {
        let after = self.changed(recorded);
        if after.is_like(self) {
            return;
        }
        let position = recorded.position.0;
        let mut journal = std::mem::take(&mut self.journal);
        let ended = Self { until_position: position, until_at: Some(at), ..self.clone() };
        let after = Self { from_position: position, from_at: at, ordinal: 0, ..after };
        if at > self.from_at {
            journal.push(Earlier::between(&ended, &after));
        } else if let Some(last) = journal.pop() {
            // What ended as it began held at no time: the one before it goes over into the new one.
            journal.push(Earlier::between(&last.before(self), &after));
        }
        let (key, ended) = ended.left();
        left.add(key, ended);
        *self = Self { journal, ..after };
    }

    /// A late fact.
    fn learn(&mut self, at: DateTime<Utc>, recorded: &Recorded, left: &mut Left<Self>) {
        let held = self.line();
        let first = held.partition_point(|version| version.from_at <= at).saturating_sub(1);
        let after: Vec<Self> = held[first..].iter().map(|version| version.changed(recorded)).collect();
        let differs = |(version, after): (&Self, &Self)| !version.is_like(after);
        let mut changed = held[first..].iter().zip(&after);
        let Some(from) = changed.position(differs).map(|place| first + place) else { return };
        let mut changed = held[first..].iter().zip(&after);
        let to = changed.rposition(differs).map_or(from, |place| first + place);
        let fresh = fresh(&held[from..=to], &after[from - first..=to - first], at);

        let position = recorded.position.0;
        let newest = held.len() - 1;
        for (place, version) in held.iter().enumerate().take(to + 1).skip(from) {
            let known = Self { known_until: position, ..version.clone() };
            if place == newest {
                let (key, known) = Self { until_position: position, ..known }.left();
                left.add(key, known);
            } else {
                let (key, known) = known.left();
                left.amend(key, known);
            }
        }
        let mut line = held[..from].to_vec();
        for (ordinal, version) in (0..).zip(fresh) {
            // None but the last one was ever what the log left.
            line.push(Self { from_position: position, until_position: position, ordinal, ..version });
        }
        line.extend_from_slice(&held[to + 1..]);
        // What follows the last changed one stays as it is; if nothing does, the last fresh one is the newest.
        let others = newest - to;
        let end = line.len() - others.max(1);
        for version in &line[from..end] {
            let (key, version) = version.clone().left();
            left.add(key, version);
        }
        self.stand_at(line);
    }

    /// The versions that count, the oldest first, with when each held; the last one is the newest.
    fn line(&self) -> Vec<Self> {
        let mut line = vec![Self { journal: Vec::new(), ..self.clone() }];
        for earlier in self.journal.iter().rev() {
            if let Some(version) = line.last().map(|next| earlier.before(next)) {
                line.push(version);
            }
        }
        line.reverse();
        line
    }

    /// Becomes the last version of the line, with the others in its journal.
    fn stand_at(&mut self, line: Vec<Self>) {
        let journal = line.windows(2).map(|pair| Earlier::between(&pair[0], &pair[1])).collect();
        let Some(newest) = line.into_iter().next_back() else { return };
        *self = Self {
            id: newest.consultation_id.uuid(),
            until_position: OPEN,
            known_until: OPEN,
            until_at: None,
            span: power::ENDLESS,
            stay: power::ENDLESS,
            journal,
            ..newest
        };
    }
}

/// What takes the place of versions that a fact of this time changes.
fn fresh(held: &[Row], after: &[Row], at: DateTime<Utc>) -> Vec<Row> {
    let mut fresh: Vec<Row> = Vec::with_capacity(held.len() + 1);
    for (version, after) in held.iter().zip(after) {
        if version.from_at < at {
            // Until the fact, it was as it was.
            fresh.push(Row { until_at: Some(at), ..version.clone() });
        }
        match fresh.last_mut() {
            Some(last) if last.is_like(after) => last.until_at = after.until_at,
            _ => fresh.push(Row { from_at: after.from_at.max(at), ..after.clone() }),
        }
    }
    fresh
}
