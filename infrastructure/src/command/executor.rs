//! Load, decide, append.

use std::{collections::HashMap, mem, sync::Arc};

use ledgerdesk_domain::{
    context::{Actor, Context},
    decider::Decider,
    event::{DomainEvent as _, Event, Metadata, Recorded},
    id::{EventId, PersonId, WorkspaceId},
    stream::{ExpectedVersion, StreamId, StreamVersion},
};
use uuid::Uuid;

use super::{
    CommandError, Envelope, Executed,
    cache::{Loaded, StateCache},
};
use crate::{
    clock::{Clock, IdSource},
    event_store::{Append, AppendError, Appended, EventStore, Idempotency, NewEvent, ReadError, StoreError},
};

/// How often a command is decided again after somebody else was faster. Each time, another command on the stream
/// was carried out: so many have to come in between before a caller is told of it.
const ATTEMPTS: usize = 64;

/// Executes commands. Cheap to clone.
#[derive(Clone)]
pub struct CommandExecutor {
    store: EventStore,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
    cache: Arc<StateCache>,
}

impl CommandExecutor {
    /// An executor over this log.
    pub fn new(store: EventStore, clock: Arc<dyn Clock>, ids: Arc<dyn IdSource>) -> Self {
        Self { store, clock, ids, cache: Arc::default() }
    }

