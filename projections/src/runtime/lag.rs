//! Measures lag for the metrics.

use super::{fault::Fault, shared::Shared, status};

/// Measures until the process stops.
pub(super) async fn measure(shared: &Shared) {
    loop {
        if let Err(Fault::Stopping) = shared.pause(shared.settings.lag_interval).await {
            return;
        }
        match status::status(shared).await {
            Ok(projections) => {
                for projection in projections {
                    shared.metrics.measure(projection.name, &projection.lag());
                }
            }
            Err(error) => tracing::debug!(%error, "lag could not be measured"),
        }
    }
}
