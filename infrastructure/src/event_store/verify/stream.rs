//! Whether the events of one stream are what was appended, and bound to a signed statement about the log.
//!
//! A hash covers everything before it, so an event is proven by the chain from it to a hash that was signed. That is a
//! walk over the workspace's events in between: from each event to the first checkpoint behind it, and no further. With
//! checkpoints every hour, a proof costs the hours in which something happened, however long the log is.

use std::collections::HashMap;

use ledgerdesk_domain::{
    id::WorkspaceId,
    stream::{Position, StreamId},
};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, PgPool};
use uuid::Uuid;

use super::{Anchors, Finding, Mode, Walk};
use crate::event_store::{
    canonical::{GENESIS, Hash},
    checkpoint::{Checkpoint, Proof},
    codec::COLUMNS,
    scan::{self, Range, Rows},
    stored::{Place, RawEvent, Scratch},
};

/// Most events of a workspace that one proof walks over.
pub const LONGEST_PROOF: i64 = 200_000;

/// Most events of a stream that one proof shows.
const MOST_EVENTS: usize = 20_000;

/// An event with what shows that it is what was appended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvenEvent {
    /// The number in the log.
    pub position: i64,
    /// The number in the workspace.
    pub sequence: i64,
    /// The number in the stream.
    pub version: i32,
    /// Which event.
    pub event_id: Uuid,
    /// The wire name.
    pub event_type: String,
    /// The hash of the workspace's event before it; zeroes before the first.
    pub previous: Hash,
    /// Its own hash.
    pub hash: Hash,
    /// What is hashed behind `previous`; personal values are in it as a digest.
    pub line: String,
}

/// A stretch of the workspace's chain that was walked over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The position of its first event, which is one of the stream's.
    pub from: Position,
    /// The last position that it covers.
    pub to: Position,
    /// How many of the stream's events lie in it.
    pub events: usize,
    /// What it leads to.
    pub end: LinkEnd,
}

/// What a walk leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkEnd {
    /// A signed statement, and whether it says the same.
    Checkpoint {
        /// What comparing with it shows.
        proof: Proof,
        /// The epoch that it was signed in.
        epoch: i32,
    },
    /// The end of the log: nothing has been signed since.
    Head,
    /// The next one is further away than a proof goes; the event itself follows the one before it.
    OutOfReach,
    /// A checkpoint that proves nothing.
    Refused {
        /// Its permanent code.
        code: &'static str,
        /// What is wrong with it.
        message: String,
    },
}

/// What verifying a stream showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamProof {
    /// Every event of the stream, up to the first thing that is wrong.
    pub events: Vec<ProvenEvent>,
    /// How many events of the workspace's chain were hashed anew and follow.
    pub walked: u64,
    /// The walks, in order; together they cover every event.
    pub links: Vec<Link>,
    /// The first thing that is wrong, if anything is.
    pub finding: Option<Finding>,
}

impl StreamProof {
    /// Whether nothing speaks against it.
    pub fn holds(&self) -> bool {
        let contradicts = |link: &Link| match &link.end {
            LinkEnd::Checkpoint { proof, .. } => !matches!(proof, Proof::Same { .. }),
            LinkEnd::Refused { .. } => true,
            LinkEnd::Head | LinkEnd::OutOfReach => false,
        };
        self.finding.is_none() && !self.links.iter().any(contradicts)
    }

    /// Whether every event is bound to a signed statement.
    pub fn is_signed(&self) -> bool {
        self.holds() && self.links.iter().all(|link| matches!(link.end, LinkEnd::Checkpoint { .. }))
    }
}

