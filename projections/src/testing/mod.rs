//! Stories for unit tests: commands through the real rules, so that folds meet the events that there are.

mod erasure;
pub(crate) use erasure::story as everything;

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, TimeDelta, Utc};
use ledgerdesk_domain::{
    catalog::{CatalogCommand, CatalogEntry},
    client::{Client, ClientCommand},
    consultation::{
        Attributes, Channel, Consultation, ConsultationCommand, Merge, OpenConsultation, Party, Priority,
        ReceiveMessage, SendMessage,
    },
    context::{Actor, Context},
    decider::Decider,
    event::{DomainEvent, Metadata, Recorded, Source},
    id::{ClientId, EventId, ManagerId, MessageId, PersonId, WorkspaceId},
    manager::{Manager, ManagerCommand},
    stream::{Position, StreamId, StreamVersion},
    workspace::{CreateWorkspace, Workspace, WorkspaceCommand},
};
use uuid::Uuid;

use crate::runtime::{Left, Projection};

pub(crate) const WORKSPACE: WorkspaceId = WorkspaceId(Uuid::from_u128(0xA));

/// An id of any kind.
pub(crate) fn id<T: From<Uuid>>(number: u128) -> T {
    Uuid::from_u128(number).into()
}

/// `minutes` after the beginning of the tests' time, 1 January 2026.
pub(crate) fn at(minutes: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_454) + TimeDelta::minutes(minutes)
}

/// A growing log. Every command happens a minute after the one before, unless told when.
#[derive(Default)]
pub(crate) struct Story {
    pub(crate) events: Vec<Recorded>,
    minute: i64,
    actor: Option<Actor>,
    consultations: HashMap<Uuid, <Consultation as Decider>::State>,
    clients: HashMap<Uuid, <Client as Decider>::State>,
    managers: HashMap<Uuid, <Manager as Decider>::State>,
    catalogs: HashMap<Uuid, <CatalogEntry as Decider>::State>,
    workspace: Option<<Workspace as Decider>::State>,
}

impl Story {
    /// What follows happens at this minute, and a minute later each.
    pub(crate) fn at_minute(mut self, minute: i64) -> Self {
        self.minute = minute;
        self
    }

    /// What follows is done by this manager.
    pub(crate) fn by_manager(mut self, manager: u128) -> Self {
        self.actor = Some(Actor::manager(id(manager)));
        self
    }

    /// A command to a consultation.
    pub(crate) fn consultation(mut self, stream: u128, command: ConsultationCommand) -> Self {
        let state = self.consultations.entry(Uuid::from_u128(stream)).or_default();
        tell::<Consultation>(&mut self.events, state, (stream, self.minute, self.actor.clone()), command);
        self.minute += 1;
        self
    }

    /// A command to a client.
    pub(crate) fn client(mut self, stream: u128, command: ClientCommand) -> Self {
        let state = self.clients.entry(Uuid::from_u128(stream)).or_default();
        tell::<Client>(&mut self.events, state, (stream, self.minute, self.actor.clone()), command);
        self.minute += 1;
        self
    }

    /// A command to a manager.
    pub(crate) fn manager(mut self, stream: u128, command: ManagerCommand) -> Self {
        let state = self.managers.entry(Uuid::from_u128(stream)).or_default();
        tell::<Manager>(&mut self.events, state, (stream, self.minute, self.actor.clone()), command);
        self.minute += 1;
        self
    }

    /// A command to an entry of a catalog.
    pub(crate) fn catalog(mut self, stream: u128, command: CatalogCommand) -> Self {
        let state = self.catalogs.entry(Uuid::from_u128(stream)).or_default();
        tell::<CatalogEntry>(&mut self.events, state, (stream, self.minute, self.actor.clone()), command);
        self.minute += 1;
        self
    }

    /// A command to the workspace, which is set up before the first one.
    pub(crate) fn workspace(mut self, command: WorkspaceCommand) -> Self {
        let stream = WORKSPACE.uuid().as_u128();
        let mut state = self.workspace.take().unwrap_or_default();
        if state == <Workspace as Decider>::State::default() {
            let create = WorkspaceCommand::CreateWorkspace(CreateWorkspace {
                name: "Support".to_owned(),
                language: "ru".to_owned(),
                time_zone: "UTC".to_owned(),
            });
            tell::<Workspace>(&mut self.events, &mut state, (stream, self.minute, None), create);
        }
        tell::<Workspace>(&mut self.events, &mut state, (stream, self.minute, self.actor.clone()), command);
        self.workspace = Some(state);
        self.minute += 1;
        self
    }

    /// The rows that the story leaves, folded as the runtime does.
    pub(crate) fn fold<P: Projection>(&self, projection: &P) -> BTreeMap<Uuid, P::Row> {
        fold(projection, &self.events)
    }

