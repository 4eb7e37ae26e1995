//! Short messages between the nodes of one database, over `NOTIFY`: not kept, and heard by whoever listens now.
//!
//! Every commit that notifies takes one lock of the whole server, which the log's appender needs, too. So messages
//! are gathered, and no node sends more often than every few milliseconds.

use std::time::Duration;

use sqlx::PgPool;
use tokio::sync::mpsc;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::db;

/// How many messages may wait to be sent.
const QUEUE: usize = 1_024;
/// How many bytes one notification may have; the server takes less than 8,000.
const BYTES: usize = 7_900;
/// The shortest time between two notifications of one node.
const GATHER: Duration = Duration::from_millis(20);
/// How long the database may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a broken database is left alone.
const BACK_OFF: Duration = Duration::from_millis(500);

/// What a node hears.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice<'a> {
    /// It has begun to listen, for the first time or again: what was said before went unheard.
    Listening,
    /// Somebody said this; perhaps this node itself.
    Said(&'a str),
}

/// The message was not taken: too many wait, or it is longer than a notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many messages wait to be sent to the other nodes")]
pub struct Refused;

/// What waits to be sent. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Outbox(mpsc::Sender<String>);

impl Outbox {
    /// Sends a message of one line to every node that listens. What is lost on the way is lost.
    pub fn tell(&self, message: String) -> Result<(), Refused> {
        if message.len() > BYTES || message.contains('\n') {
            return Err(Refused);
        }
        self.0.try_send(message).map_err(|_| Refused)
    }
}

/// This node on a channel; it leaves when this is dropped.
#[derive(Debug)]
pub struct Notices {
    outbox: Outbox,
    _stays: DropGuard,
}

impl Notices {
    /// Joins a channel; `hear` is told what is said there, and may say something itself. It must not block.
    pub fn join(
        pool: &PgPool,
        channel: &'static str,
        hear: impl Fn(Notice<'_>, &Outbox) + Send + Sync + 'static,
    ) -> Self {
        let (sender, waiting) = mpsc::channel(QUEUE);
        let (outbox, left) = (Outbox(sender), CancellationToken::new());
        tokio::spawn(left.clone().run_until_cancelled_owned(send(pool.clone(), channel, waiting)));
        let listening = listen(pool.clone(), channel, outbox.clone(), hear);
        tokio::spawn(left.clone().run_until_cancelled_owned(listening));
        Self { outbox, _stays: left.drop_guard() }
    }

    /// Where to say something.
    pub const fn outbox(&self) -> &Outbox {
        &self.outbox
    }
}

/// Sends what waits, as much at once as fits.
async fn send(pool: PgPool, channel: &'static str, mut waiting: mpsc::Receiver<String>) {
    let mut left_over = None;
    loop {
        let first = match left_over.take() {
            Some(message) => Some(message),
            None => waiting.recv().await,
        };
        let Some(mut lines) = first else { return };
        while let Ok(message) = waiting.try_recv() {
            if lines.len() + 1 + message.len() > BYTES {
                left_over = Some(message);
                break;
            }
            lines.push('\n');
            lines.push_str(&message);
        }
        let notify = sqlx::query("select pg_notify($1, $2)").bind(channel).bind(lines).execute(&pool);
        if !matches!(tokio::time::timeout(PATIENCE, notify).await, Ok(Ok(_))) {
            tracing::debug!(channel, "messages to the other nodes were lost");
        }
        tokio::time::sleep(GATHER).await;
    }
}

/// Listens on a connection of its own, and again whenever that is lost.
async fn listen(
    pool: PgPool,
    channel: &'static str,
    outbox: Outbox,
    hear: impl Fn(Notice<'_>, &Outbox) + Send + Sync,
) {
    loop {
        if let Some(mut listener) = db::listen(&pool, "ledgerdesk-notices", channel).await {
            hear(Notice::Listening, &outbox);
            while let Ok(Some(notice)) = listener.try_recv().await {
                notice.payload().lines().for_each(|line| hear(Notice::Said(line), &outbox));
            }
        }
        tokio::time::sleep(BACK_OFF).await;
    }
}
