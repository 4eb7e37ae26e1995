//! Scripts as events.

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use ledgerdesk_domain::{
    consultation::{Consultation, ConsultationEvent, ConsultationState},
    context::{Actor, Context},
    decider::Decider,
    event::{DomainEvent, Event, Metadata, Source},
    id::{PersonId, WorkspaceId},
    stream::{StreamId, StreamVersion},
};
use uuid::Uuid;

use super::{
    calendar,
    cast::Cast,
    chance::Chance,
    script::{Cue, Script},
};
use crate::{
    event_store::NewEvent,
    import::ids::{self, Ids},
};

/// The team has been there a week longer than the first consultation.
const SINCE: TimeDelta = TimeDelta::days(97);

/// How old the oldest consultations are that still wait for their next step.
const BACKLOG: TimeDelta = TimeDelta::days(10);

/// The whole history of one stream: somebody who becomes known, or a consultation.
#[derive(Debug, Clone)]
pub struct Case {
    /// The stream.
    pub stream: StreamId,
    /// Its events, in order, none later than the generator's `now`.
    pub events: Vec<NewEvent>,
    /// How many commands the rules refused; a script that fits the rules has none.
    pub refused: usize,
}

/// What the demo's ids and keys are made of.
pub(super) fn origin(workspace_id: WorkspaceId, seed: u64) -> Ids {
    Ids::new(workspace_id, format!("demo:{seed}"))
}

/// The team and the clients, then `count` consultations of the 90 days before `now`, oldest first. The same
/// arguments give the same events.
pub fn generate(
    workspace_id: WorkspaceId,
    seed: u64,
    now: DateTime<Utc>,
    count: usize,
) -> impl Iterator<Item = Case> {
    let now = now.trunc_subsecs(0);
    let ids = origin(workspace_id, seed);
    let since = now - SINCE;
    let cast = Cast::new(&ids, seed, since);
    let entrances: Vec<Case> =
        cast.entrances.iter().map(|(stream, events)| entrance(&ids, *stream, events, since)).collect();
    let starts = calendar::arrivals(&mut Chance::of(seed, 0), now, count);
    let consultations = starts.into_iter().zip(1_u64..).filter_map(move |(start, number)| {
        let id = ids.consultation(&number.to_string());
        let mut script = Script::new(&cast, Chance::of(seed, number), id, start)?;
        script.write();
        let mut cues: Vec<Cue> = script.cues.into_iter().filter(|cue| cue.at <= now).collect();
        if now - start < BACKLOG && script.chance.percent(50) {
            // Whatever comes next has not happened yet: every team has a backlog.
            let last = i64::try_from(cues.len()).unwrap_or(1);
            cues.truncate(usize::try_from(script.chance.between(1, last.max(1))).unwrap_or(1));
        }
        Some(play(&ids, StreamId::new(ConsultationEvent::STREAM_TYPE, id.uuid()), cues))
    });
    entrances.into_iter().chain(consultations)
}

fn entrance(ids: &Ids, stream: StreamId, events: &[Event], since: DateTime<Utc>) -> Case {
    let mut version = StreamVersion::NONE;
    let events = events.iter().map(|event| {
        version = version.next();
        new_event(ids, stream.id, version, event.clone(), &Cast::known(since), PersonId(stream.id))
    });
    Case { stream, events: events.collect(), refused: 0 }
}

/// When and by whom.
pub(super) struct Moment {
    pub(super) at: DateTime<Utc>,
    pub(super) actor: Actor,
}

impl Cast {
    fn known(since: DateTime<Utc>) -> Moment {
        Moment { at: since, actor: Actor::SYSTEM }
    }
}

/// Plays a script through the rules.
fn play(ids: &Ids, stream: StreamId, cues: Vec<Cue>) -> Case {
    let mut state = ConsultationState::default();
    let mut version = StreamVersion::NONE;
    let mut case = Case { stream, events: Vec::with_capacity(cues.len() + 8), refused: 0 };
    for Cue { at, actor, command } in cues {
        let context = Context { occurred_at: at, actor: actor.clone() };
        let Ok(events) = Consultation::decide(&state, command, &context) else {
            case.refused += 1;
            continue;
        };
        let moment = Moment { at, actor };
        for event in events {
            state = Consultation::evolve(state, &event);
            version = version.next();
            let person = Consultation::person(&state).unwrap_or(PersonId(stream.id));
            case.events.push(new_event(ids, stream.id, version, event.into(), &moment, person));
        }
    }
    case
}

fn new_event(
    ids: &Ids,
    stream: Uuid,
    version: StreamVersion,
    event: Event,
    moment: &Moment,
    person_id: PersonId,
) -> NewEvent {
    NewEvent {
        event_id: ids::event(stream, version),
        event,
        metadata: Metadata {
            actor: moment.actor.clone(),
            correlation_id: stream,
            causation_id: None,
            source: Source::system(ids.origin()),
            person_id,
        },
        occurred_at: moment.at,
    }
}
