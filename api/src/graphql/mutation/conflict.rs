//! What a caller is told who had seen an older version: what came in between, so that it can decide anew.

use async_graphql::{
    Context, Error, ErrorExtensions as _, Name, Value, connection::CursorType as _, indexmap::IndexMap,
};
use chrono::SecondsFormat;
use ledgerdesk_domain::{
    context::ActorKind,
    event::{Event, Recorded},
    id::ConsultationId,
    stream::{StreamId, StreamType, StreamVersion},
};
use ledgerdesk_infrastructure::{
    auth::Permission,
    event_store::{Cursor, EventStore},
};
use ledgerdesk_projections::{
    history::{self, Kind, payload_without_personal},
    read::{Key, wire},
};

use super::reach::is_in_reach;
use crate::graphql::{
    caller::Caller,
    error::Fault,
    global_id::{self, NodeKind},
    paging,
};

/// Most events that an error carries; the cursor leads to the others.
const MAX_EVENTS: usize = 20;

/// The version that the stream has and the one that was expected.
pub(super) struct Conflict {
    pub(super) stream: StreamId,
    pub(super) expected: StreamVersion,
    pub(super) actual: StreamVersion,
}

/// The error `CONFLICT`, with the events after the expected version.
pub(super) async fn told(ctx: &Context<'_>, caller: &Caller, conflict: Conflict) -> Result<Error, Fault> {
    let Conflict { stream, expected, actual } = conflict;
    let store = ctx.data::<EventStore>()?;
    let mut events = Vec::new();
    if expected < actual && may_see(ctx, caller, stream).await? {
        events = store.read_stream(caller.workspace_id, stream, expected, MAX_EVENTS + 1).await?;
    }
    let has_more = events.len() > MAX_EVENTS;
    events.truncate(MAX_EVENTS);
    let cursor = events.last().map(|last| cursor(store, stream, last));
    let shown: Vec<Value> = events.iter().map(|event| shown(event)).collect();
    // The stream's own name holds a bare id; the caller knows what it asked for.
    let message = if expected < actual {
        format!("it is at version {}, not {}; look at what came in between", actual.0, expected.0)
    } else {
        format!("it is at version {} and was never at {}; read it again", actual.0, expected.0)
    };
    Ok(Error::new(message).extend_with(|_, extensions| {
        extensions.set("code", "CONFLICT");
        extensions.set("expected", expected.0);
        extensions.set("actual", actual.0);
        extensions.set("events", shown.clone());
        extensions.set("hasMore", has_more);
        extensions.set("cursor", cursor.clone().map_or(Value::Null, Value::from));
    }))
}

/// Who may change something may not therefore look at it, and it may have gone out of reach just now.
async fn may_see(ctx: &Context<'_>, caller: &Caller, stream: StreamId) -> Result<bool, Fault> {
    let needed = match stream.stream_type {
        StreamType::Consultation => Permission::ConsultationsRead,
        _ => Permission::EventsRead,
    };
    Ok(caller.require(needed).is_ok() && is_in_reach(ctx, caller, stream).await?)
}

/// Where the events go on: in `history` of a consultation, in `events` of everything else.
fn cursor(store: &EventStore, stream: StreamId, last: &Recorded) -> String {
    if stream.stream_type == StreamType::Consultation {
        let filter = history::Filter { consultation: Some(ConsultationId(stream.id)), ..Default::default() };
        let key = Key { value: last.position.0, id: last.event_id.uuid() };
        return paging::cursor::<history::Row>(&filter, history::keyset(false), key).encode_cursor();
    }
    Cursor::after_event(store.head().epoch, last).encode()
}

/// One event, without what is personal.
fn shown(recorded: &Recorded) -> Value {
    let (kind, details) = match &recorded.event {
        Event::Consultation(event) => (Some(wire(&Kind::of(event))), payload_without_personal(event)),
        Event::Client(event) => (None, payload_without_personal(event)),
        Event::Manager(event) => (None, payload_without_personal(event)),
        Event::Workspace(event) => (None, payload_without_personal(event)),
        Event::CatalogEntry(event) => (None, payload_without_personal(event)),
    };
    let actor = &recorded.metadata.actor;
    let actor_id = match (actor.kind, actor.id) {
        (ActorKind::Manager, Some(id)) => Some(global_id::encode(NodeKind::Manager, id)),
        (ActorKind::Client, Some(id)) => Some(global_id::encode(NodeKind::Client, id)),
        _ => None,
    };
    let time = |time: chrono::DateTime<chrono::Utc>| time.to_rfc3339_opts(SecondsFormat::AutoSi, true);
    object([
        ("id", global_id::encode(NodeKind::Event, recorded.event_id.uuid()).into()),
        ("eventType", recorded.event.event_type().into()),
        ("kind", kind.map_or(Value::Null, Value::from)),
        ("version", recorded.version.0.into()),
        ("position", recorded.position.0.into()),
        ("occurredAt", time(recorded.occurred_at).into()),
        ("recordedAt", time(recorded.recorded_at).into()),
        (
            "actor",
            object([("kind", wire(&actor.kind).into()), ("id", actor_id.map_or(Value::Null, Value::from))]),
        ),
        ("details", Value::from_json(details).unwrap_or_default()),
    ])
}

fn object<const N: usize>(fields: [(&str, Value); N]) -> Value {
    let fields: IndexMap<Name, Value> =
        fields.into_iter().map(|(name, value)| (Name::new(name), value)).collect();
    Value::Object(fields)
}
