//! Whether the log is what was appended: no gap, no change, no event out of its place.
//!
//! The positions are cut into stretches, which workers read and check side by side; stretches are joined in
//! order, so that the first thing that is wrong is the one that is told. A hash needs the one before it only as
//! a value, so the chain is checked within a stretch by its worker and across stretches where they are joined.

mod anchors;
mod bookkeeping;
mod closer;
mod finding;
mod stream;
mod stretch;
mod walk;

use std::{collections::BTreeMap, num::NonZero, sync::Arc};

use sqlx::PgPool;
use tokio::{sync::mpsc, task::JoinSet};

use self::stretch::{Stretches, Walked};
pub(super) use self::walk::{End, Mode, Walk};
pub use self::{
    anchors::Anchors,
    finding::Finding,
    stream::{LONGEST_PROOF, Link, LinkEnd, ProvenEvent, StreamProof, verify_stream},
};
use super::checkpoint::{Proof, Statement};

/// What a verification found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    /// How many events were looked at and are right.
    pub events: u64,
    /// How many workspaces they belong to.
    pub workspaces: usize,
    /// The first thing that is wrong, if anything is.
    pub finding: Option<Finding>,
    /// What the checkpoint proves, if one was given and the log is right up to it.
    pub proof: Option<Proof>,
}

/// How to verify.
#[derive(Debug, Clone, Default)]
pub struct VerifyOptions {
    /// How many workers read side by side, each over a connection of the pool; without a number, one for each
    /// core.
    pub workers: Option<NonZero<usize>>,
    /// The log must contain the history that this states.
    pub checkpoint: Option<Statement>,
}

/// Reads the whole log and checks it, up to the first thing that is wrong. `progress` is told how many events
/// were looked at and how many there are.
pub async fn verify(pool: &PgPool, progress: impl FnMut(u64, u64)) -> Result<Verification, sqlx::Error> {
    verify_with(pool, &VerifyOptions::default(), progress).await
}

/// As [`verify`], with options.
pub async fn verify_with(
    pool: &PgPool,
    options: &VerifyOptions,
    mut progress: impl FnMut(u64, u64),
) -> Result<Verification, sqlx::Error> {
    // What else knows of the log is asked before the events are read: all that it knows of must be there.
    let known = bookkeeping::Known::read(pool).await?;
    let cut = options.checkpoint.as_ref().map(|statement| statement.head.position);
    let count = worker_count(pool, options);
    let stretches = Arc::new(Stretches::new(known.head, count, cut));
    let (tell, mut told) = mpsc::channel(4);
    let mut workers = JoinSet::new();
    for _ in 0..count {
        workers.spawn(stretch::work(pool.clone(), Arc::clone(&stretches), tell.clone()));
    }
    drop(tell);

    let mut walk = Walk::after(0, Mode::Whole);
    let mut proof = options.checkpoint.as_ref().filter(|_| cut == Some(0)).map(|s| s.compare(&walk));
    let mut waiting: BTreeMap<i64, Walked> = BTreeMap::new();
    let mut finding = None;
    'joining: while let Some(walked) = told.recv().await {
        let walked = walked?;
        waiting.insert(walked.after, walked);
        while let Some(next) = waiting.remove(&walk.position) {
            finding = walk.join(next.walk, next.finding);
            if finding.is_some() {
                break 'joining;
            }
            progress(walk.events, known.head.unsigned_abs());
            if let Some(statement) = options.checkpoint.as_ref().filter(|_| cut == Some(walk.position)) {
                proof = Some(statement.compare(&walk));
            }
        }
    }
    stretches.stop();
    drop(told);
    while let Some(ended) = workers.join_next().await {
        ended.map_err(|error| sqlx::Error::Protocol(format!("a worker ended: {error}")))?;
    }
    let finding = match finding {
        Some(found) => Some(closer::look(pool, found).await?),
        None => known.compare(pool, &walk).await?,
    };
    let proof = match (&options.checkpoint, proof) {
        (Some(statement), None) if finding.is_none() => Some(statement.is_beyond(known.head)),
        (_, proof) => proof,
    };
    Ok(Verification { events: walk.events, workspaces: walk.workspaces(), finding, proof })
}

fn worker_count(pool: &PgPool, options: &VerifyOptions) -> usize {
    let cores = || std::thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN);
    let connections = usize::try_from(pool.options().get_max_connections()).unwrap_or(1);
    options.workers.unwrap_or_else(cores).get().min(connections).max(1)
}
