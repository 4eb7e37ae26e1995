//! What verifying a history found.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::http::rest::wire::ProofAnchor;

/// Whether a history is what was recorded, and what binds it to signed statements about the log.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http::rest) struct Verification {
    /// The consultation's id.
    consultation_id: String,
    /// Nothing speaks against the history: no event was changed, removed, inserted or moved, and no signed statement
    /// says otherwise.
    holds: bool,
    /// It holds, and every event of it is bound to a checkpoint that was signed.
    signed: bool,
    /// The first thing that is wrong; null if nothing is.
    finding: Option<Finding>,
    /// How many events it has, up to the first thing that is wrong.
    event_count: u64,
    /// How many events of the workspace's chain were hashed anew and follow.
    walked_events: u64,
    /// The stretches of the workspace's chain that were walked over, in order. Together they cover every event.
    links: Vec<Link>,
    /// Its events with their canonical lines and hashes, the oldest first.
    events: ProvenEventPage,
}

/// What is wrong with a history.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(in crate::http::rest) struct Finding {
    /// The permanent code: `event_changed`, `event_out_of_place`, `event_inserted`, `events_swapped`, `log_replaced`.
    code: String,
    /// What is wrong, and where.
    message: String,
    /// The first position at which the log is not what was recorded, where one can be named.
    position: Option<i64>,
}

/// A stretch of the workspace's chain.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http::rest) struct Link {
    /// Where it begins: at an event of the consultation.
    from: i64,
    /// Up to where it goes.
    to: i64,
    /// How many of the consultation's events lie in it.
    event_count: u64,
    /// What it leads to.
    anchor: ProofAnchor,
    /// The last position of the checkpoint's statement.
    checkpoint_position: Option<i64>,
    /// When it was signed.
    checkpoint_taken_at: Option<DateTime<Utc>>,
    /// The epoch of the log in which it was signed.
    checkpoint_epoch: Option<i32>,
    /// The permanent code that says why the checkpoint proves nothing, such as `checkpoint_signature_invalid`.
    problem: Option<String>,
}

/// Events of a proof.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(in crate::http::rest) struct ProvenEventPage {
    /// The events, at most `limit`.
    #[schema(max_items = 100)]
    items: Vec<ProvenEvent>,
    /// Where the next ones begin: pass it as `cursor`. Null after the last.
    next: Option<String>,
}

/// An event with what its hash is made of: SHA-256 over the 32 bytes of `previousHash` and `line` in UTF-8.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http::rest) struct ProvenEvent {
    /// The event's id: opaque, permanent.
    id: String,
    /// The same id as a bare UUID.
    uuid: Uuid,
    /// Its number in the log.
    position: i64,
    /// Its number in the workspace's hash chain.
    sequence: i64,
    /// Its number in the consultation's stream, from 1 without gaps.
    version: i32,
    /// Its permanent wire name.
    event_type: String,
    /// The hash of the workspace's event before it, in hexadecimal; zeroes before the first.
    previous_hash: String,
    /// Its own hash, in hexadecimal.
    hash: String,
    /// Its canonical line. Personal values are in it as a digest of their ciphertext.
    line: String,
}