/// Verifies the events of one stream of a workspace, in one snapshot of the log.
pub async fn verify_stream(
    pool: &PgPool,
    workspace: WorkspaceId,
    stream: StreamId,
    anchors: &Anchors,
) -> Result<StreamProof, sqlx::Error> {
    let mut connection = pool.acquire().await?;
    let mut snapshot = connection.begin().await?;
    sqlx::query("set transaction isolation level repeatable read, read only").execute(&mut *snapshot).await?;
    let (epoch, head): (i32, i64) = sqlx::query_as(
        "select h.epoch, coalesce((select max(position) from ledgerdesk.events), 0) from ledgerdesk.log_head h",
    )
    .fetch_one(&mut *snapshot)
    .await?;
    let (mut proof, beyond) = events(&mut snapshot, workspace, stream).await?;
    let mut next = 0;
    while proof.finding.is_none() && next < proof.events.len() {
        let goal = match anchors.behind(epoch, proof.events[next].position).await {
            Ok(Some(checkpoint)) => Goal::Checkpoint(checkpoint),
            Ok(None) => Goal::Head,
            Err(refused) => Goal::Refused(refused),
        };
        next = walk(&mut snapshot, workspace, &mut proof, (next, head), goal).await?;
    }
    if let (Some(position), None) = (beyond.map(Position), &proof.finding) {
        proof.links.push(Link { from: position, to: position, events: 0, end: LinkEnd::OutOfReach });
    }
    Ok(proof)
}

/// Reads the stream's events and checks each by itself: its version, and that it follows the hash before it.
/// Answers, too, where the first event is that is too many.
async fn events(
    snapshot: &mut PgConnection,
    workspace: WorkspaceId,
    stream: StreamId,
) -> Result<(StreamProof, Option<i64>), sqlx::Error> {
    let rows = sqlx::query(AssertSqlSafe(format!(
        "select {COLUMNS} from ledgerdesk.events \
          where workspace_id = $1 and stream_type = $2 and stream_id = $3 order by stream_version limit $4"
    )))
    .bind(workspace.uuid())
    .bind(stream.stream_type.as_str())
    .bind(stream.id)
    .bind(i64::try_from(MOST_EVENTS).unwrap_or(i64::MAX) + 1)
    .fetch_all(&mut *snapshot)
    .await?;
    let mut events = rows.iter().map(RawEvent::of).collect::<Result<Vec<_>, _>>()?;
    let beyond = events.get(MOST_EVENTS).map(|event| event.position);
    events.truncate(MOST_EVENTS);
    let before: Vec<i64> = events.iter().map(|event| event.workspace_sequence - 1).collect();
    let hashes: HashMap<i64, Vec<u8>> = sqlx::query_as(
        "select workspace_sequence, hash from ledgerdesk.events \
          where workspace_id = $1 and workspace_sequence = any($2)",
    )
    .bind(workspace.uuid())
    .bind(&before)
    .fetch_all(&mut *snapshot)
    .await?
    .into_iter()
    .collect();
    let mut proof = StreamProof { events: Vec::new(), walked: 0, links: Vec::new(), finding: None };
    let mut scratch = Scratch::default();
    for event in &events {
        let previous = hashes.get(&(event.workspace_sequence - 1));
        let previous: Hash = previous.and_then(|hash| hash.as_slice().try_into().ok()).unwrap_or(GENESIS);
        proof.finding = check(event, proof.events.len(), previous, &mut scratch);
        if proof.finding.is_some() {
            return Ok((proof, beyond));
        }
        proof.events.push(ProvenEvent {
            position: event.position,
            sequence: event.workspace_sequence,
            version: event.stream_version,
            event_id: event.event_id,
            event_type: event.event_type.to_owned(),
            previous,
            hash: event.hash.try_into().unwrap_or(GENESIS),
            line: event.canonical_line(),
        });
    }
    if beyond.is_none() {
        proof.finding = is_ahead(snapshot, workspace, stream, proof.events.len()).await?;
    }
    Ok((proof, beyond))
}

fn check(event: &RawEvent<'_>, known: usize, previous: Hash, scratch: &mut Scratch) -> Option<Finding> {
    let (position, event_id) = (Position(event.position), event.event_id);
    let expected = i64::try_from(known).unwrap_or(i64::MAX) + 1;
    if i64::from(event.stream_version) != expected {
        let (what, found) = ("its version in the stream", i64::from(event.stream_version));
        return Some(Finding::OutOfPlace { position, event_id, what, expected, found });
    }
    let place = Place { position: event.position, sequence: event.workspace_sequence, previous };
    let follows = event.belongs_at(&place, scratch);
    (!follows).then(|| Finding::Changed { position, event_id, event_type: event.event_type.to_owned() })
}

