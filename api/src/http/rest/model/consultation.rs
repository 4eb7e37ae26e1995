//! A consultation.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Actor, Attributes, ExternalReference, Source};
use crate::http::rest::wire::{Channel, HandoverPhase, Priority, Status};

/// A client's question and all the work with it.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http::rest) struct Consultation {
    /// Its id: opaque, permanent.
    #[schema(example = "Y28BkPPCfB59U58KPS9aG2x9")]
    id: String,
    /// The same id as a bare UUID.
    uuid: Uuid,
    /// What it is about, in a line; null once the client was erased.
    #[schema(example = "The printer prints stripes")]
    topic: Option<String>,
    /// The stage.
    status: Status,
    /// Since when it has this status.
    status_since: DateTime<Utc>,
    /// How urgent.
    priority: Priority,
    /// Where it came in.
    channel: Channel,
    /// The client's language, ISO 639-1.
    #[schema(example = "ru")]
    language: Option<String>,
    /// The team responsible.
    team: Option<String>,
    /// Its tags, sorted.
    tags: Vec<String>,
    /// Who asks; null until known.
    client_id: Option<String>,
    /// The manager responsible.
    assignee_id: Option<String>,
    /// The consultation that carries on in its place, if it was merged.
    merged_into_id: Option<String>,
    /// When the client asked.
    opened_at: DateTime<Utc>,
    /// When the last thing happened.
    updated_at: DateTime<Utc>,
    /// When to look again, while it is on hold until a time.
    hold_until: Option<DateTime<Utc>>,
    /// Since when the client waits for a word from us; null when we wrote last or the work is done.
    waiting_since: Option<DateTime<Utc>>,
    /// The time promised to the client, or the start of the window promised.
    appointed_for: Option<DateTime<Utc>>,
    /// The end of that window; the same as `appointedFor` where a moment was promised.
    appointed_until: Option<DateTime<Utc>>,
    /// How often that time was moved.
    redate_count: i32,
    /// Messages both ways.
    message_count: i32,
    /// Internal notes.
    note_count: i32,
    /// Call attempts both ways.
    call_count: i32,
    /// Handovers requested.
    handover_count: i32,
    /// How often it was reopened.
    reopen_count: i32,
    /// The first message to the client, a bot's included.
    first_reply_at: Option<DateTime<Utc>>,
    /// The first message of a person to the client.
    first_response_at: Option<DateTime<Utc>>,
    /// When it was last resolved; null if it was reopened since.
    resolved_at: Option<DateTime<Utc>>,
    /// When it was closed; null if it was reopened since.
    closed_at: Option<DateTime<Utc>>,
    /// How far the open handover is; null when there is none.
    open_handover_phase: Option<HandoverPhase>,
    /// The newest rating's mean score, in hundredths: 450 is 4.5.
    rating_score: Option<i32>,
    /// How many events it has; `If-Match` takes it.
    version: i32,
    /// The position of its last event.
    position: i64,
    /// What its page shows beyond a list.
    detail: Option<Detail>,
}

/// What a consultation's page shows beyond a list.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ConsultationDetail)]
struct Detail {
    /// What was asked, at length; null once the client was erased.
    description: Option<String>,
    /// Custom attributes: an object of texts, whole numbers and booleans.
    #[schema(schema_with = super::attributes)]
    attributes: Attributes,
    /// What the catalogs say it is about, sorted.
    catalog: Vec<CatalogReference>,
    /// The same thing in other systems, in the order in which they became known.
    external_references: Vec<ExternalReference>,
    /// Who opened it.
    opened_by: Actor,
    /// Where it came from.
    source: Source,
    /// Why it has its status: what it waits for, why it was cancelled or reopened.
    status_reason: Option<String>,
    /// What was done when it was last resolved.
    resolution: Option<String>,
    /// The kind of resolution, by the workspace's list.
    resolution_code: Option<String>,
}

/// A reference into a catalog.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct CatalogReference {
    /// The catalog: the `kind` of its entries.
    #[schema(example = "section")]
    catalog: String,
    /// The entry's `externalId`.
    #[schema(example = "000000017")]
    key: String,
    /// The entry itself; null if the workspace keeps no such entry.
    entry: Option<EntryTitle>,
}

/// What people read of an entry.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = CatalogEntryTitle)]
struct EntryTitle {
    /// What people read.
    #[schema(example = "Печать документов")]
    title: String,
    /// Whether it can still be chosen.
    active: bool,
}

impl Consultation {
    pub(in crate::http::rest) const fn version(&self) -> i32 {
        self.version
    }
}
