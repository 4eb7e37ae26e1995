//! What the handlers share.

use std::{sync::Arc, time::Duration};

use ledgerdesk_infrastructure::clock::IdSource;
use prometheus_client::registry::Registry;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    auth::Authenticator,
    connections::Connections,
    endpoint::Endpoint,
    graphql::{Statuses, TrustedDocuments},
    guard,
    health::Health,
    metrics::HttpMetrics,
    origin::Origins,
    rates::Rates,
};

/// Everything that the router needs.
pub struct AppState {
    /// What executes GraphQL.
    pub endpoint: Endpoint,
    /// Checks API keys.
    pub authenticator: Authenticator,
    /// Says whether this node can serve.
    pub health: Health,
    /// New request ids.
    pub ids: Arc<dyn IdSource>,
    /// What one GraphQL request may ask for.
    pub limits: guard::Limits,
    /// What is offered, and to whom.
    pub settings: Settings,
    /// The documents that were parsed lately.
    pub documents: guard::Documents,
    /// What each key may ask for in a minute.
    pub rates: Rates,
    /// The long-lived connections of each key.
    pub connections: Connections,
    /// How long things may take.
    pub timeouts: Timeouts,
    /// Bounds on long-lived connections.
    pub sockets: SocketLimits,
    /// Counts of this edge.
    pub metrics: HttpMetrics,
    /// What `/metrics` shows: [`AppState::metrics`] and whatever else was registered.
    pub registry: Arc<Registry>,
    /// Cancelled when the process shall stop.
    pub shutdown: CancellationToken,
    /// The WebSockets that still run; [`super::serve`] waits for them.
    pub tasks: TaskTracker,
}

/// The state as handlers get it.
pub(crate) type SharedState = Arc<AppState>;

/// What is offered, and to whom.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Which edition of GraphQL over HTTP the statuses follow.
    pub statuses: Statuses,
    /// The documents that clients may name by an id.
    pub trusted: TrustedDocuments,
    /// The web sites, besides our own pages, that may use the API.
    pub origins: Origins,
    /// Whether `/graphiql` is there.
    pub graphiql: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            statuses: Statuses::default(),
            trusted: TrustedDocuments::default(),
            origins: Origins::default(),
            graphiql: true,
        }
    }
}

/// How long things may take.
#[derive(Debug, Clone, Copy)]
pub struct Timeouts {
    /// From the end of the headers to the end of the body.
    pub body: Duration,
    /// Executing a query.
    pub query: Duration,
    /// Executing a mutation. Its answer may come late; what it did is told by repeating its idempotency key.
    pub mutation: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            body: Duration::from_secs(10),
            query: Duration::from_secs(15),
            mutation: Duration::from_mins(1),
        }
    }
}

/// Bounds on long-lived connections: WebSockets and event streams.
#[derive(Debug, Clone, Copy)]
pub struct SocketLimits {
    /// Open connections of this node.
    pub sockets: usize,
    /// Open connections of one key on this node.
    pub per_key: usize,
    /// Operations that run at once on one socket.
    pub operations: usize,
    /// Size of one message, in bytes.
    pub message_bytes: usize,
    /// Messages that wait to be sent on one socket; what fills them waits too.
    pub queue: usize,
    /// From the upgrade to `connection_init`.
    pub init: Duration,
    /// Between two pings; a socket that stays silent for two of them is closed.
    pub ping: Duration,
    /// For one message to be taken by the client's side.
    pub send: Duration,
}

impl Default for SocketLimits {
    fn default() -> Self {
        Self {
            sockets: 10_000,
            per_key: 1_000,
            operations: 50,
            message_bytes: 64 * 1024,
            queue: 32,
            init: Duration::from_secs(3),
            ping: Duration::from_secs(15),
            send: Duration::from_secs(30),
        }
    }
}
