//! `projectionLag`: how far the read models are behind the log.

use std::{convert::Infallible, sync::Arc, time::Duration};

use async_graphql::Context;
use ledgerdesk_projections::runtime::{ProjectionStatus, ReadSide, ReadSideError};

use super::watch;
use crate::{
    graphql::{error::Fault, model::projection::Projection},
    live::{Item, Publisher, Source},
};

/// How often it is looked at: once for all who watch, and not at all where nobody does.
const INTERVAL: Duration = Duration::from_secs(1);

pub(super) async fn source(ctx: &Context<'_>) -> Result<impl Source + use<>, Fault> {
    watch::join(ctx, "projection lag", String::new(), |watch, publisher| keep(watch.read_side, publisher))
        .await
}

async fn keep(read_side: ReadSide, mut publisher: Publisher) -> Result<Infallible, Fault> {
    let mut known: Option<Arc<Vec<ProjectionStatus>>> = None;
    let mut tick = tokio::time::interval(INTERVAL);
    loop {
        tick.tick().await;
        let status = Arc::new(read_side.status().await.map_err(|error| match error {
            ReadSideError::Database(error) => Fault::from(error),
            other => Fault::internal(&other),
        })?);
        if known.as_ref() != Some(&status) {
            known = Some(Arc::clone(&status));
            publisher.state(Item::new(status));
        }
    }
}

pub(super) fn show(status: &Arc<Vec<ProjectionStatus>>) -> Vec<Projection> {
    status.iter().cloned().map(Projection::from).collect()
}
