//! What the router works with, put together from a node.

use std::sync::Arc;

use futures_util::FutureExt as _;
use ledgerdesk_infrastructure::{auth::ApiKeys, config::Config, event_store::EventStore};
use ledgerdesk_projections::runtime::{ProjectionState, ProjectionStatus, ReadSide};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    cli::node::Node,
    http::{
        AppState, SocketLimits, Timeouts,
        auth::{Authenticator, KeysUnavailable, Principal},
        guard::Limits,
        health::{Health, HealthReport, ProjectionHealth},
    },
};

/// The router's state.
pub(super) fn state(node: &Node, shutdown: CancellationToken, tasks: TaskTracker) -> AppState {
    let runtime = &node.runtime;
    AppState {
        endpoint: node.endpoint.clone(),
        authenticator: authenticator(runtime.api_keys.clone()),
        health: health(runtime.store.clone(), node.read_side.clone()),
        ids: runtime.ids.clone(),
        limits: limits(&runtime.config),
        timeouts: Timeouts::default(),
        sockets: sockets(&runtime.config),
        metrics: node.http_metrics.clone(),
        registry: Arc::clone(&node.registry),
        shutdown,
        tasks,
    }
}

fn authenticator(keys: ApiKeys) -> Authenticator {
    Authenticator::new(move |secret| {
        let keys = keys.clone();
        async move {
            let key = keys.authenticate(&secret).await.map_err(|error| KeysUnavailable(error.into()))?;
            Ok(key.map(|key| Principal {
                workspace_id: key.workspace_id,
                key_id: key.id,
                role: key.role,
                actor: key.actor,
            }))
        }
        .boxed()
    })
}

fn limits(config: &Config) -> Limits {
    Limits {
        body_bytes: config.limits.body_bytes,
        tokens: config.limits.query_tokens as u64,
        nesting: config.limits.query_depth as u64,
        ..Limits::default()
    }
}

fn sockets(config: &Config) -> SocketLimits {
    SocketLimits {
        sockets: config.subscriptions.connections,
        operations: config.subscriptions.operations,
        queue: config.subscriptions.buffer,
        ..SocketLimits::default()
    }
}

/// The head and the projections are asked of the database, so that an answer proves that it answers.
fn health(store: EventStore, read_side: ReadSide) -> Health {
    Health::new(move || {
        let (store, read_side) = (store.clone(), read_side.clone());
        async move {
            let head = store.fetch_head().await.ok().map(|head| head.position.0);
            let projections = read_side.status().await.unwrap_or_default();
            HealthReport {
                database: head.is_some(),
                head,
                projections: projections.into_iter().map(projection).collect(),
            }
        }
        .boxed()
    })
}

fn projection(status: ProjectionStatus) -> ProjectionHealth {
    let state = match (status.rebuild, status.state) {
        (Some(_), _) => "rebuilding",
        (None, ProjectionState::Idle) => "idle",
        (None, ProjectionState::Running) => "running",
        (None, ProjectionState::Paused { .. }) => "paused",
        (None, ProjectionState::Outdated) => "outdated",
    };
    ProjectionHealth {
        name: status.name.to_owned(),
        status: state.to_owned(),
        position: status.position.0,
        lag_events: status.lag_events,
        lag_seconds: status.lag_seconds,
        parked: status.parked,
    }
}
