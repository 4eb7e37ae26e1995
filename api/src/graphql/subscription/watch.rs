//! What the tasks work with that keep a state for all who watch it.

use std::{collections::BTreeSet, convert::Infallible, time::Duration};

use async_graphql::Context;
use futures_util::FutureExt as _;
use ledgerdesk_domain::{
    client::ClientEvent,
    event::{Event, Recorded},
    id::WorkspaceId,
    manager::ManagerEvent,
    stream::Position,
};
use ledgerdesk_infrastructure::event_store::{EventStore, Follower, LogPage};
use ledgerdesk_projections::{read::Reach, runtime::ReadSide};
use sqlx::PgPool;
use uuid::Uuid;

use crate::{
    graphql::{caller::Caller, error::Fault, model::loaders},
    live::{self, Publisher, TopicKey, TopicSource, Topics},
};

/// How many events are taken from the log at a time, and how many times before what they changed is shown.
const PAGE: usize = 256;
const PAGES: usize = 16;
/// How long one wait for the read side takes before it is begun anew.
const WAIT: Duration = Duration::from_secs(2);
/// Without these rows there is nothing to show.
const ESSENTIAL: [&str; 5] = ["consultation_list", "consultation_detail", "search", "clients", "managers"];
/// These are shown below them; one that is behind makes nobody wait long.
const NESTED: [&str; 6] = ["messages", "handovers", "redates", "calls", "ratings", "history"];

/// The log and the read side, as far as the callers see who watch.
pub(super) struct Watch {
    pub(super) pool: PgPool,
    pub(super) store: EventStore,
    pub(super) read_side: ReadSide,
    pub(super) reach: Reach,
}

/// Joins those who watch the same. Where nobody does yet, `keep` keeps it until it fails.
pub(super) async fn join<F>(
    ctx: &Context<'_>,
    kind: &'static str,
    of: String,
    keep: impl FnOnce(Watch, Publisher) -> F,
) -> Result<TopicSource, Fault>
where
    F: Future<Output = Result<Infallible, Fault>> + Send + 'static,
{
    let watch = Watch {
        pool: ctx.data::<PgPool>()?.clone(),
        store: ctx.data::<EventStore>()?.clone(),
        read_side: ctx.data::<ReadSide>()?.clone(),
        // Who names nothing personal keeps nothing personal.
        reach: Reach { personal: loaders(ctx)?.may_show_personal(), ..ctx.data::<Caller>()?.reach() },
    };
    // Whoever sees less than another watches something else.
    let of = format!("{:?} {of}", watch.reach);
    let key = TopicKey { kind, workspace: watch.reach.workspace, of };
    let topics = ctx.data::<Topics>()?;
    topics
        .join(key, |publisher| {
            let keeping = keep(watch, publisher);
            async move {
                let Err(fault) = keeping.await;
                fault
            }
        })
        .await
}

impl Watch {
    /// A place in the log, once the read side shows it: what is read then, and what follows from there, misses
    /// nothing.
    pub(super) async fn begin(&self) -> Result<(Follower, Position), Fault> {
        let (follower, head) = live::from_now(&self.store).await?;
        self.is_shown(head).await?;
        Ok((follower, head))
    }

    /// Waits until the read side shows the position.
    pub(super) async fn is_shown(&self, position: Position) -> Result<(), Fault> {
        loop {
            let (essential, _) = tokio::join!(
                self.read_side.wait_for(&ESSENTIAL, position, WAIT),
                self.read_side.wait_for(&NESTED, position, WAIT / 4),
            );
            match essential {
                Ok(()) => return Ok(()),
                Err(stale) if stale.pause.is_some() => {
                    let message = format!("{stale}; subscribe again when it has gone on");
                    return Err(Fault::Paused { message });
                }
                Err(_) => {}
            }
        }
    }

    /// Waits until events touch rows of this workspace, and for the read side to show them. What is there already
    /// is taken together, so that a burst is one change.
    pub(super) async fn next(
        &self,
        follower: &mut Follower,
        keys: impl Fn(&Recorded, &mut Vec<Uuid>) + Send + Sync,
    ) -> Result<Touched, Fault> {
        loop {
            let mut touched = Touched::default();
            let mut page = Some(follower.next_page(PAGE).await?);
            for _ in 0..PAGES {
                let Some(seen) = page else { break };
                touched.take(&seen, self.reach.workspace, &keys);
                page = follower.next_page(PAGE).now_or_never().transpose()?;
            }
            if let Some(seen) = page {
                touched.take(&seen, self.reach.workspace, &keys);
            }
            if touched.erases || !touched.ids.is_empty() {
                self.is_shown(touched.position).await?;
                return Ok(touched);
            }
        }
    }
}

/// What a stretch of the log touches.
#[derive(Default)]
pub(super) struct Touched {
    /// These rows.
    pub(super) ids: BTreeSet<Uuid>,
    /// Whether somebody was erased: then rows that no event names have lost values.
    pub(super) erases: bool,
    /// Where the stretch ends.
    pub(super) position: Position,
}

impl Touched {
    fn take(
        &mut self,
        page: &LogPage,
        workspace: WorkspaceId,
        keys: &(impl Fn(&Recorded, &mut Vec<Uuid>) + Send + Sync),
    ) {
        let mut touched = Vec::new();
        for event in page.events.iter().filter(|event| event.workspace_id == workspace) {
            keys(event, &mut touched);
            self.erases |= erases(event);
        }
        self.ids.extend(touched);
        self.position = page.cursor.position;
    }
}

fn erases(event: &Recorded) -> bool {
    matches!(
        event.event,
        Event::Client(ClientEvent::PersonErased(_)) | Event::Manager(ManagerEvent::ManagerErased(_))
    )
}
