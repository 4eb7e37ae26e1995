//! The steps of many consultations in compact form.

use std::{borrow::Borrow, collections::HashMap, hash::Hash};

use chrono::{DateTime, Utc};
use ledgerdesk_domain::id::ConsultationId;

use crate::steps::{Resource, Team};

/// Values that occur again and again, each kept once under a number.
#[derive(Debug)]
pub struct Names<T>(Vec<T>);

impl<T> Names<T> {
    /// The value with this number.
    pub fn get(&self, number: u32) -> Option<&T> {
        self.0.get(number as usize)
    }

    /// All of them, in the order of their numbers.
    pub fn all(&self) -> &[T] {
        &self.0
    }
}

/// A step, its names as numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) activity: u32,
    pub(super) resource: Option<u32>,
    pub(super) team: Option<u32>,
    /// Microseconds since 1970.
    pub(super) at: i64,
}

/// The steps of some consultations.
#[derive(Debug)]
pub struct EventLog {
    /// What happened.
    pub activities: Names<String>,
    /// Who did it.
    pub resources: Names<Resource>,
    /// Who was responsible.
    pub teams: Names<String>,
    cases: Vec<ConsultationId>,
    /// Where each case begins; one more at the end.
    starts: Vec<usize>,
    marks: Vec<Mark>,
}

/// A consultation with its steps in order; it has at least one.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    /// Which one.
    pub id: ConsultationId,
    pub(super) marks: &'a [Mark],
}

impl Case<'_> {
    /// From its first step to its last, in microseconds.
    pub(super) fn duration(&self) -> i64 {
        match (self.marks.first(), self.marks.last()) {
            (Some(first), Some(last)) => last.at - first.at,
            _ => 0,
        }
    }
}

impl EventLog {
    /// How many consultations.
    pub fn case_count(&self) -> usize {
        self.cases.len()
    }

    /// How many steps.
    pub fn step_count(&self) -> usize {
        self.marks.len()
    }

    /// Each consultation, in a fixed order.
    pub fn cases(&self) -> impl Iterator<Item = Case<'_>> {
        let spans = self.starts.windows(2);
        self.cases.iter().zip(spans).filter_map(|(id, span)| {
            let marks = self.marks.get(*span.first()?..*span.last()?)?;
            Some(Case { id: *id, marks })
        })
    }

    /// The number of an activity, if it occurs.
    pub fn activity(&self, name: &str) -> Option<u32> {
        let place = self.activities.all().iter().position(|known| known == name)?;
        u32::try_from(place).ok()
    }

    /// The same without the steps of some activities; consultations that have no others are left out.
    #[must_use]
    pub fn keeping(self, keep: impl Fn(&str) -> bool) -> Self {
        let kept: Vec<bool> = self.activities.all().iter().map(|name| keep(name)).collect();
        let is_kept = |mark: &Mark| kept.get(mark.activity as usize).copied().unwrap_or(false);
        let (mut cases, mut starts, mut marks) = (Vec::new(), vec![0], Vec::new());
        for case in self.cases() {
            let before = marks.len();
            marks.extend(case.marks.iter().copied().filter(is_kept));
            if marks.len() > before {
                cases.push(case.id);
                starts.push(marks.len());
            }
        }
        Self { cases, starts, marks, ..self }
    }
}

/// A step as it is read.
#[derive(Debug, Clone, Copy)]
pub struct Observed<'a> {
    /// What happened.
    pub activity: &'a str,
    /// Who did it, if that is known.
    pub resource: Option<Resource>,
    /// The team responsible from then on.
    pub team: Team<&'a str>,
    /// When.
    pub occurred_at: DateTime<Utc>,
}

/// Takes steps, one consultation after the other, each in order.
#[derive(Debug, Default)]
pub struct EventLogBuilder {
    activities: Interner<String>,
    resources: Interner<Resource>,
    teams: Interner<String>,
    cases: Vec<ConsultationId>,
    starts: Vec<usize>,
    marks: Vec<Mark>,
    team: Option<u32>,
}

impl EventLogBuilder {
    /// The next step; a consultation begins where it is another one than before.
    pub fn push(&mut self, consultation: ConsultationId, step: Observed<'_>) {
        if self.cases.last() != Some(&consultation) {
            self.cases.push(consultation);
            self.starts.push(self.marks.len());
            self.team = None;
        }
        if let Team::Now(team) = step.team {
            self.team = team.map(|team| self.teams.number(team));
        }
        self.marks.push(Mark {
            activity: self.activities.number(step.activity),
            resource: step.resource.map(|resource| self.resources.number(&resource)),
            team: self.team,
            at: step.occurred_at.timestamp_micros(),
        });
    }

    /// All that was taken.
    pub fn finish(mut self) -> EventLog {
        self.starts.push(self.marks.len());
        EventLog {
            activities: Names(self.activities.values),
            resources: Names(self.resources.values),
            teams: Names(self.teams.values),
            cases: self.cases,
            starts: self.starts,
            marks: self.marks,
        }
    }
}

#[derive(Debug)]
struct Interner<T> {
    values: Vec<T>,
    numbers: HashMap<T, u32>,
}

impl<T> Default for Interner<T> {
    fn default() -> Self {
        Self { values: Vec::new(), numbers: HashMap::new() }
    }
}

impl<T: Clone + Eq + Hash> Interner<T> {
    fn number<B>(&mut self, value: &B) -> u32
    where
        B: Eq + Hash + ToOwned<Owned = T> + ?Sized,
        T: Borrow<B>,
    {
        if let Some(number) = self.numbers.get(value) {
            return *number;
        }
        // Steps are bounded far below this.
        let number = u32::try_from(self.values.len()).unwrap_or(u32::MAX);
        let value = value.to_owned();
        self.values.push(value.clone());
        self.numbers.insert(value, number);
        number
    }
}
