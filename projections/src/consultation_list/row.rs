//! A row of `consultation_list`.

use chrono::{DateTime, Utc};
use ledgerdesk_domain::{
    consultation::{Channel, Priority, Status},
    id::{ClientId, ConsultationId, HandoverId, ManagerId, PersonId, WorkspaceId},
};
use serde::{Deserialize, Serialize};

/// How far an open handover is. The stored text is permanent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum HandoverPhase {
    /// Waits for an offer.
    Requested,
    /// Waits for the manager who was asked.
    Offered,
    /// Somebody took over and works on it.
    Accepted,
}

/// A consultation in a list. Times are those of the facts (`occurred_at`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Which consultation.
    pub id: ConsultationId,
    /// Whose.
    pub workspace_id: WorkspaceId,
    /// Whose erasure empties the topic.
    pub person_id: PersonId,
    /// Who asks, once known.
    pub client_id: Option<ClientId>,
    /// What it is about, unless erased.
    pub topic: Option<String>,
    /// The stage.
    pub status: Status,
    /// How urgent.
    pub priority: Priority,
    /// `priority` as a number that grows with it.
    pub priority_rank: i16,
    /// Where it came in.
    pub channel: Channel,
    /// ISO 639-1.
    pub language: Option<String>,
    /// The team responsible.
    pub team: Option<String>,
    /// The manager responsible.
    pub assignee: Option<ManagerId>,
    /// Sorted.
    pub tags: Vec<String>,
    /// When the client asked.
    pub opened_at: DateTime<Utc>,
    /// When the last thing happened.
    pub updated_at: DateTime<Utc>,
    /// Since when it has its status.
    pub status_since: DateTime<Utc>,
    /// When to look again, while it is on hold until a time.
    pub hold_until: Option<DateTime<Utc>>,
    /// Since when the client waits for a word from us; none after one, and none once the work is done.
    pub waiting_since: Option<DateTime<Utc>>,
    /// The time promised, or the start of the window promised.
    pub appointed_for: Option<DateTime<Utc>>,
    /// The end of that window; the same time where a moment was promised.
    pub appointed_until: Option<DateTime<Utc>>,
    /// How often that time moved.
    pub redate_count: i32,
    /// Messages both ways.
    pub message_count: i32,
    /// Internal notes.
    pub note_count: i32,
    /// Call attempts both ways.
    pub call_count: i32,
    /// Handovers requested.
    pub handover_count: i32,
    /// How often it was reopened.
    pub reopen_count: i32,
    /// The first message to the client, a bot's included.
    pub first_reply_at: Option<DateTime<Utc>>,
    /// The first message of a person to the client.
    pub first_response_at: Option<DateTime<Utc>>,
    /// When it was last resolved, unless reopened since.
    pub resolved_at: Option<DateTime<Utc>>,
    /// When it was closed, unless reopened since.
    pub closed_at: Option<DateTime<Utc>>,
    /// The open handover.
    pub open_handover_id: Option<HandoverId>,
    /// How far that is.
    pub open_handover: Option<HandoverPhase>,
    /// The newest rating: mean score in hundredths.
    pub rating_score: Option<i32>,
    /// The consultation that carries on in its place.
    pub merged_into: Option<ConsultationId>,
    /// Its stream's version.
    pub version: i32,
    /// The position of the last event in the row.
    pub last_position: i64,
}
