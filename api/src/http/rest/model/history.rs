//! An entry of a timeline.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Actor, Source};
use crate::http::rest::wire::HistoryKind;

/// An entry of a consultation's timeline: who, when, from what to what. One per event; entries never change.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http::rest) struct HistoryEntry {
    /// The event's id: opaque, permanent.
    id: String,
    /// The same id as a bare UUID.
    uuid: Uuid,
    /// The consultation's id.
    consultation_id: String,
    /// What it is about.
    kind: HistoryKind,
    /// The event's permanent wire name, such as `HandoverAccepted`.
    #[schema(example = "ConsultationOpened")]
    event_type: String,
    /// Who acted.
    actor: Actor,
    /// What was before: an enum value, a bare UUID, a time (RFC 3339), a list separated by commas; null where nothing
    /// was.
    from: Option<String>,
    /// What is after, in the same spelling.
    to: Option<String>,
    /// The words: a message, a reason, a note, a comment; null where there are none and once erased.
    text: Option<String>,
    /// The event's payload without its personal fields; ids in it are bare UUIDs.
    #[schema(value_type = Object)]
    details: Value,
    /// When it happened.
    occurred_at: DateTime<Utc>,
    /// When it was recorded.
    recorded_at: DateTime<Utc>,
    /// Its number in the log.
    position: i64,
    /// Its number in the consultation's stream, from 1.
    version: i32,
    /// Where the fact came from.
    source: Source,
    /// The request or conversation that it belongs to.
    correlation_id: Uuid,
    /// The command or event that caused it; null where a caller did.
    causation_id: Option<Uuid>,
}

super::page! {
    /// A page of a timeline.
    HistoryPage of HistoryEntry
}
