//! Who is there and who types: told to whoever watches, on every node, and never stored.
//!
//! A [`Sign`] holds for some seconds and has to be given again; so nothing is left behind by a client, a node or a
//! connection that vanishes. Each node keeps what it heard on a [`Board`]; signs travel in [`wire`] messages over
//! `NOTIFY`, and a node that begins to listen asks the others to say theirs again.

mod board;
mod rate;
mod wire;

use std::sync::{Arc, OnceLock};

use ledgerdesk_infrastructure::notices::Notices;
use sqlx::PgPool;
use tokio::time::{Duration, Instant};
use uuid::Uuid;

pub(crate) use self::board::{Place, Says, Sign};
use self::{board::Board, rate::Rate, wire::Message};
use super::{Item, Publisher};
use crate::graphql::error::Fault;

/// The channel of the database.
const CHANNEL: &str = "ledgerdesk_ephemeral";
/// The shortest time between two states of one place.
const PAUSE: Duration = Duration::from_millis(50);

/// The signs of a node. Cheap to clone; the channel is joined when the first sign is given or watched.
#[derive(Clone)]
pub(crate) struct Ephemeral(Arc<Shared>);

struct Shared {
    pool: PgPool,
    node: Uuid,
    board: Arc<Board>,
    rate: Rate,
    notices: OnceLock<Notices>,
}

impl Ephemeral {
    /// `node` tells this node from the others.
    pub(crate) fn new(pool: PgPool, node: Uuid) -> Self {
        let (board, rate, notices) = (Arc::default(), Rate::default(), OnceLock::new());
        Self(Arc::new(Shared { pool, node, board, rate, notices }))
    }

    fn notices(&self) -> &Notices {
        self.0.notices.get_or_init(|| {
            let (node, board) = (self.0.node, Arc::clone(&self.0.board));
            Notices::join(&self.0.pool, CHANNEL, move |notice, outbox| {
                wire::hear(node, &board, notice, outbox);
            })
        })
    }

    /// Gives a sign, or with `holds: None` takes it back. `key` is who is counted for the rate.
    pub(crate) fn give(
        &self,
        key: Uuid,
        place: Place,
        sign: Sign,
        holds: Option<Duration>,
    ) -> Result<(), Fault> {
        self.0.rate.take(key)?;
        let message = Message::of(self.0.node, place, &sign, holds);
        let placed = if let Some(holds) = holds {
            self.0.board.put(place, sign, Instant::now(), holds)
        } else {
            self.0.board.remove(place, &sign);
            true
        };
        if !placed || self.notices().outbox().tell(message.encode()).is_err() {
            return Err(Fault::Unavailable { message: FULL });
        }
        Ok(())
    }

    /// Tells the signs of a place whenever they change, until nobody watches it any more.
    pub(crate) async fn keep(self, place: Place, mut publisher: Publisher) -> Fault {
        self.notices();
        let mut changed = self.0.board.watch(place, Instant::now());
        let mut known: Option<Vec<Sign>> = None;
        loop {
            changed.mark_unchanged();
            let (signs, until) = self.0.board.signs(place, Instant::now());
            if known.as_ref() != Some(&signs) {
                known = Some(signs.clone());
                publisher.state(Item::new(Arc::new(signs)));
            }
            tokio::time::sleep(PAUSE).await;
            tokio::select! {
                gone = changed.changed() => if gone.is_err() {
                    changed = self.0.board.watch(place, Instant::now());
                },
                () = expiry(until) => {}
            }
        }
    }
}

async fn expiry(until: Option<Instant>) {
    match until {
        Some(until) => tokio::time::sleep_until(until).await,
        None => std::future::pending().await,
    }
}

const FULL: &str = "there are too many signs at once; try again in a moment";
