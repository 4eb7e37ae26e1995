//! The live projection: takes the lead, follows the log, applies page after page.

use std::{
    convert::Infallible,
    sync::Arc,
    time::{Duration, Instant},
};

use ledgerdesk_domain::stream::Position;
use ledgerdesk_infrastructure::event_store::{Cursor, LogPage};

use super::{
    bounded::bounded,
    claim::Start,
    fault::Fault,
    fold::Fold,
    kept,
    lanes::{self, Lanes},
    lease::{self, Asked, Held},
    page_size::PageSize,
    rebuild,
    registered::Registered,
    shared::Shared,
};

/// Events that are tried at once after a leader vanished: one of them may have ended it.
const SUSPECTS: usize = 64;
/// How far behind the checkpoint may be because of events that change nothing: other nodes wait for it.
const PASSED_FOR: Duration = Duration::from_millis(100);
/// The pause after the first fault; doubled up to [`LONGEST_PAUSE`].
const SHORTEST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// How often somebody who waits for the end of a load looks.
const LOOK: Duration = Duration::from_millis(500);

/// Keeps one projection up to date until the process stops.
pub(super) async fn run(shared: &Shared, projection: &Arc<dyn Registered>) {
    let name = projection.definition().name;
    let mut pause = SHORTEST_PAUSE;
    // Whether a rebuild may take a table to the end of a log that has run ahead of it.
    let mut leaps = true;
    loop {
        let result = term(shared, projection, &mut pause, &mut leaps).await;
        shared.publish(name, None);
        let wait = match result {
            Err(Fault::Stopping) => return,
            Ok(Ended::NothingToLead) => shared.settings.lease / 10,
            Ok(Ended::Rebuilt) => Duration::ZERO,
            Err(Fault::Fenced) => {
                tracing::info!(projection = name, "the lead was taken over");
                SHORTEST_PAUSE
            }
            Err(fault) => {
                let source = std::error::Error::source(&fault).map(ToString::to_string);
                tracing::warn!(projection = name, %fault, source, "the projection waits and tries again");
                pause = (pause * 2).min(LONGEST_PAUSE);
                pause
            }
        };
        if shared.pause(wait).await.is_err() {
            return;
        }
    }
}

/// How a term ended without a fault.
enum Ended {
    /// Another node leads.
    NothingToLead,
    /// The table was outdated and is new now.
    Rebuilt,
}

/// One term: from asking for the lead to losing it.
async fn term(
    shared: &Shared,
    projection: &Arc<dyn Registered>,
    pause: &mut Duration,
    leaps: &mut bool,
) -> Result<Ended, Fault> {
    let definition = projection.definition();
    let settings = &shared.settings;
    if shared.shutdown.is_cancelled() {
        return Err(Fault::Stopping);
    }
    let asking = lease::ask(&shared.pool, definition, &settings.node, settings.lease);
    match bounded(settings.lease, asking).await? {
        Asked::Taken => Ok(Ended::NothingToLead),
        Asked::Newer(version) => {
            tracing::debug!(projection = definition.name, version, "a newer program leads");
            Ok(Ended::NothingToLead)
        }
        Asked::Outdated => renew_table(shared, projection, Start::Continue).await,
        Asked::Granted(held) => {
            let lease = held.lease.clone();
            let Err(fault) = lead(shared, projection, held, pause, *leaps).await;
            shared.publish(definition.name, None);
            if let Fault::Paused(pause) = &fault {
                lease.show(&shared.pool, Some(pause)).await?;
            }
            if !matches!(fault, Fault::Fenced) {
                lease.release(&shared.pool).await?;
            }
            let Fault::Outrun(at) = fault else { return Err(fault) };
            until_loaded(shared, definition.name).await?;
            let rebuilt = renew_table(shared, projection, Start::Outrun(at)).await;
            // An event in the middle that this program does not know: page by page it comes at least that far.
            *leaps = !matches!(rebuilt, Err(Fault::Paused(_)));
            rebuilt
        }
    }
}

