//! Events → steps.

use chrono::{DateTime, Utc};
use ledgerdesk_domain::{
    consultation::ConsultationEvent,
    context::ActorKind,
    event::{Metadata, Recorded},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::read::wire;

/// Who did a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Resource {
    /// What kind of party it is.
    pub kind: ActorKind,
    /// Which one; none for Ledgerdesk itself and for a client whom nobody knows.
    pub id: Option<Uuid>,
}

/// Which team is responsible from a step on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Team<T> {
    /// The one before: the step does not say.
    AsBefore,
    /// This one; nobody if there is none.
    Now(Option<T>),
}

/// Something that happened to a consultation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What: the source's words for an imported row, our own otherwise.
    pub activity: String,
    /// By whom; none where a source does not say.
    pub resource: Option<Resource>,
    /// The team responsible from here on: a source says it on every row, of our own events those that change it.
    pub team: Team<String>,
    /// When.
    pub occurred_at: DateTime<Utc>,
}

impl Step {
    /// What the event is when it is the first of its [`key`].
    pub fn of(event: &ConsultationEvent, recorded: &Recorded) -> Self {
        let Metadata { actor, source, .. } = &recorded.metadata;
        match &source.step {
            Some(step) => Self {
                activity: step.activity.clone(),
                resource: step
                    .resource
                    .map(|manager| Resource { kind: ActorKind::Manager, id: Some(manager.uuid()) }),
                team: Team::Now(step.team.clone()),
                occurred_at: step.occurred_at.unwrap_or(recorded.occurred_at),
            },
            None => Self {
                activity: activity(event),
                resource: Some(Resource { kind: actor.kind, id: actor.id }),
                team: team(event),
                occurred_at: recorded.occurred_at,
            },
        }
    }
}

/// What makes one step of several events: they come from the same row of a source. Every other event is a step of its
/// own. Of events with the same key, the first one says what the step is.
pub(super) fn key(recorded: &Recorded) -> Uuid {
    match &recorded.metadata.source.reference {
        Some(place) if recorded.metadata.source.system.starts_with("import:") => {
            Uuid::new_v5(&recorded.stream.id, format!("step:{place}").as_bytes())
        }
        _ => recorded.event_id.uuid(),
    }
}

/// The event's name, with what makes two of a name different things.
fn activity(event: &ConsultationEvent) -> String {
    use ConsultationEvent as E;
    use ledgerdesk_domain::event::DomainEvent as _;
    let name = event.event_type();
    match event {
        E::CallLogged(call) => format!("{name} {}", wire(&call.outcome)),
        E::HandoverResolved(resolved) => format!("{name} {}", wire(&resolved.outcome)),
        E::Reopened(reopened) => format!("{name} {}", wire(&reopened.to)),
        E::Unmerged(unmerged) => format!("{name} {}", wire(&unmerged.status)),
        E::PriorityChanged(changed) => format!("{name} {}", wire(&changed.to)),
        // What the source called it, as rows that were imported before sources were kept have it.
        E::FactImported(fact) => fact.activity.clone(),
        _ => name.to_owned(),
    }
}

fn team(event: &ConsultationEvent) -> Team<String> {
    match event {
        ConsultationEvent::ConsultationOpened(opened) => Team::Now(opened.team.clone()),
        ConsultationEvent::Assigned(assigned) => Team::Now(assigned.team.clone()),
        _ => Team::AsBefore,
    }
}
