//! Lists and counts of consultations as they were: which ones, from their versions; what they were like, from the log.
//!
//! A question stands at a position: the one that it asks for, or where the log ends when it is asked. It waits until the
//! versions are there, and whatever was recorded later does not count, neither in the list nor in what it shows.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{
    Context,
    connection::{Connection, Edge},
};
use futures_util::FutureExt as _;
use ledgerdesk_domain::{
    event::Recorded,
    id::ConsultationId,
    stream::{StreamId, StreamType},
};
use ledgerdesk_infrastructure::event_store::{EventStore, Until};
use ledgerdesk_projections::{
    as_of::Snapshot,
    consultation_list::{self, Order, StatusCount},
    consultation_versions::{self, Filter, Listed, Moment, Sums, Unsupported},
    read::Keyset,
};
use uuid::Uuid;

use super::{
    as_of::{self, Cut, PAGE},
    caller::Caller,
    consistency::arrive,
    error::Fault,
    model::{consultation::Consultation, loaders},
    paging::{self, Listing, Paging, Total},
    query::filters::ConsultationOrder,
};

/// Events of each consultation that are read together with those of the others of a page.
const EACH: usize = 200;
/// Most events of all consultations of a page.
const MAX_EVENTS: usize = 100_000;

/// An order, and who asks for it.
#[derive(Debug, Clone, Copy)]
pub(in crate::graphql) struct Ordered {
    pub(in crate::graphql) order: ConsultationOrder,
    /// The argument, for refusals.
    pub(in crate::graphql) by: &'static str,
}

/// What a list of the past is asked for.
pub(in crate::graphql) struct Asked {
    pub(in crate::graphql) filter: consultation_list::Filter,
    pub(in crate::graphql) order: Option<Ordered>,
}

/// A page of the list as it was.
pub(in crate::graphql) async fn listing(
    ctx: &Context<'_>,
    cut: Cut,
    Asked { filter, order }: Asked,
    paging: &Paging,
) -> Result<Listing<Consultation>, Fault> {
    let keyset = keyset(order)?;
    let (moment, cut) = stand(ctx, cut).await?;
    let filter = Filter::new(moment, filter, Some(keyset)).map_err(unsupported)?;
    let request = paging::request::<Listed>(&filter, keyset, paging)?;
    let loaders = loaders(ctx)?;
    let (pool, reach) = (loaders.pool.clone(), loaders.reach_filtered::<Listed>(&filter)?);
    let page = consultation_versions::page(&pool, reach, &filter, keyset, &request).await?;
    let ids: Vec<_> = page.rows.iter().map(|(_, listed)| listed.consultation_id).collect();
    let mut then = snapshots(ctx, &ids, cut).await?;

    let (counted, sums) = (Arc::new(filter.clone()), ctx.data::<Sums>()?.clone());
    let total = Total::new(move || {
        let (pool, sums, filter) = (pool.clone(), sums.clone(), Arc::clone(&counted));
        async move { Ok(consultation_versions::count(&pool, &sums, reach, &filter, keyset).await?) }.boxed()
    });
    let mut connection = Connection::with_additional_fields(page.has_previous, page.has_next, total);
    for (key, listed) in page.rows {
        let Some(snapshot) = then.remove(&listed.consultation_id.uuid()) else {
            tracing::error!(consultation = %listed.consultation_id, "a list of the past has what was not there");
            return Err(Fault::Internal);
        };
        let cursor = paging::cursor::<Listed>(&filter, keyset, key);
        connection.edges.push(Edge::new(cursor, Consultation::at(&snapshot)));
    }
    Ok(connection)
}

/// How many consultations each status had.
pub(in crate::graphql) async fn counts(
    ctx: &Context<'_>,
    cut: Cut,
    filter: consultation_list::Filter,
) -> Result<Vec<StatusCount>, Fault> {
    let (moment, _) = stand(ctx, cut).await?;
    let filter = Filter::new(moment, filter, None).map_err(unsupported)?;
    let loaders = loaders(ctx)?;
    let reach = loaders.reach_filtered::<Listed>(&filter)?;
    let sums = ctx.data::<Sums>()?;
    Ok(consultation_versions::count_by_status(&loaders.pool, sums, reach, &filter).await?)
}