/// Whether more of the log lies ahead than behind, and much: a new read model, or a log that others fill faster than
/// it is followed. A rebuild reads the log with the others that begin, and makes the indexes at the end. Each one
/// begins when the log has doubled since the last, so that all of them together read it twice. During a load, most of
/// the log is still to come.
async fn is_outrun(shared: &Shared, position: Position, log_end: Position) -> Result<bool, Fault> {
    let ahead = log_end.0 - position.0;
    if ahead < shared.settings.rebuild_from {
        return Ok(false);
    }
    Ok(ahead >= position.0 || shared.unless_stopping(shared.log.is_loading()).await??)
}

/// Ends the following page by page where a rebuild comes to the end of the log sooner, and may be begun.
async fn leap(shared: &Shared, position: Position, may: bool) -> Result<(), Fault> {
    if !may {
        return Ok(());
    }
    let log_end = shared.unless_stopping(shared.log.fetch_head()).await??.position;
    if is_outrun(shared, position, log_end).await? {
        return Err(Fault::Outrun(position));
    }
    Ok(())
}

/// Waits for the end of a load: it and a rebuild beside it would only take the machine from each other.
async fn until_loaded(shared: &Shared, name: &'static str) -> Result<(), Fault> {
    let mut is_told = false;
    while shared.unless_stopping(shared.log.is_loading()).await?? {
        if !is_told {
            tracing::info!(projection = name, "a load is going on; the read model is filled when it is over");
            is_told = true;
        }
        shared.pause(LOOK).await?;
    }
    Ok(())
}

/// Rebuilds a table of an older version, or one that the log has outrun. Where another node does it already, its swap
/// ends the wait.
async fn renew_table(
    shared: &Shared,
    projection: &Arc<dyn Registered>,
    start: Start,
) -> Result<Ended, Fault> {
    let result = rebuild::rebuild(shared, projection, start, &mut |_| {}).await;
    if let Err(Fault::Paused(pause)) = &result {
        lease::show_outdated(&shared.pool, projection.definition(), pause).await?;
    }
    Ok(result?.map_or(Ended::NothingToLead, |_| Ended::Rebuilt))
}

