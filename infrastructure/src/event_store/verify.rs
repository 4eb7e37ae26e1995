//! Whether the log is what was appended: no gap, no change, no event out of its place.

use std::collections::HashMap;

use ledgerdesk_domain::stream::Position;
use serde_json::Value;
use sqlx::PgPool;
use uuid::Uuid;

use super::{
    canonical::{Canonical, GENESIS, Hash, canonical_json, sha256},
    codec::{COLUMNS, StoredEvent},
};

/// How many events are read at a time.
const PAGE: i64 = 5_000;

/// What a verification found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    /// How many events were looked at.
    pub events: u64,
    /// How many workspaces they belong to.
    pub workspaces: usize,
    /// The first thing that is wrong, if anything is.
    pub finding: Option<Finding>,
}

/// What is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Finding {
    /// Events are missing.
    #[error("the event at position {expected} is missing; the next one is at {found}")]
    Gap {
        /// The position that should be there.
        expected: Position,
        /// The position that is.
        found: Position,
    },
    /// The end of the log is missing: a stream says that it goes on.
    #[error("the log ends at position {head}, but a stream goes on to {expected}; the end is missing")]
    Truncated {
        /// The last event.
        head: Position,
        /// The last position that a stream knows of.
        expected: Position,
    },
    /// An event is not what was appended, or what came before it is not.
    #[error(
        "the event {event_id} at position {position} ({event_type}) was changed: its hash does not follow"
    )]
    Changed {
        /// Where.
        position: Position,
        /// Which.
        event_id: Uuid,
        /// What it says it is.
        event_type: String,
    },
    /// A number in a workspace or a stream is not the one after the last.
    #[error(
        "the event {event_id} at position {position} is out of its place: {what} is {found}, not {expected}"
    )]
    OutOfPlace {
        /// Where.
        position: Position,
        /// Which.
        event_id: Uuid,
        /// Which number.
        what: &'static str,
        /// The number that should be there.
        expected: i64,
        /// The number that is.
        found: i64,
    },
}

impl Finding {
    /// The permanent code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Gap { .. } => "log_gap",
            Self::Truncated { .. } => "log_truncated",
            Self::Changed { .. } => "event_changed",
            Self::OutOfPlace { .. } => "event_out_of_place",
        }
    }
}

/// Reads the whole log and checks it, up to the first thing that is wrong. `progress` is told how many events
/// were looked at and how many there are.
pub async fn verify(pool: &PgPool, mut progress: impl FnMut(u64, u64)) -> Result<Verification, sqlx::Error> {
    // One snapshot for the events and for what the streams say of them.
    let mut transaction = pool.begin().await?;
    sqlx::query("set transaction isolation level repeatable read, read only")
        .execute(&mut *transaction)
        .await?;
    let total: i64 = sqlx::query_scalar("select coalesce(max(position), 0) from ledgerdesk.events")
        .fetch_one(&mut *transaction)
        .await?;
    let page =
        format!("select {COLUMNS} from ledgerdesk.events where position > $1 order by position limit {PAGE}");
    let mut check = Check::default();
    loop {
        let rows: Vec<StoredEvent> = sqlx::query_as(sqlx::AssertSqlSafe(page.as_str()))
            .bind(check.position)
            .fetch_all(&mut *transaction)
            .await?;
        if rows.is_empty() {
            break;
        }
        for row in &rows {
            if let Some(finding) = check.event(row) {
                return Ok(check.result(Some(finding)));
            }
        }
        progress(check.events, total.unsigned_abs());
    }
    let known: Option<i64> = sqlx::query_scalar("select max(last_position) from ledgerdesk.streams")
        .fetch_one(&mut *transaction)
        .await?;
    let finding = known
        .filter(|&known| known > check.position)
        .map(|known| Finding::Truncated { head: Position(check.position), expected: Position(known) });
    Ok(check.result(finding))
}

#[derive(Default)]
struct Check {
    position: i64,
    events: u64,
    workspaces: HashMap<Uuid, (i64, Hash)>,
    streams: HashMap<(Uuid, String), i32>,
    line: String,
}

impl Check {
    fn event(&mut self, row: &StoredEvent) -> Option<Finding> {
        let position = Position(row.position);
        if row.position != self.position + 1 {
            return Some(Finding::Gap { expected: Position(self.position + 1), found: position });
        }
        self.position = row.position;
        self.events += 1;
        let changed =
            || Finding::Changed { position, event_id: row.event_id, event_type: row.event_type.clone() };
        let out_of_place = |what, expected, found| Finding::OutOfPlace {
            position,
            event_id: row.event_id,
            what,
            expected,
            found,
        };

        let end = self.workspaces.entry(row.workspace_id).or_insert((0, GENESIS));
        let Some(hash) = hash(row, &end.1, &mut self.line) else { return Some(changed()) };
        if row.workspace_sequence != end.0 + 1 {
            return Some(out_of_place("its number in the workspace", end.0 + 1, row.workspace_sequence));
        }
        if hash != row.hash.as_slice() {
            return Some(changed());
        }
        *end = (row.workspace_sequence, hash);

        let version = self.streams.entry((row.stream_id, row.stream_type.clone())).or_insert(0);
        if row.stream_version != *version + 1 {
            let (expected, found) = (i64::from(*version + 1), i64::from(row.stream_version));
            return Some(out_of_place("its version in the stream", expected, found));
        }
        *version = row.stream_version;
        None
    }

    fn result(self, finding: Option<Finding>) -> Verification {
        Verification { events: self.events, workspaces: self.workspaces.len(), finding }
    }
}

/// The hash that the row should have; nothing if the row has no canonical form.
fn hash(row: &StoredEvent, previous: &Hash, line: &mut String) -> Option<Hash> {
    // PostgreSQL keeps `jsonb` in an order of its own: the canonical text is made anew.
    let canonical = |text: &str| {
        let value: Value = serde_json::from_str(text).ok()?;
        canonical_json(&value).ok()
    };
    let (payload, metadata) = (canonical(&row.payload)?, canonical(&row.metadata)?);
    let sealed = row.sealed.as_deref().map(sha256);
    let event = Canonical {
        position: row.position,
        workspace_id: row.workspace_id,
        workspace_sequence: row.workspace_sequence,
        event_id: row.event_id,
        stream_type: &row.stream_type,
        stream_id: row.stream_id,
        stream_version: row.stream_version,
        event_type: &row.event_type,
        schema_version: u16::try_from(row.schema_version).ok()?,
        occurred_at: row.occurred_at,
        recorded_at: row.recorded_at,
        payload: &payload,
        metadata: &metadata,
        sealed: sealed.as_ref(),
    };
    Some(event.hash(previous, line))
}