    /// Executes one command and answers after its events are committed.
    ///
    /// With an idempotency key, a repeat gets the first result. The key is looked up where the answer would
    /// differ from a first execution: when the rules refuse, when nothing is to be done, and by the append
    /// itself; so the usual command pays no extra round trip.
    #[tracing::instrument(
        name = "command.execute",
        skip_all,
        fields(stream.type = D::Event::STREAM_TYPE.as_str(), stream.id = %envelope.stream_id, correlation.id = %envelope.correlation_id)
    )]
    pub async fn execute<D: Decider>(
        &self,
        envelope: Envelope<D::Command>,
    ) -> Result<Executed, CommandError<D::Rejection>> {
        let stream = StreamId::new(D::Event::STREAM_TYPE, envelope.stream_id);
        let cache_key = (envelope.workspace_id, stream);
        let idempotency = envelope.idempotency.as_ref().map(|idempotency| Idempotency {
            actor: actor_name(&envelope.actor),
            key: idempotency.key.clone(),
            digest: idempotency.digest,
        });
        let context = Context {
            occurred_at: envelope.occurred_at.unwrap_or_else(|| self.clock.now()),
            actor: envelope.actor.clone(),
        };
        let mut opening = self.opening::<D>(cache_key, &envelope, &context);
        let mut attempt = 0;
        loop {
            attempt += 1;
            let opening = opening.take();
            let loaded = match opening {
                Some(_) => Loaded::nothing(),
                None => self.load::<D>(envelope.workspace_id, stream).await?,
            };
            if let ExpectedVersion::Exact(expected) = envelope.expected_version
                && expected != loaded.version
            {
                if let Some(earlier) = self.earlier(envelope.workspace_id, idempotency.as_ref()).await? {
                    return Ok(earlier);
                }
                // What was cached may be behind what other nodes appended.
                if attempt == 1 && loaded.version < expected {
                    self.cache.remove(cache_key);
                    continue;
                }
                // Nobody can disagree about the version of what does not exist: the rules say that it is missing.
                if loaded.version == StreamVersion::NONE {
                    D::decide(&loaded.state, envelope.command.clone(), &context)
                        .map_err(CommandError::Rejected)?;
                }
                return Err(AppendError::Conflict { stream, expected, actual: loaded.version }.into());
            }
            let decided = match opening {
                Some(events) => Ok(events),
                None => D::decide(&loaded.state, envelope.command.clone(), &context),
            };
            let is_usual = decided.as_ref().is_ok_and(|events| !events.is_empty());
            if !is_usual
                && let Some(earlier) = self.earlier(envelope.workspace_id, idempotency.as_ref()).await?
            {
                return Ok(earlier);
            }
            let events = match decided {
                Ok(events) => events,
                Err(rejection) => {
                    // The refusal may rest on a state that other nodes have changed since it was cached.
                    if attempt == 1 && self.is_behind::<D>(envelope.workspace_id, stream, &loaded).await? {
                        self.cache.remove(cache_key);
                        continue;
                    }
                    return Err(CommandError::Rejected(rejection));
                }
            };
            if events.is_empty() && idempotency.is_none() {
                return Ok(unchanged(stream, &loaded));
            }
            let (append, after) = self.prepare::<D>(&envelope, stream, loaded, events, &context);
            match self.store.append(Append { idempotency: idempotency.clone(), ..append }).await {
                Ok(appended) => {
                    if !appended.replayed {
                        let after = Loaded { position: appended.position, ..after };
                        self.cache.insert(cache_key, after);
                    }
                    return Ok(executed(appended));
                }
                Err(AppendError::Conflict { .. } | AppendError::PersonKeyRace) if attempt < ATTEMPTS => {
                    self.cache.remove(cache_key);
                }
                Err(error) => {
                    self.cache.remove(cache_key);
                    return Err(error.into());
                }
            }
        }
    }

    /// What the command does if it is one that begins a stream, as an aggregate that does not exist accepts it. Such
    /// a command is decided without a look into the log: if the stream exists after all, the append says so.
    fn opening<D: Decider>(
        &self,
        cache_key: (WorkspaceId, StreamId),
        envelope: &Envelope<D::Command>,
        context: &Context,
    ) -> Option<Vec<D::Event>> {
        let may_begin = match envelope.expected_version {
            ExpectedVersion::Any => true,
            ExpectedVersion::Exact(version) => version == StreamVersion::NONE,
        };
        if !may_begin || self.cache.contains(cache_key) {
            return None;
        }
        let decided = D::decide(&D::State::default(), envelope.command.clone(), context);
        decided.ok().filter(|events| !events.is_empty())
    }

    /// The state and version of an aggregate, from the cache or the log.
    pub async fn state<D: Decider>(
        &self,
        workspace: WorkspaceId,
        stream: Uuid,
    ) -> Result<(D::State, StreamVersion), ReadError> {
        let loaded = self.load::<D>(workspace, StreamId::new(D::Event::STREAM_TYPE, stream)).await?;
        Ok((loaded.state, loaded.version))
    }

    async fn load<D: Decider>(
        &self,
        workspace: WorkspaceId,
        stream: StreamId,
    ) -> Result<Loaded<D::State>, ReadError> {
        if let Some(loaded) = self.cache.get((workspace, stream)) {
            return Ok(loaded);
        }
        let loaded = self.read_on::<D>(workspace, stream, Loaded::nothing()).await?;
        if loaded.version != StreamVersion::NONE {
            self.cache.insert((workspace, stream), loaded.clone());
        }
        Ok(loaded)
    }

    async fn read_on<D: Decider>(
        &self,
        workspace: WorkspaceId,
        stream: StreamId,
        mut loaded: Loaded<D::State>,
    ) -> Result<Loaded<D::State>, ReadError> {
        let after = loaded.version;
        let fold = |recorded: &Recorded| {
            if let Some(event) = D::Event::of(&recorded.event) {
                loaded.state = D::evolve(mem::take(&mut loaded.state), event);
            }
            loaded.version = recorded.version;
            loaded.position = recorded.position;
        };
        self.store.walk_stream(workspace, stream, after, fold).await?;
        Ok(loaded)
    }

    /// Whether the log has more of the stream than the state that was decided on.
    async fn is_behind<D: Decider>(
        &self,
        workspace: WorkspaceId,
        stream: StreamId,
        loaded: &Loaded<D::State>,
    ) -> Result<bool, ReadError> {
        Ok(!self.store.read_stream(workspace, stream, loaded.version, 1).await?.is_empty())
    }

    /// The digest and the result of every one of these idempotency keys of one actor that was used before.
    pub async fn earlier_of(
        &self,
        workspace: WorkspaceId,
        actor: &Actor,
        keys: &[String],
    ) -> Result<HashMap<String, (Vec<u8>, Executed)>, StoreError> {
        let found = self.store.results(workspace, &actor_name(actor), keys).await?;
        Ok(found.into_iter().map(|(key, (digest, appended))| (key, (digest, executed(appended)))).collect())
    }

    /// What an earlier execution with the same key did.
    async fn earlier(
        &self,
        workspace: WorkspaceId,
        idempotency: Option<&Idempotency>,
    ) -> Result<Option<Executed>, AppendError> {
        let Some(idempotency) = idempotency else { return Ok(None) };
        Ok(self.store.result(workspace, idempotency).await?.map(executed))
    }

    /// The append that the decision asks for, and the aggregate after it.
    fn prepare<D: Decider>(
        &self,
        envelope: &Envelope<D::Command>,
        stream: StreamId,
        loaded: Loaded<D::State>,
        events: Vec<D::Event>,
        context: &Context,
    ) -> (Append, Loaded<D::State>) {
        let (expected, last_position) = (loaded.version, loaded.position);
        let mut state = loaded.state;
        let mut version = expected;
        let mut new_events = Vec::with_capacity(events.len());
        for event in events {
            state = D::evolve(state, &event);
            version = version.next();
            new_events.push(NewEvent {
                event_id: EventId(self.ids.next_id()),
                metadata: Metadata {
                    actor: envelope.actor.clone(),
                    correlation_id: envelope.correlation_id,
                    causation_id: envelope.causation_id,
                    source: envelope.source.clone(),
                    // Known from the very event that names the person on.
                    person_id: D::person(&state).unwrap_or(PersonId(stream.id)),
                },
                occurred_at: context.occurred_at,
                event: Into::<Event>::into(event),
            });
        }
        let append = Append {
            workspace_id: envelope.workspace_id,
            stream,
            expected,
            last_position,
            events: new_events,
            idempotency: None,
            erased: envelope.erase.clone(),
        };
        (append, Loaded { state, version, position: last_position })
    }
}

fn unchanged<S>(stream: StreamId, loaded: &Loaded<S>) -> Executed {
    Executed { stream, version: loaded.version, position: loaded.position, appended: 0, replayed: false }
}

fn executed(appended: Appended) -> Executed {
    Executed {
        stream: appended.stream,
        version: appended.version,
        position: appended.position,
        appended: appended.appended,
        replayed: appended.replayed,
    }
}

/// Whose idempotency key it is. Keys of different actors never meet.
fn actor_name(actor: &Actor) -> String {
    match actor.id {
        Some(id) => format!("{:?}:{id}", actor.kind),
        None => format!("{:?}", actor.kind),
    }
}
