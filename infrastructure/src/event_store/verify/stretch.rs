//! The stretches of the log, and the workers that walk over them.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicI64, Ordering},
};

use ledgerdesk_domain::stream::Position;
use sqlx::{PgConnection, PgPool};
use tokio::sync::mpsc;

use super::{Finding, Mode, Walk};
use crate::event_store::scan::{self, Range, Rows};

/// How many events a stretch has: so many that a worker seldom asks for the next, so few that all of them are
/// busy until the end and little is held until it can be joined.
const LENGTHS: std::ops::RangeInclusive<i64> = 64..=20_000;
/// How many stretches each worker gets at least, where the log is long enough.
const SHARE: i64 = 8;

/// Where the next stretch begins.
pub(super) struct Stretches {
    next: AtomicI64,
    head: i64,
    length: i64,
    /// A position that a stretch must end at.
    cut: Option<i64>,
    stopped: AtomicBool,
}

/// A stretch that was walked over.
pub(super) struct Walked {
    /// The position before its first.
    pub after: i64,
    pub walk: Walk,
    /// What was found in it, besides its openings.
    pub finding: Option<Finding>,
}

impl Stretches {
    pub(super) fn new(head: i64, workers: usize, cut: Option<i64>) -> Self {
        let share = head / SHARE / i64::try_from(workers).unwrap_or(1);
        let length = share.clamp(*LENGTHS.start(), *LENGTHS.end());
        Self { next: AtomicI64::new(0), head, length, cut, stopped: AtomicBool::new(false) }
    }

    /// No further stretch is given out.
    pub(super) fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    fn take(&self) -> Option<Range> {
        if self.stopped.load(Ordering::Relaxed) {
            return None;
        }
        let taken = self.next.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |after| {
            (after < self.head).then(|| self.end(after))
        });
        taken.ok().map(|after| Range { after, to: self.end(after), workspace: None })
    }

    fn end(&self, after: i64) -> i64 {
        let end = self.head.min(after + self.length);
        self.cut.filter(|&cut| after < cut).map_or(end, |cut| end.min(cut))
    }
}

/// Walks over stretches until there are none.
pub(super) async fn work(
    pool: PgPool,
    stretches: Arc<Stretches>,
    tell: mpsc::Sender<Result<Walked, sqlx::Error>>,
) {
    let mut connection = match pool.acquire().await {
        Ok(connection) => connection,
        Err(error) => return drop(tell.send(Err(error)).await),
    };
    while let Some(range) = stretches.take() {
        let walked = walk(&mut connection, range).await;
        // Nobody listens any more once something was found.
        if tell.send(walked).await.is_err() {
            return;
        }
    }
}

async fn walk(connection: &mut PgConnection, range: Range) -> Result<Walked, sqlx::Error> {
    let mut walk = Walk::after(range.after, Mode::Stretch);
    let mut finding = None;
    let mut rows = Rows::of(connection, range).await?;
    while let Some(row) = rows.next().await? {
        // After a finding the rest is read and left, so that the connection can be used again.
        if finding.is_none() {
            finding = walk.step(&scan::parse(&row)?).err();
        }
    }
    drop(rows);
    if finding.is_none() && walk.position < range.to {
        let next: Option<i64> = sqlx::query_scalar(
            "select position from ledgerdesk.events where position > $1 order by position limit 1",
        )
        .bind(walk.position)
        .fetch_optional(connection)
        .await?;
        let found = Position(next.unwrap_or(range.to + 1));
        finding = Some(Finding::Gap { expected: Position(walk.position + 1), found });
    }
    Ok(Walked { after: range.after, walk, finding })
}
