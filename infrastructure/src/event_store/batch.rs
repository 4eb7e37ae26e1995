//! A batch on its way into the log: numbered, hashed, sent, judged.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use ledgerdesk_domain::{
    id::WorkspaceId,
    stream::{Position, StreamVersion},
};
use sqlx::{PgConnection, Row as _};
use uuid::Uuid;

use super::{
    Appended,
    appender::Waiting,
    canonical::{Canonical, GENESIS, Hash},
    codec::Encoded,
    idempotency,
};

/// What the appender knows of the end of the log. All of it holds as long as the head has not moved, which
/// every append checks.
#[derive(Default)]
pub(super) struct Chain {
    head: Option<Known>,
    /// The last sequence number and hash of each workspace that appended lately.
    workspaces: HashMap<WorkspaceId, (i64, Hash)>,
}

struct Known {
    position: i64,
    recorded_at: DateTime<Utc>,
    hash: Hash,
}

/// How many workspaces' ends are remembered.
const WORKSPACES: usize = 10_000;

impl Chain {
    /// Forgets everything; the next batch reads it anew.
    pub(super) fn forget(&mut self) {
        self.head = None;
        self.workspaces.clear();
    }

    /// Reads what is not known yet. Read without the lock: the append checks that the head is still there.
    pub(super) async fn load(
        &mut self,
        connection: &mut PgConnection,
        workspaces: impl Iterator<Item = WorkspaceId>,
    ) -> Result<(), sqlx::Error> {
        if self.head.is_none() {
            let row: Option<(i64, DateTime<Utc>, Vec<u8>)> = sqlx::query_as(
                "select position, recorded_at, hash from ledgerdesk.events order by position desc limit 1",
            )
            .fetch_optional(&mut *connection)
            .await?;
            let (position, recorded_at, hash) = row.unwrap_or((0, DateTime::UNIX_EPOCH, GENESIS.to_vec()));
            self.head = Some(Known { position, recorded_at, hash: to_hash(&hash) });
        }
        if self.workspaces.len() > WORKSPACES {
            self.workspaces.clear();
        }
        for workspace in workspaces {
            if self.workspaces.contains_key(&workspace) {
                continue;
            }
            let row: Option<(i64, Vec<u8>)> = sqlx::query_as(
                "select workspace_sequence, hash from ledgerdesk.events where workspace_id = $1 \
                 order by workspace_sequence desc limit 1",
            )
            .bind(workspace.0)
            .fetch_optional(&mut *connection)
            .await?;
            let end = row.map_or((0, GENESIS), |(sequence, hash)| (sequence, to_hash(&hash)));
            self.workspaces.insert(workspace, end);
        }
        Ok(())
    }

    /// The log grew by this batch.
    pub(super) fn advance(&mut self, attempt: &Attempt<'_>) {
        self.head = Some(Known {
            position: attempt.head_after(),
            recorded_at: attempt.recorded_at,
            hash: attempt.last_hash(),
        });
        for (&workspace, &end) in &attempt.ends {
            self.workspaces.insert(workspace, end);
        }
    }
}

/// A batch, numbered and hashed after the head that was known: the arguments of `ledgerdesk.append`.
pub(super) struct Attempt<'b> {
    batch: &'b [Waiting],
    expected_head: i64,
    head_hash: Hash,
    recorded_at: DateTime<Utc>,
    ends: HashMap<WorkspaceId, (i64, Hash)>,
    positions: Vec<Position>,
    events: Events<'b>,
    doubtful: bool,
}

/// One column per argument; the rest of the arguments is read off the batch when it is sent.
#[derive(Default)]
struct Events<'b> {
    workspace_id: Vec<Uuid>,
    workspace_sequence: Vec<i64>,
    event_id: Vec<Uuid>,
    stream_type: Vec<&'static str>,
    stream_id: Vec<Uuid>,
    stream_version: Vec<i32>,
    event_type: Vec<&'static str>,
    schema_version: Vec<i16>,
    payload: Vec<&'b str>,
    metadata: Vec<&'b str>,
    sealed: Vec<Option<&'b [u8]>>,
    occurred_at: Vec<DateTime<Utc>>,
    hash: Vec<Vec<u8>>,
}

/// What the log said to a batch.
pub(super) enum Outcome {
    /// All of it is committed.
    Applied(Stamps),
    /// Another node appended in between; nothing was written.
    HeadMoved,
    /// Some commands stand in the way; nothing was written.
    Refused(Refused),
}

/// What the log gave to an applied batch.
pub(super) struct Stamps {
    /// The last position of each command's stream.
    pub streams: Vec<Position>,
    /// The hash of the event before the batch, zeroes at the start of the log.
    pub before: Hash,
    /// The position before the batch.
    pub head: Position,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
    /// Sequence number in its workspace and hash of each event.
    pub links: Vec<(i64, Hash)>,
}

