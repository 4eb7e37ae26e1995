use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use async_graphql::{Context, Error, Object, Schema, Subscription};
use futures_util::{FutureExt as _, Stream, StreamExt as _, stream};
use ledgerdesk_domain::{context::Actor, id::WorkspaceId};
use ledgerdesk_infrastructure::clock::SystemIds;
use prometheus_client::registry::Registry;
use reqwest::{Client, RequestBuilder, Response};
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use uuid::Uuid;

use crate::{
    graphql::caller::Role,
    http::{
        AppState, Connections, Rates, Settings, SocketLimits, Timeouts,
        auth::{Authenticator, Principal},
        endpoint::Endpoint,
        guard,
        health::{Health, HealthReport},
        metrics::HttpMetrics,
        router, serve,
    },
};

pub(super) const KEY: &str = "ldk_test";
/// Another one, of the same workspace.
pub(super) const OTHER_KEY: &str = "ldk_another";
/// One that ends by itself soon after it was shown.
pub(super) const SHORT_KEY: &str = "ldk_short_lived";

/// How long anything may take on a busy machine.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

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

    async fn never(&self, ctx: &Context<'_>) -> Option<i32> {
        let _left = Left(ctx.data_unchecked::<CancellationToken>().clone());
        std::future::pending().await
    }
}

/// Cancels when it is dropped: a resolver was given up.
struct Left(CancellationToken);

impl Drop for Left {
    fn drop(&mut self) {
        self.0.cancel();
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

#[Subscription(name = "Subscription")]
impl Subscriptions {
    async fn count(&self, to: i32) -> impl Stream<Item = i32> {
        stream::iter(1..=to)
    }

    async fn silence(&self, ctx: &Context<'_>) -> impl Stream<Item = i32> + use<> {
        let left = Left(ctx.data_unchecked::<CancellationToken>().clone());
        stream::pending().chain(stream::once(async move {
            drop(left);
            0
        }))
    }

    /// Numbers without an end, for a client that does not read.
    async fn flood(&self, ctx: &Context<'_>) -> impl Stream<Item = String> + use<> {
        let left = Left(ctx.data_unchecked::<CancellationToken>().clone());
        let text = "x".repeat(4_096);
        stream::iter(std::iter::from_fn(move || {
            let _kept = &left;
            Some(text.clone())
        }))
    }

    async fn breaks(&self) -> impl Stream<Item = i32> {
        stream::iter(1..=2).map(|number| if number < 2 { number } else { panic!("on purpose") })
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
    /// Cancelled when a resolver or a subscription that never ends was given up.
    pub(super) left: CancellationToken,
}

impl Server {
    pub(super) async fn start() -> Self {
        Self::with(SocketLimits { init: Duration::from_millis(200), ..SocketLimits::default() }).await
    }

    pub(super) async fn with(sockets: SocketLimits) -> Self {
        Self::start_with(|state| state.sockets = sockets).await
    }

    /// One whose state was changed before the start.
    pub(super) async fn start_with(change: impl FnOnce(&mut AppState)) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (shutdown, tasks) = (CancellationToken::new(), TaskTracker::new());
        let left = CancellationToken::new();
        let mut registry = Registry::default();
        let schema = Schema::build(Query, Mutation, Subscriptions).data(left.clone()).finish();
        let mut state = AppState {
            endpoint: Endpoint::new(schema, |request, _| request),
            authenticator: Authenticator::new(|secret| {
                let principal = principal(&secret);
                async move { Ok(principal) }.boxed()
            }),
            health: Health::new(|| {
                async { HealthReport { database: true, head: Some(0), projections: Vec::new() } }.boxed()
            }),
            ids: Arc::new(SystemIds),
            limits: guard::Limits::default(),
            settings: Settings::default(),
            documents: guard::Documents::default(),
            rates: Rates::default(),
            connections: Connections::default(),
            timeouts: Timeouts { query: Duration::from_millis(300), ..Timeouts::default() },
            sockets: SocketLimits::default(),
            metrics: HttpMetrics::register(&mut registry),
            registry: Arc::new(registry),
            shutdown: shutdown.clone(),
            tasks: tasks.clone(),
        };
        change(&mut state);
        let serving = tokio::spawn(serve(listener, router(state), shutdown.clone(), tasks));
        Self { address, shutdown, serving, left }
    }

    /// What `/metrics` says about one series.
    pub(super) async fn metric(&self, series: &str) -> Option<f64> {
        let text = reqwest::get(self.url("/metrics")).await.unwrap().text().await.unwrap();
        let line = text.lines().find(|line| line.split(' ').next() == Some(series))?;
        line.split(' ').nth(1)?.parse().ok()
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

fn principal(secret: &str) -> Option<Principal> {
    let key_id = [KEY, OTHER_KEY, SHORT_KEY].iter().position(|key| *key == secret)?;
    Some(Principal {
        workspace_id: WorkspaceId(Uuid::from_u128(1)),
        key_id: Uuid::from_u128(u128::try_from(key_id).unwrap()),
        access: Role::Owner.into(),
        actor: Actor::SYSTEM,
        credential: crate::graphql::caller::Credential::Key,
        expires_at: (secret == SHORT_KEY).then(|| Instant::now() + Duration::from_millis(500)),
    })
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shutdown.cancel();
    }
}

pub(super) fn post(server: &Server) -> RequestBuilder {
    Client::new().post(server.url("/graphql")).bearer_auth(KEY)
}

pub(super) async fn query(server: &Server, query: &str) -> Response {
    post(server).json(&json!({ "query": query })).send().await.unwrap()
}

pub(super) async fn code(response: Response) -> String {
    let body: Value = response.json().await.unwrap();
    body["errors"][0]["extensions"]["code"].as_str().unwrap_or_default().to_owned()
}
