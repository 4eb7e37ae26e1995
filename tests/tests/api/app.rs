//! A whole node: log, commands, read side and HTTP server over a database of its own.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use ledgerdesk_api::{
    graphql::{
        caller::{Credential, Role},
        schema::{ApiParts, endpoint},
    },
    http::{
        AppState, Connections, Rates, Settings as HttpSettings, SocketLimits, Timeouts,
        auth::{Authenticator, Principal},
        guard,
        health::{Health, HealthReport},
        metrics::HttpMetrics,
        router, serve,
    },
};
use ledgerdesk_domain::{
    context::Actor,
    id::{ManagerId, WorkspaceId},
};
use ledgerdesk_infrastructure::{
    auth::{ApiKeys, Scope},
    clock::{IdSource as _, SystemClock, SystemIds},
};
use ledgerdesk_projections::{
    registry,
    runtime::{self, ReadSide},
};
use ledgerdesk_tests::{TestDatabase, node::Node};
use reqwest::Client;
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use uuid::Uuid;

/// A node that serves.
pub(crate) struct App {
    pub(crate) address: SocketAddr,
    pub(crate) node: Node,
    keys: Arc<Mutex<HashMap<String, Principal>>>,
    client: Client,
    shutdown: CancellationToken,
    serving: JoinHandle<std::io::Result<()>>,
    read_side: ReadSide,
    database: Arc<TestDatabase>,
}

impl App {
    pub(crate) async fn start() -> Self {
        Self::with(SocketLimits::default()).await
    }

    pub(crate) async fn with(sockets: SocketLimits) -> Self {
        let database = Arc::new(TestDatabase::new().await);
        let node = Node::open(database.pool()).await;
        Self::over(database, node, sockets, Arc::default()).await
    }

    /// Another node on the same database, which takes the same keys.
    pub(crate) async fn beside(&self) -> Self {
        let database = Arc::clone(&self.database);
        let node = Node { workspace: self.node.workspace, ..Node::open(database.pool()).await };
        Self::over(database, node, SocketLimits::default(), Arc::clone(&self.keys)).await
    }

