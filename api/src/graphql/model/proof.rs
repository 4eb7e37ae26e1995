//! Proofs that a history is what was recorded, as the API shows them.

use std::fmt::Write as _;

use async_graphql::{
    ComplexObject, Enum, ID, SimpleObject,
    connection::{Connection, Edge},
};
use chrono::{DateTime, Utc};
use ledgerdesk_infrastructure::event_store::{Link, LinkEnd, Proof, ProvenEvent as Proven, StreamProof};

use super::{id, position::Position};
use crate::graphql::{error::Fault, global_id::NodeKind, paging};

/// Whether the history of a consultation is what was recorded, and what binds it to signed statements about the log.
/// `docs/auditing.md` says what each part shows.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct HistoryProof {
    #[graphql(skip)]
    proven: Vec<Proven>,
    /// The consultation's id.
    consultation_id: ID,
    /// Nothing speaks against the history: no event was changed, removed, inserted or moved, and no signed statement
    /// says otherwise.
    holds: bool,
    /// It holds, and every event of it is bound to a checkpoint that was signed. Without this, whoever can write the
    /// database could have written the history anew together with the chain.
    signed: bool,
    /// The first thing that is wrong; null if nothing is.
    finding: Option<ProofFinding>,
    /// How many events it has, up to the first thing that is wrong.
    event_count: usize,
    /// How many events of the workspace's chain were hashed anew and follow, those of the consultation among them. At
    /// most 200,000.
    walked_events: u64,
    /// The stretches of the workspace's chain that were walked over, in order. Together they cover every event.
    links: Vec<ProofLink>,
}

/// What is wrong with a history.
#[derive(SimpleObject)]
pub struct ProofFinding {
    /// The permanent code: `event_changed`, `event_out_of_place`, `event_inserted`, `events_swapped`, `log_replaced`.
    code: String,
    /// What is wrong, and where.
    message: String,
    /// The first position at which the log is not what was recorded, where one can be named.
    position: Option<Position>,
}

/// What a walk along the chain leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum ProofAnchor {
    /// A signed checkpoint that says the same.
    SignedCheckpoint,
    /// A signed checkpoint that says otherwise: the history was written anew, or its end is missing.
    Contradicted,
    /// A checkpoint that is not what was signed, or signed with another key.
    InvalidCheckpoint,
    /// The end of the log: no checkpoint was signed since.
    Head,
    /// The next checkpoint is further away than one answer goes: the event itself follows the one before it. An
    /// export of the stretch proves the rest.
    OutOfReach,
}

/// A stretch of the workspace's chain.
#[derive(SimpleObject)]
pub struct ProofLink {
    /// Where it begins: at an event of the consultation.
    from: Position,
    /// Up to where it goes.
    to: Position,
    /// How many of the consultation's events lie in it.
    event_count: usize,
    /// What it leads to.
    anchor: ProofAnchor,
    /// The last position of the checkpoint's statement.
    checkpoint_position: Option<Position>,
    /// When it was signed.
    checkpoint_taken_at: Option<DateTime<Utc>>,
    /// The epoch of the log in which it was signed.
    checkpoint_epoch: Option<i32>,
    /// The permanent code that says why the checkpoint proves nothing, such as `checkpoint_signature_invalid`.
    problem: Option<String>,
}

impl From<&Link> for ProofLink {
    fn from(link: &Link) -> Self {
        let mut shown = Self {
            from: link.from.into(),
            to: link.to.into(),
            event_count: link.events,
            anchor: ProofAnchor::Head,
            checkpoint_position: None,
            checkpoint_taken_at: None,
            checkpoint_epoch: None,
            problem: None,
        };
        match &link.end {
            LinkEnd::Head => {}
            LinkEnd::OutOfReach => shown.anchor = ProofAnchor::OutOfReach,
            // Its words name a file of the server.
            LinkEnd::Refused { code, .. } => {
                shown.anchor = ProofAnchor::InvalidCheckpoint;
                shown.problem = Some((*code).to_owned());
            }
            LinkEnd::Checkpoint { proof, epoch } => {
                shown.checkpoint_epoch = Some(*epoch);
                shown.anchor = match proof {
                    Proof::Same { .. } => ProofAnchor::SignedCheckpoint,
                    Proof::Differs { .. } | Proof::Beyond { .. } => ProofAnchor::Contradicted,
                };
                match proof {
                    Proof::Same { position, taken_at } | Proof::Differs { position, taken_at } => {
                        shown.checkpoint_position = Some((*position).into());
                        shown.checkpoint_taken_at = Some(*taken_at);
                    }
                    Proof::Beyond { position, .. } => shown.checkpoint_position = Some((*position).into()),
                }
            }
        }
        shown
    }
}

/// An event with what its hash is made of: SHA-256 over the 32 bytes of `previousHash` and `line` in UTF-8.
#[derive(SimpleObject)]
pub struct ProvenEvent {
    /// The event's id.
    id: ID,
    /// Its number in the log.
    position: Position,
    /// Its number in the workspace's hash chain.
    sequence: Position,
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

impl From<&Proven> for ProvenEvent {
    fn from(event: &Proven) -> Self {
        Self {
            id: id(NodeKind::Event, event.event_id),
            position: event.position.into(),
            sequence: event.sequence.into(),
            version: event.version,
            event_type: event.event_type.clone(),
            previous_hash: hex(&event.previous),
            hash: hex(&event.hash),
            line: event.line.clone(),
        }
    }
}

impl HistoryProof {
    /// The proof as the API shows it.
    pub fn new(consultation_id: ID, proof: StreamProof) -> Self {
        let (holds, signed) = (proof.holds(), proof.is_signed());
        let finding = proof.finding.as_ref().map(|finding| ProofFinding {
            code: finding.code().to_owned(),
            message: finding.to_string(),
            position: finding.position().map(Into::into),
        });
        Self {
            consultation_id,
            holds,
            signed,
            finding,
            event_count: proof.events.len(),
            walked_events: proof.walked,
            links: proof.links.iter().map(Into::into).collect(),
            proven: proof.events,
        }
    }
}

#[ComplexObject]
impl HistoryProof {
    /// Its events with their canonical lines and hashes, oldest first: what an auditor hashes anew.
    #[expect(clippy::unused_async, reason = "fields of an object are asynchronous")]
    async fn events(
        &self,
        #[graphql(desc = "How many, 1 to 100; 20 if not given.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
    ) -> Result<Connection<usize, ProvenEvent>, Fault> {
        let (begin, size) = paging::numbered(first, after.as_deref())?;
        let rest = self.proven.get(begin..).unwrap_or_default();
        let mut connection = Connection::new(begin > 0, rest.len() > size);
        let edges = rest.iter().take(size).zip(begin..);
        connection.edges.extend(edges.map(|(event, place)| Edge::new(place, event.into())));
        Ok(connection)
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a string does not fail.
        _ = write!(text, "{byte:02x}");
        text
    })
}
