//! Back to the table that a rebuild replaced.

use std::sync::Arc;

use ledgerdesk_domain::stream::Position;

use super::{
    claim::{self, Asked},
    error::ReadSideError,
    fault::Fault,
    lanes,
    rebuild::{OnProgress, Rebuild},
    registered::Registered,
    shared::Shared,
};

/// A switch that was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Switched {
    /// The version that leads now.
    pub version: i32,
    /// The position from which the table was caught up: where it stood when it was replaced.
    pub began: Position,
    /// The position at which it took over.
    pub position: Position,
    /// Events that could not be applied, and what waits behind them.
    pub parked: i64,
}

/// Catches up the table that the live one replaced and exchanges the two, exactly, under the head lock. A second
/// switch goes back again.
pub(super) async fn switch(
    shared: &Shared,
    projection: &Arc<dyn Registered>,
    progress: OnProgress<'_>,
) -> Result<Switched, ReadSideError> {
    let definition = projection.definition();
    let name = definition.name;
    let fault = |fault: Fault| ReadSideError::from_fault(name, fault);
    let _turn = shared.unless_stopping(shared.rebuilds.acquire()).await.map_err(fault)?;
    let claim = match claim::previous(&shared.pool, definition, &shared.settings).await.map_err(fault)? {
        Asked::Granted(claim) => claim,
        Asked::Taken => return Err(ReadSideError::Running { name: name.to_owned() }),
        Asked::Nothing => return Err(ReadSideError::NothingReplaced { name: name.to_owned() }),
        Asked::OtherVersion(stored) => {
            let known = definition.version;
            return Err(ReadSideError::ReplacedVersion { name: name.to_owned(), stored, known });
        }
    };
    // It may have been replaced in the middle of a stretch.
    let claim = lanes::complete_claimed(shared, projection, claim).await.map_err(fault)?;
    let mut build = Rebuild::open(shared, projection, claim).await.map_err(fault)?;
    let result = build.run(progress).await;
    if result.is_err() {
        build.leave().await;
    }
    let done = result.map_err(fault)?;
    tracing::info!(
        projection = name,
        version = definition.version,
        position = done.position.0,
        "the table that a rebuild had replaced is live again"
    );
    Ok(Switched {
        version: definition.version,
        began: done.began,
        position: done.position,
        parked: done.parked,
    })
}
