//! Signed statements about the log: whoever kept one can prove later that the history up to it is the same.

mod error;
mod merkle;
mod signed;

use chrono::{DateTime, Utc};
use ledgerdesk_domain::stream::Position;
use serde_json::{Value, json};
use sqlx::PgPool;
use uuid::Uuid;

pub use self::{
    error::CheckpointError,
    signed::{Checkpoint, write_checkpoint},
};
use super::{
    canonical::{GENESIS, Hash, push_hex},
    verify::Walk,
};

/// The name and version of the statement's layout.
pub const CHECKPOINT_FORMAT: &str = "ledgerdesk-checkpoint-v1";

/// What the log was at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The hash of the first event, which tells this log from every other.
    pub log: Hash,
    /// The epoch of the history.
    pub epoch: i32,
    /// The last event.
    pub head: StatedHead,
    /// How many workspaces have events.
    pub workspaces: usize,
    /// The root of the Merkle tree over the last event of each workspace.
    pub root: Hash,
    /// When this was stated.
    pub taken_at: DateTime<Utc>,
}

/// The last event of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatedHead {
    /// Its position.
    pub position: i64,
    /// Its hash.
    pub hash: Hash,
}

/// The last event of a workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WorkspaceEnd {
    /// The workspace.
    pub workspace_id: Uuid,
    /// The number of its last event in it.
    pub sequence: i64,
    /// The hash of that event.
    pub hash: Hash,
}

/// What a checkpoint says of a log that is right in itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// The history up to this position is the one that was stated.
    Same {
        /// The last position of the statement.
        position: Position,
        /// When it was stated.
        taken_at: DateTime<Utc>,
    },
    /// It is another one, although its hashes are right among themselves: it was written anew.
    Differs {
        /// The last position of the statement.
        position: Position,
        /// When it was stated.
        taken_at: DateTime<Utc>,
    },
    /// The log ends before the statement does.
    Beyond {
        /// The last position of the statement.
        position: Position,
        /// The last position of the log.
        head: Position,
    },
}

impl Statement {
    /// What the log is now, or nothing where it has no event. Reads as many rows as there are workspaces.
    pub async fn take(
        pool: &PgPool,
        now: DateTime<Utc>,
    ) -> Result<Option<(Self, Vec<WorkspaceEnd>)>, sqlx::Error> {
        let mut transaction = pool.begin().await?;
        sqlx::query("set transaction isolation level repeatable read, read only")
            .execute(&mut *transaction)
            .await?;
        let head: Option<(i32, i64, Vec<u8>, Vec<u8>)> = sqlx::query_as(
            "select h.epoch, e.position, e.hash, f.hash from ledgerdesk.log_head h, lateral \
             (select position, hash from ledgerdesk.events order by position desc limit 1) e, lateral \
             (select hash from ledgerdesk.events order by position limit 1) f",
        )
        .fetch_optional(&mut *transaction)
        .await?;
        let Some((epoch, position, hash, first)) = head else { return Ok(None) };
        let ends: Vec<(Uuid, i64, Vec<u8>)> = sqlx::query_as(ENDS).fetch_all(&mut *transaction).await?;
        transaction.commit().await?;
        let ends: Vec<_> = ends
            .into_iter()
            .map(|(workspace_id, sequence, hash)| WorkspaceEnd {
                workspace_id,
                sequence,
                hash: to_hash(&hash),
            })
            .collect();
        let statement = Self {
            log: to_hash(&first),
            epoch,
            head: StatedHead { position, hash: to_hash(&hash) },
            workspaces: ends.len(),
            root: merkle::root(&ends),
            taken_at: now,
        };
        Ok(Some((statement, ends)))
    }

    /// The canonical bytes, which are what is signed.
    pub fn canonical(&self) -> String {
        self.to_json().to_string()
    }

    fn to_json(&self) -> Value {
        json!({
            "format": CHECKPOINT_FORMAT,
            "log": hex(&self.log),
            "epoch": self.epoch,
            "head": { "position": self.head.position, "hash": hex(&self.head.hash) },
            "workspaces": self.workspaces,
            "root": hex(&self.root),
            "taken_at": self.taken_at.timestamp_micros(),
        })
    }

    /// Compares this with a walk from the first event to the stated position.
    pub(super) fn compare(&self, walk: &Walk) -> Proof {
        let mut ends: Vec<_> = walk
            .ends()
            .iter()
            .map(|(&workspace_id, &(sequence, hash))| WorkspaceEnd { workspace_id, sequence, hash })
            .collect();
        ends.sort_unstable_by_key(|end| end.workspace_id);
        let (position, taken_at) = (Position(self.head.position), self.taken_at);
        let same = ends.len() == self.workspaces
            && merkle::root(&ends) == self.root
            && ends.iter().any(|end| end.hash == self.head.hash);
        if same { Proof::Same { position, taken_at } } else { Proof::Differs { position, taken_at } }
    }

    /// The log ends before this does.
    pub(super) fn is_beyond(&self, head: i64) -> Proof {
        Proof::Beyond { position: Position(self.head.position), head: Position(head) }
    }
}

/// The last event of each workspace. Jumps from workspace to workspace along the index instead of reading it.
const ENDS: &str = "
    with recursive workspace (id) as (
        (select workspace_id from ledgerdesk.events order by workspace_id limit 1)
        union all
        select (select e.workspace_id from ledgerdesk.events e where e.workspace_id > w.id
                order by e.workspace_id limit 1)
        from workspace w where w.id is not null
    )
    select w.id, e.workspace_sequence, e.hash
    from workspace w cross join lateral (
        select workspace_sequence, hash from ledgerdesk.events where workspace_id = w.id
        order by workspace_sequence desc limit 1
    ) e
    order by w.id";

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    push_hex(&mut text, bytes);
    text
}

fn to_hash(bytes: &[u8]) -> Hash {
    bytes.try_into().unwrap_or(GENESIS)
}
