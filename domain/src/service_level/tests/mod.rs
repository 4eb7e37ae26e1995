//! Clocks: stories with their ledgers, random histories against a count second by second, and tables.

mod naive;
mod stories;
mod tables;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::{Facts, Rules, SlaCondition, SlaRule, SlaTable, SlaTargets};
use crate::{
    consultation::{Channel, ConsultationEvent, ConsultationOpened, Priority},
    context::Actor,
    event::{Event, Metadata, Recorded, Source},
    id::{EventId, PersonId, WorkspaceId},
    stream::{Position, StreamId, StreamType, StreamVersion},
    workspace::{SlaPoliciesPublished, WorkspaceEvent},
};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("a time")
}

/// What happened at these times, recorded at once.
fn facts(events: impl IntoIterator<Item = (DateTime<Utc>, ConsultationEvent)>) -> Facts {
    let mut facts = Facts::default();
    for (place, (occurred_at, event)) in events.into_iter().enumerate() {
        facts.push(&recorded(place, occurred_at, occurred_at, event));
    }
    facts
}

fn recorded(
    place: usize,
    occurred_at: DateTime<Utc>,
    recorded_at: DateTime<Utc>,
    event: ConsultationEvent,
) -> Recorded {
    let number = i32::try_from(place).expect("few") + 1;
    Recorded {
        position: Position(i64::from(number)),
        workspace_id: WorkspaceId(Uuid::nil()),
        workspace_sequence: i64::from(number),
        event_id: EventId(Uuid::nil()),
        stream: StreamId::new(StreamType::Consultation, Uuid::nil()),
        version: StreamVersion(number),
        event: Event::Consultation(event),
        metadata: Metadata {
            actor: Actor::SYSTEM,
            correlation_id: Uuid::nil(),
            causation_id: None,
            source: Source::system("test"),
            person_id: PersonId(Uuid::nil()),
        },
        occurred_at,
        recorded_at,
        hash: [0; 32],
    }
}

fn opened(priority: Priority) -> ConsultationEvent {
    ConsultationEvent::ConsultationOpened(ConsultationOpened {
        client_id: None,
        topic: "printer".into(),
        description: None,
        channel: Channel::Site,
        priority,
        language: None,
        team: None,
        tags: vec![],
        catalog: vec![],
        attributes: std::collections::BTreeMap::new(),
    })
}

fn rule(key: &str, targets: SlaTargets) -> SlaRule {
    SlaRule {
        key: key.into(),
        when: SlaCondition::default(),
        calendar: None,
        targets,
        warn_percent: None,
        pause_in: vec![],
        bots_respond: false,
    }
}

fn publish(rules: &mut Rules, version: u32, effective_from: DateTime<Utc>, table: Vec<SlaRule>) {
    let table = SlaTable { version, effective_from, rules: table };
    let recorded_at = effective_from - TimeDelta::seconds(1);
    rules.push(&WorkspaceEvent::SlaPoliciesPublished(SlaPoliciesPublished { table }), recorded_at);
}
