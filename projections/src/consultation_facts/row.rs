//! A row of `consultation_facts`, and the facts of which a consultation may have several.

use chrono::{DateTime, Utc};
use ledgerdesk_domain::{
    consultation::{Attributes, CatalogReference, Channel, Priority, Status},
    context::ActorKind,
    id::{ClientId, ConsultationId, ManagerId, WorkspaceId},
};
use serde::{Deserialize, Serialize};

use super::Step;

/// What metrics measure in a consultation. Times are those of the facts (`occurred_at`), durations are in milliseconds,
/// managers and teams are those who held it at that moment unless said otherwise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Which consultation.
    pub id: ConsultationId,
    /// Whose.
    pub workspace_id: WorkspaceId,
    /// Who asks, as known now.
    pub client_id: Option<ClientId>,
    /// Its stage, in the order of the log.
    pub status: Status,
    /// How urgent it is now.
    pub priority: Priority,
    /// Where it came in.
    pub channel: Channel,
    /// The client's language.
    pub language: Option<String>,
    /// The team responsible, in the order of the log.
    pub team: Option<String>,
    /// Who holds it, in the order of the log.
    pub assignee: Option<ManagerId>,
    /// Its tags now.
    pub tags: Vec<String>,
    /// What the catalogs say it is about now.
    pub catalog: Vec<CatalogReference>,
    /// Its custom attributes now.
    pub attributes: Attributes,
    /// Into which it was merged.
    pub merged_into: Option<ConsultationId>,
    /// When the client asked.
    pub opened_at: DateTime<Utc>,
    /// Where in the log.
    pub opened_position: i64,
    /// The team that it was queued for.
    pub opened_team: Option<String>,
    /// The first message to the client, by whomever: a manager, a bot, the system.
    pub first_reply_at: Option<DateTime<Utc>>,
    /// How long after the opening.
    pub first_reply_ms: Option<i64>,
    /// The manager who wrote it; nobody for a program.
    pub first_reply_by: Option<ManagerId>,
    /// The team then.
    pub first_reply_team: Option<String>,
    /// Where in the log.
    pub first_reply_position: Option<i64>,
    /// The first message of a person to the client.
    pub first_response_at: Option<DateTime<Utc>>,
    /// How long after the opening.
    pub first_response_ms: Option<i64>,
    /// Who wrote it.
    pub first_response_by: Option<ManagerId>,
    /// The team then.
    pub first_response_team: Option<String>,
    /// Where in the log.
    pub first_response_position: Option<i64>,
    /// The first resolution.
    pub first_resolution_at: Option<DateTime<Utc>>,
    /// How long after the opening.
    pub first_resolution_ms: Option<i64>,
    /// Who held it.
    pub first_resolution_by: Option<ManagerId>,
    /// The team then.
    pub first_resolution_team: Option<String>,
    /// Where in the log.
    pub first_resolution_position: Option<i64>,
    /// The last resolution, if it stands.
    pub full_resolution_at: Option<DateTime<Utc>>,
    /// How long after the opening.
    pub full_resolution_ms: Option<i64>,
    /// The same without the time between a resolution and the reopening that followed.
    pub full_resolution_open_ms: Option<i64>,
    /// Who held it.
    pub full_resolution_by: Option<ManagerId>,
    /// The team then.
    pub full_resolution_team: Option<String>,
    /// Where in the log.
    pub full_resolution_position: Option<i64>,
    /// How long it was queued, in progress or on hold until that resolution.
    pub requester_wait_ms: Option<i64>,
    /// How long it was queued or in progress until that resolution.
    pub agent_work_ms: Option<i64>,
    /// Messages of persons to the client until that resolution.
    pub reply_count: Option<i32>,
    /// Reopenings until that resolution.
    pub reopen_count: Option<i32>,
    /// Stays with a manager until that resolution; coming back is a new stay.
    pub assignee_stations: Option<i32>,
    /// Stays with a team until that resolution.
    pub team_stations: Option<i32>,
    /// When the first outbound call began to ring.
    pub first_attempt_at: Option<DateTime<Utc>>,
    /// Who called.
    pub first_attempt_by: Option<ManagerId>,
    /// Outbound calls.
    pub attempt_count: i32,
    /// When the first outbound call that was answered began to ring.
    pub answered_attempt_at: Option<DateTime<Utc>>,
    /// Who called.
    pub answered_attempt_by: Option<ManagerId>,
    /// The how-manieth attempt that was, from 1.
    pub answered_attempt: Option<i32>,
    /// Answers after the first one.
    pub responses: Vec<Answered>,
    /// Every resolution.
    pub resolutions: Vec<Ended>,
    /// Every reopening.
    pub reopenings: Vec<Ended>,
    /// Every promised time that was decided.
    pub promises: Vec<Promise>,
    /// Its whole life in spans of the same stage, manager and team.
    pub stretches: Vec<Stretch>,
    /// What happened, in its order.
    pub journal: Vec<Step>,
    /// The position of the last event in the row.
    pub last_position: i64,
}

/// A message of the client that waited for one of ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// When we answered.
    pub at: DateTime<Utc>,
    /// When the oldest message without an answer came.
    pub since: DateTime<Utc>,
    /// How long after it.
    pub ms: i64,
    /// Who answered.
    pub by: Option<ManagerId>,
    /// The team then.
    pub team: Option<String>,
    /// Where that message is in the log.
    pub start: i64,
    /// Where the answer is.
    pub stop: i64,
}

/// A moment: a resolution or a reopening.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// When.
    pub at: DateTime<Utc>,
    /// Who held it.
    pub by: Option<ManagerId>,
    /// The team then.
    pub team: Option<String>,
    /// Where in the log.
    pub stop: i64,
}

/// What became of a promised time. The stored text is permanent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Kept {
    /// The two talked before its end.
    Kept,
    /// Its end passed without that.
    Missed,
}

/// A promised time that was neither moved in time nor is still to come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promise {
    /// The time, or the start of the window.
    pub at: DateTime<Utc>,
    /// What became of it.
    pub kept: Kept,
    /// From the promised time to the beginning of the call that kept it; less than nothing for one that came early.
    pub ms: Option<i64>,
    /// Who wanted this time: nobody in particular for a first promise.
    pub initiator: Option<ActorKind>,
    /// Who held it when it was decided.
    pub by: Option<ManagerId>,
    /// The team then.
    pub team: Option<String>,
    /// Where it was promised in the log.
    pub start: i64,
    /// Where it was decided.
    pub stop: i64,
}

/// A span in which stage, manager and team stayed the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stretch {
    /// The stage.
    pub status: Status,
    /// Who held it.
    pub by: Option<ManagerId>,
    /// The team.
    pub team: Option<String>,
    /// When it began.
    pub from: DateTime<Utc>,
    /// When it ended; nothing while it lasts.
    pub until: Option<DateTime<Utc>>,
    /// Where it began in the log.
    pub start: i64,
}
