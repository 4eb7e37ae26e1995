//! What follows what.

use std::{cmp::Reverse, collections::HashMap};

use super::{Durations, EventLog};

/// An activity that directly follows another one in the same consultation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Follows {
    /// The number of the activity before.
    pub from: u32,
    /// The number of the activity after.
    pub to: u32,
    /// How long from one to the other; `count` is how often.
    pub durations: Durations,
}

/// How an activity is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActivityUse {
    /// Its number.
    pub activity: u32,
    /// How many steps it is.
    pub steps: u64,
    /// How many consultations have it.
    pub cases: u64,
    /// How many consultations begin with it.
    pub starts: u64,
    /// How many consultations end with it, so far.
    pub ends: u64,
}

/// The directly-follows graph, the most frequent first, ties by name.
pub fn directly_follows(log: &EventLog) -> Vec<Follows> {
    let mut spans: HashMap<(u32, u32), Vec<i64>> = HashMap::new();
    for case in log.cases() {
        for (before, after) in case.marks.iter().zip(case.marks.iter().skip(1)) {
            spans.entry((before.activity, after.activity)).or_default().push(after.at - before.at);
        }
    }
    let follows = |((from, to), spans)| Some(Follows { from, to, durations: Durations::of(spans)? });
    let mut found: Vec<_> = spans.into_iter().filter_map(follows).collect();
    found.sort_by_cached_key(|follows| {
        let name = |number| log.activities.get(number).cloned();
        (Reverse(follows.durations.count), name(follows.from), name(follows.to))
    });
    found
}

/// Every activity, the most frequent first, ties by name.
pub fn activities(log: &EventLog) -> Vec<ActivityUse> {
    let unused = |activity| ActivityUse { activity, steps: 0, cases: 0, starts: 0, ends: 0 };
    let mut uses: Vec<ActivityUse> =
        (0..).zip(log.activities.all()).map(|(number, _)| unused(number)).collect();
    // The last case that had it, so that each is counted once.
    let mut last = vec![usize::MAX; uses.len()];
    for (number, case) in log.cases().enumerate() {
        for mark in case.marks {
            let activity = mark.activity as usize;
            if let (Some(found), Some(last)) = (uses.get_mut(activity), last.get_mut(activity)) {
                found.steps += 1;
                found.cases += u64::from(*last != number);
                *last = number;
            }
        }
        if let Some(found) = case.marks.first().and_then(|mark| uses.get_mut(mark.activity as usize)) {
            found.starts += 1;
        }
        if let Some(found) = case.marks.last().and_then(|mark| uses.get_mut(mark.activity as usize)) {
            found.ends += 1;
        }
    }
    uses.retain(|found| found.steps > 0);
    uses.sort_by_cached_key(|found| (Reverse(found.steps), log.activities.get(found.activity).cloned()));
    uses
}

/// How long consultations take, from their first step to their last.
pub fn case_durations(log: &EventLog) -> Option<Durations> {
    Durations::of(log.cases().map(|case| case.duration()).collect())
}
