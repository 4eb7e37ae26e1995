//! Redates, ratings and calls.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Actor, page};
use crate::http::rest::wire::{CallDirection, CallOutcome, Channel, RatingState};

/// A move of a promised time, and whether the new promise was kept.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http::rest) struct Redate {
    /// Its id: opaque, permanent.
    id: String,
    /// The same id as a bare UUID.
    uuid: Uuid,
    /// The how-manieth of its consultation, from 1.
    number: i32,
    /// When the time was moved.
    redated_at: DateTime<Utc>,
    /// The time before.
    moved_from: DateTime<Utc>,
    /// The time after.
    moved_to: DateTime<Utc>,
    /// How long before the old time it was moved, in seconds; negative when that had passed.
    lead_seconds: i64,
    /// Who wanted it.
    initiator: Actor,
    /// Why; null once the client was erased.
    reason: Option<String>,
    /// Who held the consultation then.
    assignee_id: Option<String>,
    /// Call attempts that serve it.
    call_count: i32,
    /// When the first answered one of them began: the promise kept.
    answered_at: Option<DateTime<Utc>>,
    /// The position of its last event.
    position: i64,
}

page! {
    /// A page of redates.
    RedatePage of Redate
}

/// What a client thinks of the work.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http::rest) struct Rating {
    /// Its id: opaque, permanent.
    id: String,
    /// The same id as a bare UUID.
    uuid: Uuid,
    /// How far it is.
    state: RatingState,
    /// The questionnaire's key.
    #[schema(example = "support")]
    questionnaire: String,
    /// Its version.
    questionnaire_version: u32,
    /// Where the client was asked; null if nobody asked.
    channel: Option<Channel>,
    /// The answers, as they are now.
    answers: Vec<Answer>,
    /// The mean of the scores, in hundredths: 450 is 4.5.
    score: Option<i32>,
    /// Whom it is about: who held the consultation when it was resolved.
    attributed_to_id: Option<String>,
    /// When the client was asked.
    requested_at: Option<DateTime<Utc>>,
    /// When the client first answered.
    rated_at: Option<DateTime<Utc>>,
    /// When the client last changed the answer.
    revised_at: Option<DateTime<Utc>>,
    /// How often the client changed it.
    revision: u32,
    /// The position of its last event.
    position: i64,
}

/// One answer of a rating.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = RatingAnswer)]
struct Answer {
    /// The question's key in the questionnaire.
    #[schema(example = "overall")]
    question: String,
    /// The score by the question's scale; null for a question that takes a comment only.
    score: Option<u8>,
    /// What the client added; null once the client was erased.
    comment: Option<String>,
}

page! {
    /// A page of ratings.
    RatingPage of Rating
}

/// A call attempt.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http::rest) struct Call {
    /// Its id: opaque, permanent.
    id: String,
    /// The same id as a bare UUID.
    uuid: Uuid,
    /// The consultation.
    consultation_id: Option<String>,
    /// The how-manieth of its consultation, from 1.
    attempt: i32,
    /// Which way.
    direction: CallDirection,
    /// How it ended.
    outcome: CallOutcome,
    /// When it began to ring.
    started_at: DateTime<Utc>,
    /// How long it rang, in seconds.
    wait_seconds: Option<u32>,
    /// How long the two talked, in seconds.
    duration_seconds: Option<u32>,
    /// Who called or was called.
    manager_id: Option<String>,
    /// The client's number; null once the client was erased.
    #[schema(example = "+74951234567")]
    phone: Option<String>,
    /// Where the recording lies.
    recording: Option<String>,
    /// The redate that it serves.
    redate_id: Option<String>,
    /// The position of its event.
    position: i64,
}

page! {
    /// A page of calls.
    CallPage of Call
}
