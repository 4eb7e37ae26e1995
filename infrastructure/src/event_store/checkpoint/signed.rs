//! A statement with its signature, as a file.

use std::{
    fs, io,
    io::Write as _,
    path::{Path, PathBuf},
};

use chrono::{DateTime, Utc};
use ledgerdesk_domain::stream::Position;
use serde::Deserialize;
use serde_json::json;
use sqlx::PgPool;
use uuid::Uuid;

use super::{CHECKPOINT_FORMAT, CheckpointError, Proof, StatedHead, Statement, WorkspaceEnd, hex, merkle};
use crate::{
    crypto::{PublicKey, SigningKey},
    event_store::{
        canonical::{Hash, parse_hex},
        verify::Walk,
    },
};

/// A checkpoint whose signature holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// What was signed.
    pub statement: Statement,
    /// What the root was made of.
    pub workspaces: Vec<WorkspaceEnd>,
}

#[derive(Deserialize)]
struct File {
    statement: Stated,
    public_key: String,
    signature: String,
    workspaces: Vec<(Uuid, i64, String)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stated {
    format: String,
    log: String,
    epoch: i32,
    head: Head,
    workspaces: usize,
    root: String,
    taken_at: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    position: i64,
    hash: String,
}

impl Checkpoint {
    /// Reads a checkpoint that was signed with this key.
    pub fn read(path: &Path, key: &PublicKey) -> Result<Self, CheckpointError> {
        let text = fs::read(path).map_err(|source| CheckpointError::Io { path: path.to_owned(), source })?;
        let malformed = || CheckpointError::Malformed(path.to_owned());
        let file: File = serde_json::from_slice(&text).map_err(|_| malformed())?;
        if file.public_key != key.to_string() {
            return Err(CheckpointError::ForeignKey { signer: file.public_key, expected: key.to_string() });
        }
        let statement = file.statement.read().ok_or_else(malformed)?;
        key.verify(statement.canonical().as_bytes(), &file.signature)
            .map_err(|_| CheckpointError::Signature)?;
        let workspaces: Option<Vec<_>> = file
            .workspaces
            .into_iter()
            .map(|(workspace_id, sequence, hash)| {
                Some(WorkspaceEnd { workspace_id, sequence, hash: parse_hex(&hash)? })
            })
            .collect();
        let workspaces = workspaces.ok_or_else(malformed)?;
        if merkle::root(&workspaces) != statement.root || workspaces.len() != statement.workspaces {
            return Err(CheckpointError::List);
        }
        Ok(Self { statement, workspaces })
    }
}

impl Checkpoint {
    /// Compares the listed end of one workspace with a walk over its events up to the stated position.
    pub(in crate::event_store) fn compare_workspace(&self, workspace: Uuid, walk: &Walk) -> Proof {
        let stated = self.workspaces.iter().find(|end| end.workspace_id == workspace);
        let stated = stated.map(|end| (end.sequence, end.hash));
        let (position, taken_at) = (Position(self.statement.head.position), self.statement.taken_at);
        let same = stated == walk.end(workspace);
        if same { Proof::Same { position, taken_at } } else { Proof::Differs { position, taken_at } }
    }
}

impl Stated {
    fn read(self) -> Option<Statement> {
        (self.format == CHECKPOINT_FORMAT).then_some(())?;
        Some(Statement {
            log: parse_hex(&self.log)?,
            epoch: self.epoch,
            head: StatedHead { position: self.head.position, hash: parse_hex(&self.head.hash)? },
            workspaces: self.workspaces,
            root: parse_hex(&self.root)?,
            taken_at: DateTime::from_timestamp_micros(self.taken_at)?,
        })
    }
}

/// States what the log is now, signs it, and writes it into a directory under a name that tells epoch and
/// position; answers the file. One that is there already for this head stays as it is.
pub async fn write_checkpoint(
    pool: &PgPool,
    key: &SigningKey,
    now: DateTime<Utc>,
    directory: &Path,
) -> Result<PathBuf, CheckpointError> {
    let (statement, ends) = Statement::take(pool, now).await?.ok_or(CheckpointError::EmptyLog)?;
    let name = format!("checkpoint-e{}-p{:012}.json", statement.epoch, statement.head.position);
    let path = directory.join(name);
    let text = signed_text(&statement, &ends, key);
    let (directory, target) = (directory.to_owned(), path.clone());
    let written = tokio::task::spawn_blocking(move || keep(&directory, &target, &text)).await;
    match written {
        Ok(Ok(())) => Ok(path),
        Ok(Err(source)) => Err(CheckpointError::Io { path, source }),
        Err(error) => Err(CheckpointError::Io { path, source: io::Error::other(error) }),
    }
}

fn signed_text(statement: &Statement, ends: &[WorkspaceEnd], key: &SigningKey) -> String {
    let workspaces: Vec<(Uuid, i64, String)> =
        ends.iter().map(|end| (end.workspace_id, end.sequence, hex(&end.hash as &Hash))).collect();
    let file = json!({
        "statement": statement.to_json(),
        "public_key": key.public().to_string(),
        "signature": key.sign(statement.canonical().as_bytes()),
        "workspaces": workspaces,
    });
    format!("{file}\n")
}

/// Writes it beside and renames it, so that nobody ever sees half a checkpoint.
fn keep(directory: &Path, target: &Path, text: &str) -> io::Result<()> {
    fs::create_dir_all(directory)?;
    if target.exists() {
        return Ok(());
    }
    let beside = target.with_extension(format!("part-{}", std::process::id()));
    let mut file = fs::File::create(&beside)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&beside, target)
}