/// The commands that stand in the way of their batch, by their place in it.
#[derive(Default)]
pub(super) struct Refused {
    /// The stream is at this version.
    pub conflicts: HashMap<usize, StreamVersion>,
    /// The idempotency key was used before; this is what it did then, or nothing if that was for another
    /// request.
    pub repeated: HashMap<usize, Option<Appended>>,
    /// Another node made the person's key first.
    pub foreign_keys: HashSet<usize>,
}

impl<'b> Attempt<'b> {
    /// Numbers and hashes a batch after the known head.
    pub(super) fn new(chain: &Chain, batch: &'b [Waiting], now: DateTime<Utc>) -> Self {
        let (expected_head, head_hash, recorded_at) = chain
            .head
            .as_ref()
            .map_or((0, GENESIS, now), |head| (head.position, head.hash, head.recorded_at.max(now)));
        let mut ends: HashMap<WorkspaceId, (i64, Hash)> = HashMap::new();
        let mut positions = Vec::with_capacity(batch.len());
        let mut events = Events::default();
        let mut line = String::new();
        let mut position = expected_head;
        for waiting in batch {
            let end = ends.entry(waiting.workspace_id).or_insert_with(|| {
                chain.workspaces.get(&waiting.workspace_id).copied().unwrap_or((0, GENESIS))
            });
            for (event, version) in waiting.events.iter().zip(waiting.expected.0 + 1..) {
                position += 1;
                end.0 += 1;
                let canonical = Canonical {
                    position,
                    workspace_id: waiting.workspace_id.0,
                    workspace_sequence: end.0,
                    event_id: event.event_id,
                    stream_type: waiting.stream.stream_type.as_str(),
                    stream_id: waiting.stream.id,
                    stream_version: version,
                    event_type: event.event_type,
                    schema_version: event.schema_version,
                    occurred_at: event.occurred_at,
                    recorded_at,
                    payload: &event.payload,
                    metadata: &event.metadata,
                    sealed: event.sealed_hash.as_ref(),
                };
                end.1 = canonical.hash(&end.1, &mut line);
                events.push(waiting, event, version, *end);
            }
            positions.push(Position(if waiting.events.is_empty() {
                waiting.last_position.0
            } else {
                position
            }));
        }
        Self { batch, expected_head, head_hash, recorded_at, ends, positions, events, doubtful: false }
    }

    fn last_hash(&self) -> Hash {
        self.events.hash.last().map_or(self.head_hash, |hash| to_hash(hash))
    }

    fn head_after(&self) -> i64 {
        self.expected_head + i64::try_from(self.events.event_id.len()).unwrap_or(0)
    }

    /// The connection was lost after this was sent: it may be in the log.
    pub(super) const fn doubt(&mut self) {
        self.doubtful = true;
    }

    /// Whether it may be in the log already.
    pub(super) const fn is_doubtful(&self) -> bool {
        self.doubtful
    }

    /// What an applied batch answers.
    pub(super) fn applied(&self) -> Outcome {
        let sequences = self.events.workspace_sequence.iter().copied();
        Outcome::Applied(Stamps {
            streams: self.positions.clone(),
            before: self.head_hash,
            head: Position(self.expected_head),
            recorded_at: self.recorded_at,
            links: sequences.zip(self.events.hash.iter().map(|hash| to_hash(hash))).collect(),
        })
    }

    /// Whether this very batch stands in the log right after the head that it expected.
    pub(super) async fn is_in_log(&self, connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
        let Some(&first) = self.events.event_id.first() else { return Ok(false) };
        let there: Option<Uuid> =
            sqlx::query_scalar("select event_id from ledgerdesk.events where position = $1")
                .bind(self.expected_head + 1)
                .fetch_optional(connection)
                .await?;
        Ok(there == Some(first))
    }

    /// Sends the batch: one round trip, one commit.
    pub(super) async fn send(&self, connection: &mut PgConnection) -> Result<Outcome, sqlx::Error> {
        let row = self.query().fetch_one(&mut *connection).await?;
        if row.try_get("applied")? {
            return Ok(self.applied());
        }
        let conflicts: Option<Vec<i32>> = row.try_get("conflicts")?;
        let versions: Option<Vec<i32>> = row.try_get("versions")?;
        let repeated: Option<Vec<i32>> = row.try_get("repeated")?;
        let foreign_keys: Option<Vec<i32>> = row.try_get("foreign_keys")?;
        if conflicts.is_none() && repeated.is_none() && foreign_keys.is_none() {
            return Ok(Outcome::HeadMoved);
        }
        let mut refused = Refused::default();
        for (place, version) in conflicts.into_iter().flatten().zip(versions.into_iter().flatten()) {
            refused.conflicts.insert(to_place(place), StreamVersion(version));
        }
        refused.foreign_keys.extend(foreign_keys.into_iter().flatten().map(to_place));
        for place in repeated.into_iter().flatten().map(to_place) {
            let stored = match self.batch.get(place).and_then(|waiting| {
                waiting.idempotency.as_ref().map(|idempotency| (waiting.workspace_id, idempotency))
            }) {
                Some((workspace, idempotency)) => {
                    idempotency::find(&mut *connection, workspace, idempotency).await?
                }
                None => None,
            };
            refused.repeated.insert(place, stored.and_then(Result::ok));
        }
        Ok(Outcome::Refused(refused))
    }