    /// The one row that the story leaves with this key.
    pub(crate) fn row<P: Projection>(&self, projection: &P, key: u128) -> P::Row {
        self.fold(projection).remove(&Uuid::from_u128(key)).expect("the story leaves this row")
    }
}

/// Decides, evolves and records as the executor does.
fn tell<D: Decider>(
    log: &mut Vec<Recorded>,
    state: &mut D::State,
    (stream, minute, actor): (u128, i64, Option<Actor>),
    command: D::Command,
) {
    let context = Context { occurred_at: at(minute), actor: actor.unwrap_or(Actor::SYSTEM) };
    let stream = StreamId::new(D::Event::STREAM_TYPE, Uuid::from_u128(stream));
    for event in D::decide(state, command, &context).expect("the story keeps the rules") {
        *state = D::evolve(state.clone(), &event);
        let number = i32::try_from(log.len() + 1).expect("a short story");
        let version = log.iter().filter(|earlier| earlier.stream == stream).count() + 1;
        log.push(Recorded {
            position: Position(number.into()),
            workspace_id: WORKSPACE,
            workspace_sequence: number.into(),
            event_id: EventId(Uuid::from_u128(0xE_0000 + u128::from(number.unsigned_abs()))),
            stream,
            version: StreamVersion(i32::try_from(version).expect("a short story")),
            event: event.into(),
            metadata: Metadata {
                actor: context.actor.clone(),
                correlation_id: Uuid::from_u128(0xC),
                causation_id: None,
                source: Source::system("test"),
                person_id: D::person(state).unwrap_or(PersonId(stream.id)),
            },
            occurred_at: context.occurred_at,
            recorded_at: at(100_000),
            hash: [0; 32],
        });
    }
}

/// The rows after the events, folded as the runtime does.
pub(crate) fn fold<P: Projection>(projection: &P, events: &[Recorded]) -> BTreeMap<Uuid, P::Row> {
    fold_on(projection, BTreeMap::new(), events)
}

/// The same, going on from these rows.
pub(crate) fn fold_on<P: Projection>(
    projection: &P,
    mut rows: BTreeMap<Uuid, P::Row>,
    events: &[Recorded],
) -> BTreeMap<Uuid, P::Row> {
    let mut keys = Vec::new();
    for event in events {
        projection.keys(event, &mut keys);
        for key in keys.drain(..) {
            let mut left = Left::default();
            if let Some(row) = projection.apply_leaving(rows.remove(&key), key, event, &mut left) {
                rows.insert(key, row);
            }
            for (key, (row, stored)) in left.into_rows() {
                // What is said to be new is copied into the table, which would refuse it a second time.
                assert!(rows.insert(key, row).is_none() || stored, "{key} is left twice");
            }
        }
    }
    for row in rows.values_mut() {
        projection.complete(row);
    }
    rows
}

/// Opens a consultation of this client.
pub(crate) fn open(client: Option<u128>, topic: &str) -> ConsultationCommand {
    ConsultationCommand::OpenConsultation(OpenConsultation {
        client_id: client.map(id::<ClientId>),
        topic: topic.to_owned(),
        description: Some(format!("{topic}, at length")),
        channel: Channel::Telegram,
        priority: Priority::Normal,
        language: Some("ru".to_owned()),
        team: Some("first".to_owned()),
        tags: vec!["b".to_owned(), "a".to_owned()],
        catalog: Vec::new(),
        attributes: Attributes::new(),
    })
}

/// Assigns to this manager.
pub(crate) fn assign(manager: u128) -> ConsultationCommand {
    ConsultationCommand::Assign(ledgerdesk_domain::consultation::Assign {
        assignee: Some(id::<ManagerId>(manager)),
        team: None,
        reason: Some("it is yours".to_owned()),
    })
}

/// Resolves.
pub(crate) fn resolve() -> ConsultationCommand {
    ConsultationCommand::Resolve(ledgerdesk_domain::consultation::Resolve {
        resolution: Some("restarted it".to_owned()),
        code: Some("fixed".to_owned()),
    })
}

/// A message from the client.
pub(crate) fn receive(message: u128) -> ConsultationCommand {
    ConsultationCommand::ReceiveMessage(ReceiveMessage {
        message_id: id::<MessageId>(message),
        channel: Channel::Telegram,
        text: "are you there?".to_owned(),
        attachments: Vec::new(),
        in_reply_to: None,
    })
}

/// A message to the client.
pub(crate) fn send(message: u128, author: Party) -> ConsultationCommand {
    ConsultationCommand::SendMessage(SendMessage {
        message_id: id::<MessageId>(message),
        channel: Channel::Telegram,
        author,
        text: "we are".to_owned(),
        attachments: Vec::new(),
        in_reply_to: None,
    })
}

/// Merges one consultation into another.
pub(crate) fn merge(one: u128, into: u128) -> ConsultationCommand {
    ConsultationCommand::Merge(Merge { consultation_id: id(one), into: id(into) })
}
