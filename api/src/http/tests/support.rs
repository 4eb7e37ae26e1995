use std::{net::SocketAddr, sync::Arc, time::Duration};

use async_graphql::{Error, Object, Schema, Subscription};
use futures_util::{FutureExt as _, Stream, stream};
use ledgerdesk_domain::{context::Actor, id::WorkspaceId};
use ledgerdesk_infrastructure::clock::SystemIds;
use prometheus_client::registry::Registry;
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use uuid::Uuid;

use crate::{
    graphql::caller::Role,
    http::{
        AppState, SocketLimits, Timeouts,
        auth::{Authenticator, Principal},
        endpoint::Endpoint,
        guard,
        health::{Health, HealthReport},
        metrics::HttpMetrics,
        router, serve,
    },
};

pub(super) const KEY: &str = "ldk_test";

struct Query;

#[Object]
impl Query {
    async fn hello(&self) -> &str {
        "hello"
    }

    async fn echo(&self, number: i32) -> i32 {
        number
    }

    async fn leak(&self) -> Result<Option<i32>, Error> {
        std::future::ready(Err(Error::new("password of the database: secret"))).await
    }

    async fn panics(&self) -> Option<i32> {
        std::hint::black_box(None::<i32>).or_else(|| panic!("on purpose"))
    }

    async fn never(&self) -> Option<i32> {
        std::future::pending().await
    }
}

struct Mutation;

#[Object]
impl Mutation {
    async fn change(&self) -> i32 {
        1
    }
}

struct Subscriptions;

#[Subscription]
impl Subscriptions {
    async fn count(&self, to: i32) -> impl Stream<Item = i32> {
        stream::iter(1..=to)
    }

    async fn silence(&self) -> impl Stream<Item = i32> {
        stream::pending()
    }

    async fn refused(&self) -> Result<stream::Empty<i32>, Error> {
        std::future::ready(Err(Error::new("secret"))).await
    }
}

/// A server on a free port, stopped with the test.
pub(super) struct Server {
    pub(super) address: SocketAddr,
    pub(super) shutdown: CancellationToken,
    pub(super) serving: JoinHandle<std::io::Result<()>>,
}

impl Server {
    pub(super) async fn start() -> Self {
        Self::with(SocketLimits { init: Duration::from_millis(200), ..SocketLimits::default() }).await
    }

    pub(super) async fn with(sockets: SocketLimits) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (shutdown, tasks) = (CancellationToken::new(), TaskTracker::new());
        let mut registry = Registry::default();
        let schema = Schema::new(Query, Mutation, Subscriptions);
        let state = AppState {
            endpoint: Endpoint::new(schema, |request, _| request),
            authenticator: Authenticator::new(|secret| {
                let principal = (secret == KEY).then(|| Principal {
                    workspace_id: WorkspaceId(Uuid::from_u128(1)),
                    key_id: Uuid::from_u128(2),
                    access: Role::Owner.into(),
                    credential: crate::graphql::caller::Credential::Key,
                    expires_at: None,
                    actor: Actor::SYSTEM,
                });
                async move { Ok(principal) }.boxed()
            }),
            health: Health::new(|| {
                async { HealthReport { database: true, head: Some(0), projections: Vec::new() } }.boxed()
            }),
            ids: Arc::new(SystemIds),
            limits: guard::Limits::default(),
            timeouts: Timeouts { query: Duration::from_millis(300), ..Timeouts::default() },
            sockets,
            metrics: HttpMetrics::register(&mut registry),
            registry: Arc::new(registry),
            shutdown: shutdown.clone(),
            tasks: tasks.clone(),
        };
        let serving = tokio::spawn(serve(listener, router(state), shutdown.clone(), tasks));
        Self { address, shutdown, serving }
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shutdown.cancel();
    }
}