/// The position at which the question stands, once the versions are there.
async fn stand(ctx: &Context<'_>, cut: Cut) -> Result<(Moment, Cut), Fault> {
    let asked = cut.position(ctx).await?;
    let moment = match (cut.happened(), asked) {
        (None, Some(position)) => Moment::at_position(position),
        (Some(time), Some(position)) => Moment::at_time(time, position),
        (happened, None) => {
            let head = ctx.data::<EventStore>()?.fetch_head().await?.position;
            happened.map_or(Moment::at_position(head), |time| Moment::at_time_as_known_now(time, head))
        }
    };
    arrive(ctx, &["consultation_versions"], moment.position()).await?;
    Ok((moment, cut.up_to(moment.position())))
}

fn keyset(order: Option<Ordered>) -> Result<Keyset, Fault> {
    let Some(Ordered { order, by }) = order else { return Ok(Order::OpenedAt.keyset(true)) };
    order.past().ok_or_else(|| Fault::AsOfUnsupported {
        message: format!(
            "`{by}` asks for {}, which is not kept of the past; order by OPENED_AT, PRIORITY, APPOINTED_FOR or CLOSED_AT",
            order.name()
        ),
    })
}

fn unsupported(Unsupported { argument }: Unsupported) -> Fault {
    Fault::AsOfUnsupported {
        message: format!(
            "`{argument}` asks for what is not kept of the past; narrow by status, priority, channel, assignee, \
             unassigned, team, client, tags, opened, closed, hasOpenHandover, includeMerged, and by conditions on \
             these, priorityRank, language, resolvedAt and appointedFor"
        ),
    }
}

/// The consultations of a page as they were.
async fn snapshots(
    ctx: &Context<'_>,
    ids: &[ConsultationId],
    cut: Cut,
) -> Result<HashMap<Uuid, Arc<Snapshot>>, Fault> {
    let Some(position) = cut.position(ctx).await?.filter(|_| !ids.is_empty()) else {
        return Ok(HashMap::new());
    };
    let (store, workspace) = (ctx.data::<EventStore>()?, ctx.data::<Caller>()?.workspace_id);
    let streams: Vec<_> = ids.iter().map(|id| StreamId::new(StreamType::Consultation, id.uuid())).collect();
    let until = Until { position, happened: cut.happened() };
    let mut events: HashMap<StreamId, Vec<Arc<Recorded>>> = HashMap::new();
    for event in store.read_streams(workspace, &streams, until, EACH).await? {
        events.entry(event.stream).or_default().push(event);
    }
    let mut count = 0;
    let mut found = HashMap::new();
    for (stream, mut events) in events {
        if events.len() == EACH {
            read_on(ctx, stream, &mut events, cut).await?;
        }
        count += events.len();
        check_count(count)?;
        if let Some(snapshot) = as_of::fold(ctx, &events, cut)? {
            found.insert(stream.id, snapshot);
        }
    }
    Ok(found)
}

/// Reads what is left of a consultation with many events.
async fn read_on(
    ctx: &Context<'_>,
    stream: StreamId,
    events: &mut Vec<Arc<Recorded>>,
    cut: Cut,
) -> Result<(), Fault> {
    let (store, workspace) = (ctx.data::<EventStore>()?, ctx.data::<Caller>()?.workspace_id);
    let mut after = events.last().map(|event| event.version).unwrap_or_default();
    loop {
        let page = store.read_stream(workspace, stream, after, PAGE).await?;
        let full = page.len() == PAGE;
        after = page.last().map_or(after, |event| event.version);
        events.extend(page.into_iter().filter(|event| cut.has(event)));
        as_of::check_length(events.len())?;
        if !full {
            return Ok(());
        }
    }
}

fn check_count(events: usize) -> Result<(), Fault> {
    if events <= MAX_EVENTS {
        return Ok(());
    }
    let message = format!(
        "the consultations of this page have more than {MAX_EVENTS} events, too many to go through for one answer; ask \
         for a smaller page"
    );
    Err(Fault::HistoryTooLong { message })
}
