//! Measures lag for the metrics.

use super::{bounded::bounded, fault::Fault, shared::Shared, status};

/// Measures until the process stops.
pub(super) async fn measure(shared: &Shared) {
    loop {
        if let Err(Fault::Stopping) = shared.pause(shared.settings.lag_interval).await {
            return;
        }
        match bounded(shared.settings.lease, status::status(shared)).await {
            Ok(projections) => {
                shared.metrics.forget_pauses();
                for projection in projections {
                    shared.metrics.measure(projection.name, &projection.lag());
                }
            }
            Err(error) => tracing::debug!(%error, "lag could not be measured"),
        }
    }
}
