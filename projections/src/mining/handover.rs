//! From whom to whom work goes.

use std::{cmp::Reverse, collections::HashMap};

use super::{EventLog, log::Mark};

/// Work that went from one to another: a step of one directly follows a step of the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Handed {
    /// The number of who did the step before; none where nobody is known.
    pub from: Option<u32>,
    /// The number of who did the step after; the same where it stays.
    pub to: Option<u32>,
    /// How often.
    pub count: u64,
}

/// Handover of work between those who do the steps, the most frequent first: van der Aalst's metric with β = 0,
/// in counts. Its share of all of them is what pm4py calls the connection's value.
pub fn between_people(log: &EventLog) -> Vec<Handed> {
    let mut found = handed(log, |mark| mark.resource);
    let name = |number: Option<u32>| number.and_then(|number| log.resources.get(number).copied());
    found.sort_by_cached_key(|handed| (Reverse(handed.count), name(handed.from), name(handed.to)));
    found
}

/// The same between the teams that were responsible.
pub fn between_teams(log: &EventLog) -> Vec<Handed> {
    let mut found = handed(log, |mark| mark.team);
    let name = |number: Option<u32>| number.and_then(|number| log.teams.get(number).cloned());
    found.sort_by_cached_key(|handed| (Reverse(handed.count), name(handed.from), name(handed.to)));
    found
}

fn handed(log: &EventLog, who: impl Fn(&Mark) -> Option<u32>) -> Vec<Handed> {
    let mut counts: HashMap<(Option<u32>, Option<u32>), u64> = HashMap::new();
    for case in log.cases() {
        for (before, after) in case.marks.iter().zip(case.marks.iter().skip(1)) {
            *counts.entry((who(before), who(after))).or_default() += 1;
        }
    }
    counts.into_iter().map(|((from, to), count)| Handed { from, to, count }).collect()
}
