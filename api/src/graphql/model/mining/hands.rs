//! From whom to whom work goes.

use async_graphql::SimpleObject;
use ledgerdesk_projections::mining::{EventLog, Handed};

use super::flow::share;
use crate::graphql::model::actor::Actor;

/// Work that goes from one to another: the step of one comes right after the step of the other.
#[derive(SimpleObject)]
pub(super) struct PeopleHandover {
    /// Who did the step before; null where nobody is known.
    from: Option<Actor>,
    /// Who did the step after; the same where work stays.
    to: Option<Actor>,
    /// How often.
    count: u64,
    /// The part of all such pairs of steps, from 0 to 1.
    share: f64,
}

impl PeopleHandover {
    pub(super) fn new(log: &EventLog, found: &Handed) -> Self {
        let actor = |number: Option<u32>| {
            let resource = log.resources.get(number?)?;
            Some(Actor::new(resource.kind, resource.id))
        };
        let Handed { from, to, count } = *found;
        Self { from: actor(from), to: actor(to), count, share: share(count, pairs(log)) }
    }
}

/// Work that goes from one team to another.
#[derive(SimpleObject)]
pub(super) struct TeamHandover {
    /// The team that was responsible at the step before; null where nobody was.
    from: Option<String>,
    /// The team that was responsible at the step after; the same where work stays.
    to: Option<String>,
    /// How often.
    count: u64,
    /// The part of all such pairs of steps, from 0 to 1.
    share: f64,
}

impl TeamHandover {
    pub(super) fn new(log: &EventLog, found: &Handed) -> Self {
        let team = |number: Option<u32>| log.teams.get(number?).cloned();
        let Handed { from, to, count } = *found;
        Self { from: team(from), to: team(to), count, share: share(count, pairs(log)) }
    }
}

/// Steps that follow another one: all but the first of each consultation.
fn pairs(log: &EventLog) -> u64 {
    (log.step_count() - log.case_count()) as u64
}
