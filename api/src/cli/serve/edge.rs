//! What the router works with, put together from a node.

use std::{fs, sync::Arc, time::Duration};

use futures_util::FutureExt as _;
use ledgerdesk_infrastructure::{
    auth::{Admission, AuthError, Oidc},
    clock::Clock,
    config::{Config, GraphqlConfig, HttpStatuses},
    event_store::EventStore,
};
use ledgerdesk_projections::runtime::{ProjectionState, ProjectionStatus, ReadSide};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    cli::{failure::Failure, node::Node},
    http::{
        AppState, Connections, Rates, Settings, SocketLimits, Statuses, Timeouts, TrustedDocuments,
        auth::{Authenticator, KeysUnavailable, Principal},
        guard::{Documents, Limits},
        health::{Health, HealthReport, ProjectionHealth},
    },
};

/// The router's state.
pub(super) fn state(
    node: &Node,
    settings: Settings,
    shutdown: CancellationToken,
    tasks: TaskTracker,
) -> Result<AppState, AuthError> {
    let runtime = &node.runtime;
    Ok(AppState {
        endpoint: node.endpoint.clone(),
        authenticator: authenticator(admission(node)?, node.runtime.clock.clone()),
        health: health(runtime.store.clone(), node.read_side.clone()),
        ids: runtime.ids.clone(),
        limits: limits(&runtime.config),
        settings,
        documents: Documents::default(),
        rates: rates(&runtime.config.graphql),
        connections: Connections::default(),
        timeouts: Timeouts::default(),
        sockets: sockets(&runtime.config),
        metrics: node.http_metrics.clone(),
        registry: Arc::clone(&node.registry),
        shutdown,
        tasks,
    })
}

/// The door: keys, and what the configuration lets in besides.
fn admission(node: &Node) -> Result<Admission, AuthError> {
    let runtime = &node.runtime;
    let access = runtime.config.access.clone();
    let keys = (runtime.pool().clone(), runtime.api_keys.clone());
    let oidc = access.oidc.map(Oidc::new).transpose()?;
    Ok(Admission::new(keys, (oidc, access.front_end), (runtime.clock.clone(), runtime.ids.clone())))
}

/// How long a look-up of a key may take: no request waits longer to be let in or turned away.
const KEY_WITHIN: Duration = Duration::from_secs(15);

fn authenticator(admission: Admission, clock: Arc<dyn Clock>) -> Authenticator {
    Authenticator::new(move |secret| {
        let (admission, clock) = (admission.clone(), clock.clone());
        async move {
            let looked_up = tokio::time::timeout(KEY_WITHIN, admission.admit(&secret)).await;
            let admitted = looked_up
                .map_err(|elapsed| KeysUnavailable(elapsed.into()))?
                .map_err(|error| KeysUnavailable(error.into()))?;
            Ok(admitted.map(|admitted| Principal::of(admitted, clock.now())))
        }
        .boxed()
    })
}

fn limits(config: &Config) -> Limits {
    Limits {
        body_bytes: config.limits.body_bytes,
        tokens: config.limits.query_tokens as u64,
        nesting: config.limits.query_depth as u64,
        introspection: config.graphql.introspection,
        ..Limits::default()
    }
}

/// What is offered, and to whom; a file of trusted documents that cannot be read is a fault of the start.
pub(super) fn settings(config: &GraphqlConfig) -> Result<Settings, Failure> {
    let trusted = match &config.trusted_documents {
        None => TrustedDocuments::default(),
        Some(path) => {
            let fault = |why: String| Failure {
                code: "trusted_documents_unreadable",
                message: format!("LEDGERDESK_TRUSTED_DOCUMENTS names {}: {why}", path.display()),
            };
            let json = fs::read(path).map_err(|error| fault(error.to_string()))?;
            TrustedDocuments::from_json(&json, config.trusted_documents_only)
                .map_err(|error| fault(error.to_string()))?
        }
    };
    Ok(Settings {
        statuses: match config.statuses {
            HttpStatuses::Audited => Statuses::Audited,
            HttpStatuses::Draft => Statuses::Draft,
        },
        trusted,
        origins: config.allowed_origins.iter().cloned().collect(),
        graphiql: config.graphiql,
    })
}

fn rates(config: &GraphqlConfig) -> Rates {
    Rates::per_minute(config.requests_per_minute, config.cost_per_minute)
}

fn sockets(config: &Config) -> SocketLimits {
    SocketLimits {
        sockets: config.subscriptions.connections,
        per_key: config.subscriptions.connections_per_key,
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
    let (state, pause) = match (status.rebuild, status.state) {
        (_, ProjectionState::Paused(pause)) => ("paused", Some(pause)),
        (Some(_), _) => ("rebuilding", None),
        (None, ProjectionState::Idle) => ("idle", None),
        (None, ProjectionState::Running) => ("running", None),
        (None, ProjectionState::Outdated) => ("outdated", None),
    };
    let (code, reason) = pause.map(|pause| (pause.code, pause.reason)).unzip();
    ProjectionHealth {
        name: status.name.to_owned(),
        status: state.to_owned(),
        code,
        reason,
        position: status.position.0,
        lag_events: status.lag_events,
        lag_seconds: status.lag_seconds,
        parked: status.parked,
    }
}