    async fn over(
        database: Arc<TestDatabase>,
        node: Node,
        sockets: SocketLimits,
        keys: Arc<Mutex<HashMap<String, Principal>>>,
    ) -> Self {
        let shutdown = CancellationToken::new();
        let read_side = ReadSide::start(
            database.pool().clone(),
            node.store.clone(),
            registry(),
            runtime::Settings::for_node(SystemIds.next_id().to_string()),
            shutdown.clone(),
        );
        let known = Arc::clone(&keys);
        let mut registry = prometheus_client::registry::Registry::default();
        let metrics = HttpMetrics::register(&mut registry);
        let tasks = TaskTracker::new();
        let state = AppState {
            endpoint: endpoint(ApiParts {
                pool: database.pool().clone(),
                store: node.store.clone(),
                read_side: read_side.clone(),
                executor: node.executor.clone(),
                api_keys: ApiKeys::new(database.pool().clone()),
                clock: Arc::new(SystemClock),
                ids: Arc::new(SystemIds),
                anchors: ledgerdesk_infrastructure::event_store::Anchors::None,
                levels: ledgerdesk_infrastructure::service_levels::ServiceLevels::new(node.store.clone()),
                read_log: ledgerdesk_infrastructure::config::ReadLogLevel::All,
                metrics: metrics.clone(),
            }),
            authenticator: Authenticator::new(move |secret| {
                let principal = known.lock().unwrap().get(&secret).cloned();
                Box::pin(async move { Ok(principal) })
            }),
            health: Health::new(|| {
                Box::pin(async { HealthReport { database: true, head: None, projections: Vec::new() } })
            }),
            ids: Arc::new(SystemIds),
            limits: guard::Limits::default(),
            settings: HttpSettings::default(),
            documents: guard::Documents::default(),
            rates: Rates::default(),
            connections: Connections::default(),
            timeouts: Timeouts::default(),
            sockets,
            metrics,
            registry: Arc::new(registry),
            shutdown: shutdown.clone(),
            tasks: tasks.clone(),
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let serving = tokio::spawn(serve(listener, router(state), shutdown.clone(), tasks));
        let client = Client::new();
        Self { address, node, keys, client, shutdown, serving, read_side, database }
    }

    /// The connections of this node.
    pub(crate) fn pool(&self) -> &sqlx::PgPool {
        self.database.pool()
    }

    /// A key of the node's workspace.
    pub(crate) fn key(&self, role: Role) -> String {
        self.key_of(self.node.workspace, role)
    }

    /// A key of any workspace.
    pub(crate) fn key_of(&self, workspace_id: WorkspaceId, role: Role) -> String {
        let key_id = SystemIds.next_id();
        let secret = format!("ldk_{}", key_id.simple());
        let actor = Actor::bot(key_id);
        let principal = Principal {
            workspace_id,
            key_id,
            access: role.into(),
            actor,
            expires_at: None,
            credential: Credential::Key,
        };
        self.keys.lock().unwrap().insert(secret.clone(), principal);
        secret
    }

    /// A key that belongs to this manager.
    pub(crate) fn key_of_manager(&self, manager: Uuid) -> String {
        let secret = self.key(Role::Manager);
        if let Some(principal) = self.keys.lock().unwrap().get_mut(&secret) {
            principal.actor = Actor::manager(ManagerId(manager));
        }
        secret
    }

    /// The same, which sees only what the manager holds.
    pub(crate) fn key_of_manager_confined(&self, manager: Uuid) -> String {
        let secret = self.key_of_manager(manager);
        if let Some(principal) = self.keys.lock().unwrap().get_mut(&secret) {
            principal.access.scope = Scope::Own;
        }
        secret
    }

    pub(crate) fn revoke(&self, key: &str) {
        self.keys.lock().unwrap().remove(key);
    }

    /// The value of a gauge of this node.
    pub(crate) async fn gauge(&self, name: &str) -> i64 {
        let answer = self.client.get(format!("http://{}/metrics", self.address)).send().await.unwrap();
        let text = answer.text().await.unwrap();
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.expect("the gauge is shown").parse().unwrap()
    }

    /// Posts a document and returns the whole answer.
    pub(crate) async fn post(&self, key: &str, query: &str, variables: Value) -> Value {
        self.post_in("en", key, query, variables).await
    }

    pub(crate) async fn post_in(&self, language: &str, key: &str, query: &str, variables: Value) -> Value {
        let request = self
            .client
            .post(format!("http://{}/graphql", self.address))
            .bearer_auth(key)
            .header("accept-language", language)
            .json(&json!({ "query": query, "variables": variables }));
        request.send().await.unwrap().json().await.unwrap()
    }

    /// Runs one mutation and returns its payload; it must have no top-level errors.
    pub(crate) async fn mutate(&self, key: &str, verb: &str, input: Value, fields: &str) -> Value {
        let stem = format!("{}{}", verb[..1].to_uppercase(), &verb[1..]);
        let query = format!(
            "mutation($input: {stem}Input!) {{ {verb}(input: $input) {{ {fields} position version userErrors {{ code message field }} }} }}"
        );
        let answer = self.post(key, &query, json!({ "input": input })).await;
        assert!(answer.get("errors").is_none(), "{answer}");
        answer["data"][verb].clone()
    }

    /// Runs one mutation that must succeed.
    pub(crate) async fn done(&self, key: &str, verb: &str, input: Value) -> Value {
        let payload = self.mutate(key, verb, input, "createdId").await;
        assert_eq!(payload["userErrors"], json!([]), "{verb}: {payload}");
        payload
    }

    /// Opens a consultation and returns its id.
    pub(crate) async fn open(&self, key: &str, topic: &str) -> String {
        let payload = self.done(key, "openConsultation", json!({ "topic": topic, "channel": "SITE" })).await;
        payload["createdId"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn stop(self) {
        self.shutdown.cancel();
        self.serving.await.unwrap().unwrap();
        self.read_side.stopped().await;
        self.node.close().await;
    }
}

/// A workspace that nobody uses.
pub(crate) fn another_workspace() -> WorkspaceId {
    WorkspaceId(Uuid::from_u128(77))
}
