//! The steps of one consultation, from its events.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use ledgerdesk_domain::{
    event::{Event, Recorded},
    stream::Position,
};

use super::{Involved, Resource, Step, Team, involved::involved, step::key};

/// A step in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseStep {
    /// The position of its first event.
    pub position: Position,
    /// What happened.
    pub activity: String,
    /// Who did it.
    pub resource: Option<Resource>,
    /// The team responsible from then on.
    pub team: Option<String>,
    /// When.
    pub occurred_at: DateTime<Utc>,
    /// Whom and what its events name, each once, in a fixed order.
    pub involved: BTreeSet<Involved>,
}

/// The steps of a consultation in the order in which they happened, ties as recorded.
pub fn of_consultation<'a>(events: impl IntoIterator<Item = &'a Recorded>) -> Vec<CaseStep> {
    let mut steps: Vec<(Step, Position, BTreeSet<Involved>)> = Vec::new();
    let mut places = HashMap::new();
    for recorded in events {
        let Event::Consultation(event) = &recorded.event else { continue };
        let place = *places.entry(key(recorded)).or_insert_with(|| {
            steps.push((Step::of(event, recorded), recorded.position, BTreeSet::new()));
            steps.len() - 1
        });
        if let Some((_, _, names)) = steps.get_mut(place) {
            names.extend(involved(event));
        }
    }
    steps.sort_by_key(|(step, position, _)| (step.occurred_at, *position));
    let mut team = None;
    let in_place = |(step, position, involved): (Step, Position, BTreeSet<Involved>)| {
        let Step { activity, resource, team: said, occurred_at } = step;
        if let Team::Now(said) = said {
            team = said;
        }
        CaseStep { position, activity, resource, team: team.clone(), occurred_at, involved }
    };
    steps.into_iter().map(in_place).collect()
}
