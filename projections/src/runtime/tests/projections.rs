//! Two small projections: one that changes rows, one that only adds them.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use chrono::{DateTime, Utc};
use ledgerdesk_domain::{
    consultation::ConsultationEvent,
    event::{Event, Recorded},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::runtime::{Definition, Projection};

/// Consultations with their topics and tags. The tag `panic` panics and the tag `overflow` makes a row that
/// the table refuses, until the projection is mended.
pub(super) struct Topics {
    definition: &'static Definition,
    mended: Arc<AtomicBool>,
}

impl Topics {
    pub(super) fn new(version: i32, mended: &Arc<AtomicBool>) -> Self {
        let definition = if version == 1 { &TOPICS } else { &TOPICS_2 };
        Self { definition, mended: Arc::clone(mended) }
    }
}

const TOPICS: Definition = Definition {
    name: "topics",
    version: 1,
    table_sql: "create table {schema}.topics (
        id uuid primary key, workspace_id uuid not null, person_id uuid, topic text, tags jsonb not null,
        labels text[] not null, changes integer not null check (changes < 1000000), flag boolean,
        changed_at timestamptz not null,
        search tsvector generated always as (to_tsvector('simple', coalesce(topic, ''))) stored);
        create index topics_by_change on {schema}.topics (workspace_id, changed_at, id);",
    columns: &["id", "workspace_id", "person_id", "topic", "tags", "labels", "changes", "flag", "changed_at"],
    key_column: "id",
    personal: &["topic"],
    insert_only: false,
};
const TOPICS_2: Definition = Definition { version: 2, ..TOPICS };

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(clippy::struct_field_names, reason = "a topic has a topic")]
pub(super) struct Topic {
    id: Uuid,
    workspace_id: Uuid,
    person_id: Option<Uuid>,
    topic: Option<String>,
    tags: Vec<String>,
    labels: Vec<String>,
    changes: i64,
    flag: Option<bool>,
    changed_at: DateTime<Utc>,
}

impl Projection for Topics {
    type Row = Topic;

    fn definition(&self) -> &'static Definition {
        self.definition
    }

    fn keys(&self, event: &Recorded, keys: &mut Vec<Uuid>) {
        if let Event::Consultation(_) = event.event {
            keys.push(event.stream.id);
        }
    }

    fn apply(&self, row: Option<Topic>, key: Uuid, event: &Recorded) -> Option<Topic> {
        let mut row = row.unwrap_or(Topic {
            id: key,
            workspace_id: event.workspace_id.uuid(),
            person_id: Some(event.metadata.person_id.uuid()),
            topic: None,
            tags: Vec::new(),
            labels: Vec::new(),
            changes: 0,
            flag: None,
            changed_at: event.occurred_at,
        });
        row.changes += 1;
        row.changed_at = event.occurred_at;
        let mended = self.mended.load(Ordering::Relaxed);
        match &event.event {
            Event::Consultation(ConsultationEvent::ConsultationOpened(opened)) => {
                row.topic = opened.topic.known().cloned();
            }
            Event::Consultation(ConsultationEvent::TagsChanged(tags)) => {
                match tags.added.first().map(String::as_str) {
                    Some("panic") if !mended => panic!("poisoned on purpose"),
                    Some("overflow") if !mended => row.changes = 1_000_000,
                    _ => {}
                }
                row.tags.extend(tags.added.iter().cloned());
                row.labels.extend(tags.added.iter().map(|tag| format!("{tag}, {}", self.definition.version)));
            }
            _ => return None,
        }
        Some(row)
    }

    fn complete(&self, row: &mut Topic) {
        row.flag = (row.changes % 3 != 0).then_some(row.changes % 2 == 0);
    }
}

/// One row for every event of a consultation.
pub(super) struct Trail;

const TRAIL: Definition = Definition {
    name: "trail",
    version: 1,
    table_sql: "create table {schema}.trail (
        event_id uuid primary key, workspace_id uuid not null, position bigint not null);",
    columns: &["event_id", "workspace_id", "position"],
    key_column: "event_id",
    personal: &[],
    insert_only: true,
};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Step {
    event_id: Uuid,
    workspace_id: Uuid,
    position: i64,
}

impl Projection for Trail {
    type Row = Step;

    fn definition(&self) -> &'static Definition {
        &TRAIL
    }

    fn keys(&self, event: &Recorded, keys: &mut Vec<Uuid>) {
        if let Event::Consultation(_) = event.event {
            keys.push(event.event_id.uuid());
        }
    }

    fn apply(&self, _: Option<Step>, key: Uuid, event: &Recorded) -> Option<Step> {
        Some(Step { event_id: key, workspace_id: event.workspace_id.uuid(), position: event.position.0 })
    }
}
