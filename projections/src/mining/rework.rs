//! What is done again.

use std::{cmp::Reverse, collections::HashMap};

use super::EventLog;

/// An activity that occurs more than once in some consultation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rework {
    /// Its number.
    pub activity: u32,
    /// How many consultations have it.
    pub cases: u64,
    /// How many have it more than once.
    pub reworked_cases: u64,
    /// Its steps beyond the first one of each consultation.
    pub repeats: u64,
}

/// Every activity that is done again, in most consultations first, ties by name.
pub fn rework(log: &EventLog) -> Vec<Rework> {
    let mut found: HashMap<u32, Rework> = HashMap::new();
    let mut counts: HashMap<u32, u64> = HashMap::new();
    for case in log.cases() {
        counts.clear();
        for mark in case.marks {
            *counts.entry(mark.activity).or_default() += 1;
        }
        for (activity, count) in &counts {
            let nothing = Rework { activity: *activity, cases: 0, reworked_cases: 0, repeats: 0 };
            let rework = found.entry(*activity).or_insert(nothing);
            rework.cases += 1;
            rework.reworked_cases += u64::from(*count > 1);
            rework.repeats += count - 1;
        }
    }
    let mut found: Vec<_> = found.into_values().filter(|rework| rework.repeats > 0).collect();
    found.sort_by_cached_key(|rework| {
        (Reverse(rework.reworked_cases), log.activities.get(rework.activity).cloned())
    });
    found
}
