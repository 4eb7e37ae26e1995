//! All open consultations of a workspace are reckoned anew when its rules change.

use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use super::{BACK_OFF, Reckoned, SAFETY, Shared, TimerError, rows};

/// Streams that are read side by side.
const SIDE_BY_SIDE: usize = 16;

pub(super) async fn run(shared: Shared) {
    loop {
        let pause = match step(&shared).await {
            Ok(true) => continue,
            Ok(false) => SAFETY,
            Err(error) if error.is_shutdown() => return,
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "timers cannot follow new rules yet"
                );
                BACK_OFF
            }
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = shared.replays.notified() => {}
            () = shared.stop.cancelled() => return,
        }
    }
}

/// Reckons some consultations anew; false if there is nothing to do.
async fn step(shared: &Shared) -> Result<bool, TimerError> {
    let parts = &shared.parts;
    if shared.stop.is_cancelled() {
        return Ok(false);
    }
    let mut transaction = parts.pool.begin().await?;
    let Some((workspace, ids)) = rows::next_replay(&mut transaction).await? else { return Ok(false) };
    let rules = parts.levels.rules(workspace).await?;
    let reckoned: Vec<Reckoned> = stream::iter(ids)
        .map(|consultation| {
            let rules = &rules;
            async move {
                let facts = parts.levels.facts(workspace, consultation).await?;
                Ok::<_, TimerError>(Reckoned::of(workspace, consultation, &facts, rules))
            }
        })
        .buffered(SIDE_BY_SIDE)
        .try_collect()
        .await?;
    rows::hold(&mut transaction).await?;
    rows::write_replay(&mut transaction, workspace, reckoned).await?;
    transaction.commit().await?;
    shared.changed.notify_one();
    Ok(true)
}
