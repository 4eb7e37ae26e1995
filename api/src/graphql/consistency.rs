//! Read your writes: a query waits until the read models that it reads show a position.

use std::time::Duration;

use async_graphql::Context;
use ledgerdesk_domain::stream::{Position as LogPosition, StreamId, StreamType, StreamVersion};
use ledgerdesk_infrastructure::{event_store::EventStore, timers};
use ledgerdesk_projections::runtime::ReadSide;
use sqlx::PgPool;
use uuid::Uuid;

use super::{
    caller::Caller,
    error::Fault,
    model::{loaders, position::Position},
};

/// Whether the caller reaches the consultation: asked of the log, which is never behind, unless it depends on who holds
/// it.
pub(super) async fn has_consultation(ctx: &Context<'_>, id: Uuid) -> Result<bool, Fault> {
    let stream = StreamId::new(StreamType::Consultation, id);
    let caller = ctx.data::<Caller>()?;
    if caller.own().is_some() {
        return Ok(loaders(ctx)?.consultations.load(id).await?.is_some());
    }
    let workspace = caller.workspace_id;
    let first = ctx.data::<EventStore>()?.read_stream(workspace, stream, StreamVersion::NONE, 1).await?;
    Ok(!first.is_empty())
}

/// How long a query waits. Read models follow within milliseconds; one that does not has a reason that waiting
/// longer does not change.
const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// Waits until each of the projections shows the position, if one is asked for.
pub async fn settle(
    ctx: &Context<'_>,
    projections: &[&str],
    min_position: Option<Position>,
) -> Result<(), Fault> {
    let Some(Position(wanted)) = min_position else { return Ok(()) };
    let store = ctx.data::<EventStore>()?;
    // The head that this node last saw may be a wake-up behind; only then the database is asked.
    if wanted > store.head().position && wanted > store.fetch_head().await?.position {
        return Err(Fault::bad_input(format!(
            "`minPosition` is {wanted}, but the log does not reach that far; pass a position that this API returned"
        )));
    }
    wait(ctx, projections, wanted, ", or read without `minPosition` to see what is there").await
}

/// Waits until each of the projections shows a position that the log has.
pub(super) async fn arrive(
    ctx: &Context<'_>,
    projections: &[&str],
    wanted: LogPosition,
) -> Result<(), Fault> {
    wait(ctx, projections, wanted, "").await
}

async fn wait(
    ctx: &Context<'_>,
    projections: &[&str],
    wanted: LogPosition,
    advice: &str,
) -> Result<(), Fault> {
    let outcome = ctx.data::<ReadSide>()?.wait_for(projections, wanted, LONGEST_WAIT).await;
    outcome.map_err(|stale| {
        let message = format!("{stale}{advice}");
        if stale.pause.is_some() { Fault::Paused { message } } else { Fault::Timeout { message } }
    })
}

/// How often it is looked whether the clocks have followed: they do within milliseconds.
const LOOK: Duration = Duration::from_millis(20);

/// Waits until the clocks of service levels show the position, if one is asked for. Follows [`settle`], which knows
/// that the log reaches that far.
pub(super) async fn settle_clocks(ctx: &Context<'_>, min_position: Option<Position>) -> Result<(), Fault> {
    let Some(Position(wanted)) = min_position else { return Ok(()) };
    let pool = ctx.data::<PgPool>()?;
    let shown = async {
        while !timers::is_shown(pool, wanted).await? {
            tokio::time::sleep(LOOK).await;
        }
        Ok::<_, Fault>(())
    };
    tokio::time::timeout(LONGEST_WAIT, shown).await.unwrap_or_else(|_| {
        let message = format!(
            "the clocks of service levels do not show position {wanted} yet; try again in a moment, or read without \
             `minPosition` to see what is there"
        );
        Err(Fault::Timeout { message })
    })
}
