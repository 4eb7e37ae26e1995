//! `queueCounts`: how full the queues are.

use std::{convert::Infallible, sync::Arc, time::Duration};

use async_graphql::{Context, SimpleObject};
use ledgerdesk_domain::{consultation::Status as DomainStatus, stream::Position as LogPosition};
use ledgerdesk_projections::consultation_list::{self, Filter, QueueCount as Count, count_queue};
use tokio::time::Instant;

use super::{
    view::Viewed,
    watch::{self, Watch},
};
use crate::{
    graphql::{
        error::Fault,
        model::{enums::Status, loaders, position::Position},
        query::consultation_list::ConsultationFilter,
    },
    live::{Item, Publisher, Source},
};

/// The shortest time between two counts.
const PAUSE: Duration = Duration::from_millis(250);
/// How many times as long as a count took the next one is put off: counting a large table takes no more than this
/// part of a connection.
const REST: u32 = 10;

/// How many consultations of a view have a status.
#[derive(SimpleObject)]
struct QueueCount {
    /// The status.
    status: Status,
    /// How many.
    count: i64,
    /// How many of them nobody holds.
    unassigned: i64,
}

/// How full the queues are.
#[derive(SimpleObject)]
pub(super) struct QueueCounts {
    /// The log up to here is counted; perhaps more.
    position: Position,
    /// Every status once, in the order of the lifecycle.
    statuses: Vec<QueueCount>,
    /// How many open consultations nobody holds.
    unassigned: i64,
}

/// What was counted.
pub(super) struct Counted {
    position: LogPosition,
    counts: Vec<Count>,
}

pub(super) async fn source(
    ctx: &Context<'_>,
    filter: ConsultationFilter,
) -> Result<impl Source + use<>, Fault> {
    let filter = filter.read()?;
    loaders(ctx)?.reach_filtered::<consultation_list::Row>(&filter)?;
    let of = format!("{filter:?}");
    watch::join(ctx, "queue counts", of, |watch, publisher| keep(watch, filter, publisher)).await
}

/// Counts after each change, but not all the time, and tells what differs.
async fn keep(watch: Watch, filter: Filter, mut publisher: Publisher) -> Result<Infallible, Fault> {
    let (mut follower, mut position) = watch.begin().await?;
    let mut known = None;
    loop {
        let started = Instant::now();
        let counts = count_queue(&watch.pool, watch.reach, &filter).await?;
        if known.as_ref() != Some(&counts) {
            known = Some(counts.clone());
            publisher.state(Item::new(Arc::new(Counted { position, counts })));
        }
        tokio::time::sleep_until(started + PAUSE.max(started.elapsed() * REST)).await;
        position = watch.next(&mut follower, consultation_list::Row::keys).await?.position;
    }
}

pub(super) fn show(counted: &Arc<Counted>) -> QueueCounts {
    let of = |status| counted.counts.iter().find(|count| count.status == status);
    let statuses = DomainStatus::ALL.into_iter().map(|status| QueueCount {
        status: status.into(),
        count: of(status).map_or(0, |count| count.count),
        unassigned: of(status).map_or(0, |count| count.unassigned),
    });
    let open = counted.counts.iter().filter(|count| count.status.is_open());
    QueueCounts {
        position: counted.position.into(),
        statuses: statuses.collect(),
        unassigned: open.map(|count| count.unassigned).sum(),
    }
}
