//! The paths that consultations take.

use std::{cmp::Reverse, collections::HashMap};

use ledgerdesk_domain::id::ConsultationId;

use super::{Durations, EventLog};

/// A path that consultations take: the activities of all their steps, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variant {
    /// The numbers of the activities.
    pub activities: Vec<u32>,
    /// How long such consultations take; `count` is how many there are.
    pub durations: Durations,
    /// One of them.
    pub example: ConsultationId,
}

/// Every variant, the most frequent first, then the shorter one, then by the names of its activities.
pub fn variants(log: &EventLog) -> Vec<Variant> {
    let mut found: HashMap<Vec<u32>, (ConsultationId, Vec<i64>)> = HashMap::new();
    let mut path = Vec::new();
    for case in log.cases() {
        path.clear();
        path.extend(case.marks.iter().map(|mark| mark.activity));
        if let Some((_, spans)) = found.get_mut(&path) {
            spans.push(case.duration());
        } else {
            found.insert(path.clone(), (case.id, vec![case.duration()]));
        }
    }
    let ranks = ranks(log);
    let variant = |(activities, (example, spans))| {
        Some(Variant { activities, example, durations: Durations::of(spans)? })
    };
    let mut found: Vec<_> = found.into_iter().filter_map(variant).collect();
    let rank = |number: &u32| ranks.get(*number as usize).copied();
    found.sort_by(|one, other| {
        let order = |variant: &Variant| (Reverse(variant.durations.count), variant.activities.len());
        let by_name = || one.activities.iter().map(rank).cmp(other.activities.iter().map(rank));
        order(one).cmp(&order(other)).then_with(by_name)
    });
    found
}

/// The place of each activity in the order of their names.
fn ranks(log: &EventLog) -> Vec<usize> {
    let mut order: Vec<_> = log.activities.all().iter().enumerate().collect();
    order.sort_by_key(|(_, name)| *name);
    let mut ranks = vec![0; order.len()];
    for (rank, (number, _)) in order.into_iter().enumerate() {
        if let Some(place) = ranks.get_mut(number) {
            *place = rank;
        }
    }
    ranks
}