/// The stream's own entry knows how many events it has.
async fn is_ahead(
    snapshot: &mut PgConnection,
    workspace: WorkspaceId,
    stream: StreamId,
    found: usize,
) -> Result<Option<Finding>, sqlx::Error> {
    let known: Option<i32> = sqlx::query_scalar(
        "select version from ledgerdesk.streams where workspace_id = $1 and stream_type = $2 and stream_id = $3",
    )
    .bind(workspace.uuid())
    .bind(stream.stream_type.as_str())
    .bind(stream.id)
    .fetch_optional(snapshot)
    .await?;
    let (known, found) = (known.unwrap_or(0), i32::try_from(found).unwrap_or(i32::MAX));
    let (stream_type, stream_id) = (stream.stream_type.as_str().to_owned(), stream.id);
    Ok((known > found).then_some(Finding::StreamAhead { stream_type, stream_id, known, found }))
}

/// Where a walk is to lead.
enum Goal {
    Checkpoint(Checkpoint),
    Head,
    Refused(LinkEnd),
}

/// Walks over the workspace's chain from the stream's event number `first` to the goal. Answers the number of the
/// stream's first event behind it.
async fn walk(
    snapshot: &mut PgConnection,
    workspace: WorkspaceId,
    proof: &mut StreamProof,
    (first, head): (usize, i64),
    goal: Goal,
) -> Result<usize, sqlx::Error> {
    let begin = &proof.events[first];
    let (from, sequence, previous) = (begin.position, begin.sequence, begin.previous);
    let to = match &goal {
        Goal::Checkpoint(checkpoint) => checkpoint.statement.head.position.min(head),
        Goal::Head | Goal::Refused(_) => head,
    };
    let last: Option<i64> = sqlx::query_scalar(
        "select workspace_sequence from ledgerdesk.events where workspace_id = $1 and position <= $2 \
          order by position desc limit 1",
    )
    .bind(workspace.uuid())
    .bind(to)
    .fetch_optional(&mut *snapshot)
    .await?;
    let walked = i64::try_from(proof.walked).unwrap_or(i64::MAX);
    if last.unwrap_or(sequence) - sequence >= LONGEST_PROOF.saturating_sub(walked) {
        let position = Position(from);
        proof.links.push(Link { from: position, to: position, events: 1, end: LinkEnd::OutOfReach });
        return Ok(first + 1);
    }
    let mut walk = Walk::after(from - 1, Mode::Selection);
    if sequence > 1 {
        walk.stand(workspace.uuid(), (sequence - 1, previous));
    }
    let range = Range { after: from - 1, to, workspace: Some(workspace.uuid()) };
    let mut rows = Rows::of(snapshot, range).await?;
    while let Some(row) = rows.next().await? {
        // After a finding the rest is read and left, so that the connection can be used again.
        if proof.finding.is_none() {
            proof.finding = walk.step(&scan::parse(&row)?).err();
        }
    }
    proof.walked += walk.events;
    let behind = first + proof.events[first..].iter().take_while(|event| event.position <= to).count();
    if proof.finding.is_none() {
        let end = match goal {
            Goal::Checkpoint(checkpoint) if checkpoint.statement.head.position > head => {
                LinkEnd::Checkpoint {
                    proof: checkpoint.statement.is_beyond(head),
                    epoch: checkpoint.statement.epoch,
                }
            }
            Goal::Checkpoint(checkpoint) => LinkEnd::Checkpoint {
                proof: checkpoint.compare_workspace(workspace.uuid(), &walk),
                epoch: checkpoint.statement.epoch,
            },
            Goal::Head => LinkEnd::Head,
            Goal::Refused(refused) => refused,
        };
        proof.links.push(Link { from: Position(from), to: Position(to), events: behind - first, end });
    }
    Ok(behind)
}
