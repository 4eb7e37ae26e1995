//! An event as subscribers see it.

use std::sync::Arc;

use async_graphql::{ID, Json, Object, SimpleObject};
use chrono::{DateTime, Utc};
use ledgerdesk_domain::{
    event::Recorded,
    personal::{PERSONAL_MARK, SEALED_MARK},
    stream::StreamType,
};
use ledgerdesk_infrastructure::event_store::Cursor;
use serde_json::Value;
use uuid::Uuid;

use crate::graphql::{
    global_id::{self, NodeKind},
    model::enums,
};

/// Something that happened, as the log has it.
pub(crate) struct LogEvent {
    event: Arc<Recorded>,
    epoch: i32,
}

impl LogEvent {
    pub(super) fn new(event: Arc<Recorded>, epoch: i32) -> Self {
        Self { event, epoch }
    }
}

/// Who acted.
#[derive(SimpleObject)]
struct EventActor {
    /// What kind of party.
    kind: enums::ActorKind,
    /// The manager or client; null for programs.
    id: Option<ID>,
}

/// Where a fact came from.
#[derive(SimpleObject)]
struct EventSource {
    /// The entrance, such as `graphql` or `import:helpdesk`.
    system: String,
    /// The place there, such as `row 17`.
    reference: Option<String>,
}

#[Object]
impl LogEvent {
    /// Its id.
    async fn id(&self) -> ID {
        global_id::encode(NodeKind::Event, self.event.event_id.uuid()).into()
    }

    /// Its number in the log. Numbers between belong to other workspaces or were filtered out.
    async fn position(&self) -> i64 {
        self.event.position.0
    }

    /// Pass it as `after` to continue behind this event.
    async fn cursor(&self) -> String {
        let hash_prefix = self.event.hash.first_chunk::<8>().copied().unwrap_or_default();
        Cursor { epoch: self.epoch, position: self.event.position, hash_prefix }.encode()
    }

    /// Its permanent type, such as `HandoverAccepted`.
    #[graphql(name = "type")]
    async fn event_type(&self) -> &'static str {
        self.event.event.event_type()
    }

    /// What it happened to; null for the workspace itself.
    async fn stream_id(&self) -> Option<ID> {
        let kind = match self.event.stream.stream_type {
            StreamType::Consultation => NodeKind::Consultation,
            StreamType::Client => NodeKind::Client,
            StreamType::Manager => NodeKind::Manager,
            StreamType::Workspace => return None,
        };
        Some(global_id::encode(kind, self.event.stream.id).into())
    }

    /// What kind of thing it happened to: `consultation`, `client`, `manager` or `workspace`.
    async fn stream_type(&self) -> &'static str {
        self.event.stream.stream_type.as_str()
    }

    /// Its number among the events of the same thing, from 1.
    async fn version(&self) -> i32 {
        self.event.version.0
    }

    /// When it happened.
    async fn occurred_at(&self) -> DateTime<Utc> {
        self.event.occurred_at
    }

    /// When it was recorded; never runs back along the log.
    async fn recorded_at(&self) -> DateTime<Utc> {
        self.event.recorded_at
    }

    /// Who acted.
    async fn actor(&self) -> EventActor {
        let actor = &self.event.metadata.actor;
        EventActor { kind: actor.kind.into(), id: actor.id.and_then(|id| actor_id(actor.kind, id)) }
    }

    /// The request or conversation that it belongs to.
    async fn correlation_id(&self) -> Uuid {
        self.event.metadata.correlation_id
    }

    /// Where it came from.
    async fn source(&self) -> EventSource {
        let source = &self.event.metadata.source;
        EventSource { system: source.system.clone(), reference: source.reference.clone() }
    }

    /// What happened, in the newest shape of its type. Personal fields of erased persons are null.
    async fn data(&self) -> Json<Value> {
        Json(plain(self.event.event.encode_data()))
    }
}

fn actor_id(kind: ledgerdesk_domain::context::ActorKind, id: Uuid) -> Option<ID> {
    use ledgerdesk_domain::context::ActorKind;
    match kind {
        ActorKind::Manager => Some(global_id::encode(NodeKind::Manager, id).into()),
        ActorKind::Client => Some(global_id::encode(NodeKind::Client, id).into()),
        ActorKind::Bot | ActorKind::Integration | ActorKind::System => None,
    }
}

/// Without the marks of personal fields.
fn plain(value: Value) -> Value {
    match value {
        Value::Object(mut object) if object.len() == 1 => {
            if let Some(known) = object.remove(PERSONAL_MARK) {
                return known;
            }
            if object.contains_key(SEALED_MARK) {
                return Value::Null;
            }
            Value::Object(object.into_iter().map(|(key, value)| (key, plain(value))).collect())
        }
        Value::Object(object) => {
            Value::Object(object.into_iter().map(|(key, value)| (key, plain(value))).collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(plain).collect()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn personal_fields_are_shown_bare_and_erased_ones_as_null() {
        let stored = json!({
            "text": { "$personal": "hello" },
            "attachments": [{ "name": { "$sealed": 2 }, "size": 1 }],
            "party": { "kind": "BOT" },
        });
        let shown = json!({
            "text": "hello",
            "attachments": [{ "name": null, "size": 1 }],
            "party": { "kind": "BOT" },
        });
        assert_eq!(plain(stored), shown);
    }
}