/// Leads until something ends it.
async fn lead(
    shared: &Shared,
    projection: &Arc<dyn Registered>,
    held: Held,
    pause: &mut Duration,
    leaps: bool,
) -> Result<Infallible, Fault> {
    let definition = projection.definition();
    let settings = &shared.settings;
    let counts = shared.metrics.counts(definition.name);
    counts.lease_taken();
    bounded(settings.lease, kept::settle(&shared.pool, definition)).await?;
    let Held { lease, cursor, suspect_to, abandoned } = held;
    let opening = Fold::open(&shared.pool, Arc::clone(projection), lease, cursor, counts);
    let mut fold = bounded(settings.lease, opening).await?;
    // Whether the cursor belongs to this history is known from here on.
    let mut pages = shared.unless_stopping(shared.log.follow(cursor)).await??;
    if lanes::complete(shared, &mut fold).await? {
        pages = shared.unless_stopping(shared.log.follow(fold.cursor)).await??;
    }
    if abandoned || suspect_to.is_some() {
        probe(shared, &mut fold, suspect_to).await?;
        pages = shared.unless_stopping(shared.log.follow(fold.cursor)).await??;
    }
    let log_end = shared.unless_stopping(shared.log.fetch_head()).await??.position;
    let mut lanes = Lanes::new(settings, log_end, fold.cursor.position, abandoned);
    // What a vanished leader may have had in hand goes page by page: it may have been what ended it.
    let mut trusted = lanes.trusts(fold.cursor.position);
    if leaps && trusted && is_outrun(shared, fold.cursor.position, log_end).await? {
        return Err(Fault::Outrun(fold.cursor.position));
    }
    if log_end <= fold.cursor.position {
        // Nothing is left that it could wait for.
        fold.lease.show(&shared.pool, None).await?;
    }
    shared.publish(definition.name, Some(fold.cursor.position));
    let mut size = PageSize::new(settings.page, settings.max_page);
    let mut renewal = tokio::time::interval(settings.lease / 3);
    let mut not_before = tokio::time::Instant::now();
    // Passed over since then, up to there: events that change nothing in this table. The checkpoint follows
    // later; whoever starts from it passes over them again.
    let mut passed: Option<(tokio::time::Instant, Cursor)> = None;
    loop {
        let page = tokio::select! {
            biased;
            () = shared.shutdown.cancelled() => return Err(Fault::Stopping),
            _ = renewal.tick() => {
                fold.lease.renew(&shared.pool, fold.cursor.position).await?;
                bounded(settings.lease, kept::settle(&shared.pool, definition)).await?;
                leap(shared, fold.cursor.position, leaps && trusted).await?;
                continue;
            }
            () = until(passed.map(|(since, _)| since + PASSED_FOR)) => {
                if let Some((_, cursor)) = passed.take() {
                    fold.apply(&shared.pool, &[], cursor).await?;
                }
                continue;
            }
            page = after(not_before, pages.next_page(size.limit())) => page,
        };
        let page = match (page, passed) {
            (Ok(page), _) => page,
            (Err(error), None) => return Err(error.into()),
            // Whoever looks into it should find the checkpoint right before what could not be read.
            (Err(error), Some((_, cursor))) => {
                fold.apply(&shared.pool, &[], cursor).await?;
                return Err(error.into());
            }
        };
        if !fold.touches(&page.events) {
            let since = passed.map_or_else(tokio::time::Instant::now, |(since, _)| since);
            passed = Some((since, page.cursor));
            shared.publish(definition.name, Some(page.cursor.position));
            continue;
        }
        passed = None;
        for page in lanes.take(shared, &mut fold, &mut *pages, page).await? {
            if shared.shutdown.is_cancelled() {
                return Err(Fault::Stopping);
            }
            let _permit = shared.writers.acquire().await;
            let started = Instant::now();
            take(shared, &mut fold, &page).await?;
            if page.events.len() < size.limit() {
                not_before = (started + settings.gather).into();
            }
            size.adapt(page.events.len(), started.elapsed());
        }
        *pause = SHORTEST_PAUSE;
        if !trusted && lanes.trusts(fold.cursor.position) {
            trusted = true;
            leap(shared, fold.cursor.position, leaps).await?;
        }
    }
}

/// Applies a page; what cannot be applied is parked.
async fn take(shared: &Shared, fold: &mut Fold, page: &LogPage) -> Result<(), Fault> {
    match fold.apply(&shared.pool, &page.events, page.cursor).await {
        Err(Fault::Poison(_)) => {
            let attempts = shared.settings.attempts;
            fold.isolate(&shared.pool, &page.events, page.cursor.epoch, attempts).await?;
        }
        result => result?,
    }
    shared.publish(fold.lease.name, Some(fold.cursor.position));
    Ok(())
}

/// Waits until then, or for ever.
async fn until(then: Option<tokio::time::Instant>) {
    match then {
        Some(then) => tokio::time::sleep_until(then).await,
        None => std::future::pending().await,
    }
}

/// Begins something no sooner than then.
async fn after<T>(then: tokio::time::Instant, begin: impl Future<Output = T>) -> T {
    tokio::time::sleep_until(then).await;
    begin.await
}

/// The last leader vanished: what it may have been applying is applied in small, counted steps.
async fn probe(shared: &Shared, fold: &mut Fold, suspect_to: Option<Position>) -> Result<(), Fault> {
    let start = fold.cursor.position.0;
    let epoch = shared.unless_stopping(shared.log.fetch_head()).await??.epoch;
    let mut limit =
        suspect_to.map_or(SUSPECTS, |to| usize::try_from(to.0 - start).unwrap_or(SUSPECTS).max(1));
    let end = start.saturating_add(i64::try_from(shared.settings.max_page).unwrap_or(i64::MAX));
    while fold.cursor.position.0 < end {
        let read = shared.log.read(fold.cursor.position, limit);
        let events = shared.unless_stopping(read).await??;
        if events.is_empty() {
            break;
        }
        fold.isolate(&shared.pool, &events, epoch, shared.settings.attempts).await?;
        limit = SUSPECTS;
    }
    Ok(())
}
