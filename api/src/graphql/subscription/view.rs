//! A filtered table, kept in memory for all who watch it: what entered it, changed in it and left it.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
    convert::Infallible,
    sync::Arc,
};

use chrono::{DateTime, Utc};
use ledgerdesk_domain::{event::Recorded, stream::Position};
use ledgerdesk_projections::{
    consultation_list, handovers,
    read::{self, Filter, ReadRow},
    runtime::Projection as _,
};
use uuid::Uuid;

use super::watch::Watch;
use crate::{
    graphql::error::Fault,
    live::{Item, Publisher},
};

/// How many rows a view may have: it is kept in memory, and sent whole to everybody who comes.
const ROWS: u16 = 1_000;

/// A row that views show.
pub(super) trait Viewed: ReadRow + Sync {
    /// Whether a row is seen or not for what happened to another one: to its consultation, whose holder sees it.
    const FOLLOWS_ITS_CONSULTATION: bool;
    /// The rows that an event touches.
    fn keys(event: &Recorded, keys: &mut Vec<Uuid>);
    /// Its key.
    fn id(&self) -> Uuid;
    /// The position of the last event in it.
    fn last_position(&self) -> i64;
    /// What a snapshot is ordered by, the newest first.
    fn time(&self) -> DateTime<Utc>;
}

impl Viewed for consultation_list::Row {
    const FOLLOWS_ITS_CONSULTATION: bool = false;

    fn keys(event: &Recorded, keys: &mut Vec<Uuid>) {
        consultation_list::ConsultationList.keys(event, keys);
    }

    fn id(&self) -> Uuid {
        self.id.uuid()
    }

    fn last_position(&self) -> i64 {
        self.last_position
    }

    fn time(&self) -> DateTime<Utc> {
        self.updated_at
    }
}

impl Viewed for handovers::Row {
    const FOLLOWS_ITS_CONSULTATION: bool = true;

    fn keys(event: &Recorded, keys: &mut Vec<Uuid>) {
        handovers::Handovers.keys(event, keys);
    }

    fn id(&self) -> Uuid {
        self.id.uuid()
    }

    fn last_position(&self) -> i64 {
        self.last_position
    }

    fn time(&self) -> DateTime<Utc> {
        self.requested_at
    }
}

/// What happened to a view since it was last shown.
pub(super) struct Change<R> {
    /// Whether it is the view as a whole, in `added`.
    pub(super) is_snapshot: bool,
    /// The log up to here is in it.
    pub(super) position: Position,
    pub(super) added: Vec<Arc<R>>,
    pub(super) updated: Vec<Arc<R>>,
    pub(super) removed: Vec<Uuid>,
}

/// The rows of a view.
struct View<R>(BTreeMap<Uuid, Arc<R>>);

impl<R: Viewed> View<R> {
    async fn read(watch: &Watch, filter: &dyn Filter) -> Result<Self, Fault> {
        let rows: Vec<R> = read::whole(&watch.pool, watch.reach, filter, ROWS + 1).await?;
        let view = Self(rows.into_iter().map(|row| (row.id(), Arc::new(row))).collect());
        view.check()?;
        Ok(view)
    }

    fn check(&self) -> Result<(), Fault> {
        if self.0.len() <= usize::from(ROWS) {
            return Ok(());
        }
        Err(Fault::ViewTooLarge {
            message: format!(
                "the view has more than {ROWS} rows; narrow the filter, for example by status, team or assignee"
            ),
        })
    }

    fn snapshot(&self, position: Position) -> Item {
        let mut added: Vec<Arc<R>> = self.0.values().map(Arc::clone).collect();
        added.sort_by_key(|row| (Reverse(row.time()), row.id()));
        Item::new(Arc::new(Change {
            is_snapshot: true,
            position,
            added,
            updated: Vec::new(),
            removed: Vec::new(),
        }))
    }

    /// Brings rows up to date. `found` are those of the touched ones that are in the view now. One that was read
    /// early, with events that only follow in the log, is not shown a second time.
    fn change(
        &mut self,
        touched: impl IntoIterator<Item = Uuid>,
        found: Vec<R>,
        position: Position,
    ) -> Change<R> {
        let mut found: BTreeMap<Uuid, Arc<R>> =
            found.into_iter().map(|row| (row.id(), Arc::new(row))).collect();
        let (mut added, mut updated, mut removed) = (Vec::new(), Vec::new(), Vec::new());
        for id in touched {
            match (found.remove(&id), self.0.get(&id)) {
                (Some(now), Some(before)) if now.last_position() <= before.last_position() => {}
                (Some(now), Some(_)) => {
                    self.0.insert(id, Arc::clone(&now));
                    updated.push(now);
                }
                (Some(now), None) => {
                    self.0.insert(id, Arc::clone(&now));
                    added.push(now);
                }
                (None, Some(_)) => {
                    self.0.remove(&id);
                    removed.push(id);
                }
                (None, None) => {}
            }
        }
        Change { is_snapshot: false, position, added, updated, removed }
    }
}

/// Keeps a view for all who watch it.
pub(super) async fn keep<R: Viewed>(
    watch: Watch,
    filter: impl Filter + 'static,
    mut publisher: Publisher,
) -> Result<Infallible, Fault> {
    let (mut follower, head) = watch.begin().await?;
    let mut view = View::<R>::read(&watch, &filter).await?;
    publisher.state(view.snapshot(head));
    // For those who see only their own consultations, any event of a consultation may bring rows or take them away.
    let by_holder = R::FOLLOWS_ITS_CONSULTATION && watch.reach.own.is_some();
    let keys = if by_holder { <consultation_list::Row as Viewed>::keys } else { R::keys };
    loop {
        let touched = watch.next(&mut follower, keys).await?;
        if touched.erases {
            view = View::read(&watch, &filter).await?;
            publisher.state(view.snapshot(touched.position));
            continue;
        }
        let (ids, found) = if by_holder {
            let found: Vec<R> = read::whole(&watch.pool, watch.reach, &filter, ROWS + 1).await?;
            let ids: BTreeSet<Uuid> = view.0.keys().copied().chain(found.iter().map(R::id)).collect();
            (ids, found)
        } else {
            let ids: Vec<Uuid> = touched.ids.iter().copied().collect();
            let found = read::among(&watch.pool, watch.reach, &filter, &ids).await?;
            (touched.ids, found)
        };
        let change = view.change(ids, found, touched.position);
        view.check()?;
        if !change.added.is_empty() || !change.updated.is_empty() || !change.removed.is_empty() {
            publisher.step(Item::new(Arc::new(change)), view.snapshot(touched.position));
        }
    }
}