    fn query(&self) -> sqlx::query::Query<'_, sqlx::Postgres, sqlx::postgres::PgArguments> {
        let places = || (1_i32..).zip(self.batch);
        let growing = || places().zip(&self.positions).filter(|((_, w), _)| !w.events.is_empty());
        let keyed = || {
            places()
                .zip(&self.positions)
                .filter_map(|((place, w), position)| Some((place, w, w.idempotency.as_ref()?, position)))
        };
        let made = || places().flat_map(|(place, w)| w.new_keys.iter().map(move |key| (place, key)));
        let erased =
            || self.batch.iter().flat_map(|w| w.erased.iter().map(|person| (w.workspace_id, person)));
        let e = &self.events;
        sqlx::query(APPEND)
            .bind(self.expected_head)
            .bind(self.recorded_at)
            .bind(&e.workspace_id)
            .bind(&e.workspace_sequence)
            .bind(&e.event_id)
            .bind(&e.stream_type)
            .bind(&e.stream_id)
            .bind(&e.stream_version)
            .bind(&e.event_type)
            .bind(&e.schema_version)
            .bind(&e.payload)
            .bind(&e.metadata)
            .bind(&e.sealed)
            .bind(&e.occurred_at)
            .bind(&e.hash)
            .bind(growing().map(|((place, _), _)| place).collect::<Vec<_>>())
            .bind(growing().map(|((_, w), _)| w.workspace_id.0).collect::<Vec<_>>())
            .bind(growing().map(|((_, w), _)| w.stream.stream_type.as_str()).collect::<Vec<_>>())
            .bind(growing().map(|((_, w), _)| w.stream.id).collect::<Vec<_>>())
            .bind(growing().map(|((_, w), _)| w.expected.0).collect::<Vec<_>>())
            .bind(growing().map(|((_, w), _)| w.version().0).collect::<Vec<_>>())
            .bind(growing().map(|(_, position)| position.0).collect::<Vec<_>>())
            .bind(keyed().map(|(place, ..)| place).collect::<Vec<_>>())
            .bind(keyed().map(|(_, w, ..)| w.workspace_id.0).collect::<Vec<_>>())
            .bind(keyed().map(|(_, _, i, _)| i.actor.as_str()).collect::<Vec<_>>())
            .bind(keyed().map(|(_, _, i, _)| i.key.as_str()).collect::<Vec<_>>())
            .bind(keyed().map(|(_, _, i, _)| i.digest.as_slice()).collect::<Vec<_>>())
            .bind(keyed().map(|(_, w, ..)| w.stream.stream_type.as_str()).collect::<Vec<_>>())
            .bind(keyed().map(|(_, w, ..)| w.stream.id).collect::<Vec<_>>())
            .bind(keyed().map(|(_, w, ..)| w.version().0).collect::<Vec<_>>())
            .bind(keyed().map(|(.., position)| position.0).collect::<Vec<_>>())
            .bind(
                keyed()
                    .map(|(_, w, ..)| i32::try_from(w.events.len()).unwrap_or(i32::MAX))
                    .collect::<Vec<_>>(),
            )
            .bind(made().map(|(place, _)| place).collect::<Vec<_>>())
            .bind(made().map(|(_, key)| key.person_id.0).collect::<Vec<_>>())
            .bind(made().map(|(_, key)| key.workspace_id.0).collect::<Vec<_>>())
            .bind(made().map(|(_, key)| &*key.wrapped).collect::<Vec<_>>())
            .bind(erased().map(|(_, person)| person.0).collect::<Vec<_>>())
            .bind(erased().map(|(workspace, _)| workspace.0).collect::<Vec<_>>())
    }
}

const APPEND: &str = "select * from ledgerdesk.append(\
     $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, \
     $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38)";

fn to_hash(bytes: &[u8]) -> Hash {
    bytes.try_into().unwrap_or(GENESIS)
}

/// The function counts from 1.
fn to_place(ordinal: i32) -> usize {
    usize::try_from(ordinal - 1).unwrap_or(usize::MAX)
}

impl<'b> Events<'b> {
    fn push(&mut self, waiting: &Waiting, event: &'b Encoded, version: i32, end: (i64, Hash)) {
        self.workspace_id.push(waiting.workspace_id.0);
        self.workspace_sequence.push(end.0);
        self.event_id.push(event.event_id);
        self.stream_type.push(waiting.stream.stream_type.as_str());
        self.stream_id.push(waiting.stream.id);
        self.stream_version.push(version);
        self.event_type.push(event.event_type);
        self.schema_version.push(i16::try_from(event.schema_version).unwrap_or(i16::MAX));
        self.payload.push(&event.payload);
        self.metadata.push(&event.metadata);
        self.sealed.push(event.sealed.as_deref());
        self.occurred_at.push(event.occurred_at);
        self.hash.push(end.1.to_vec());
    }
}
