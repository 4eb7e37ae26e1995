//! A desk: a node with its projections and a schema that answers queries.

use std::{sync::Arc, time::Duration};

use async_graphql::{EmptyMutation, EmptySubscription, Request, Response, Schema};
use chrono::{DateTime, TimeDelta, Utc};
use ledgerdesk_api::graphql::{
    caller::{Caller, Credential, Language, Role},
    global_id::{self, NodeKind},
    loaders::Loaders,
    query::QueryRoot,
};
use ledgerdesk_domain::{
    client::{Client, ClientCommand},
    consultation::{Attributes, Channel, Consultation, ConsultationCommand, OpenConsultation, Priority},
    context::Actor,
    decider::Decider,
    id::WorkspaceId,
    manager::{Manager, ManagerCommand},
    stream::Position,
};
use ledgerdesk_infrastructure::{
    clock::{Clock, IdSource as _, SystemClock, SystemIds},
    command::Envelope,
    event_store::Anchors,
    service_levels::ServiceLevels,
};
use ledgerdesk_projections::{
    analytics::Source,
    consultation_versions::Sums,
    registry,
    runtime::{ReadSide, Settings},
};
use ledgerdesk_tests::{TestDatabase, node::Node};
use serde_json::Value;
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

type DeskSchema = Schema<QueryRoot, EmptyMutation, EmptySubscription>;

/// A node with its projections and a schema that answers queries.
pub(crate) struct Desk {
    pub(crate) database: TestDatabase,
    pub(crate) node: Node,
    pub(crate) read_side: ReadSide,
    pub(crate) levels: ServiceLevels,
    schema: DeskSchema,
    shutdown: CancellationToken,
}

/// A caller with this role in this workspace.
pub(crate) fn caller(workspace_id: WorkspaceId, role: Role) -> Caller {
    let key_id = Uuid::from_u128(0xFE);
    Caller {
        workspace_id,
        key_id,
        access: role.into(),
        credential: Credential::Key,
        actor: Actor::bot(key_id),
        request_id: Uuid::from_u128(0xAE),
        language: Language::En,
    }
}

impl Desk {
    pub(crate) async fn open() -> Self {
        let database = TestDatabase::new().await;
        let node = Node::open(database.pool()).await;
        let shutdown = CancellationToken::new();
        let settings = Settings::for_node("desk");
        let (pool, store) = (database.pool().clone(), node.store.clone());
        let read_side = ReadSide::start(pool.clone(), store, registry(), settings, shutdown.clone());
        let levels = ServiceLevels::new(node.store.clone());
        let schema = Schema::build(QueryRoot::default(), EmptyMutation, EmptySubscription)
            .data(Sums::new(pool.clone()).of_any_size())
            .data(pool)
            .data(node.store.clone())
            .data(levels.clone())
            .data(Anchors::None)
            .data::<Arc<dyn Clock>>(Arc::new(SystemClock))
            .data(read_side.clone())
            .finish();
        Self { database, node, read_side, levels, schema, shutdown }
    }

    /// Where analytics has its answers from.
    pub(crate) fn source(&self) -> Source {
        Source::new(self.database.pool().clone(), self.levels.clone(), Arc::new(SystemClock))
    }

    /// Stops everything and drops the database.
    pub(crate) async fn close(self) {
        self.shutdown.cancel();
        self.read_side.stopped().await;
        self.node.close().await;
    }

    /// A command to a consultation at this time.
    pub(crate) async fn consultation(
        &self,
        stream: Uuid,
        at: DateTime<Utc>,
        command: ConsultationCommand,
    ) -> Position {
        self.tell::<Consultation>(stream, at, command).await
    }

    /// A command to a client.
    pub(crate) async fn client(&self, stream: Uuid, command: ClientCommand) -> Position {
        self.tell::<Client>(stream, at(0), command).await
    }

    /// A command to a manager.
    pub(crate) async fn manager(&self, stream: Uuid, command: ManagerCommand) -> Position {
        self.tell::<Manager>(stream, at(0), command).await
    }

    async fn tell<D: Decider>(&self, stream: Uuid, at: DateTime<Utc>, command: D::Command) -> Position {
        let envelope = Envelope { occurred_at: Some(at), ..self.node.envelope(stream, command) };
        self.node.executor.execute::<D>(envelope).await.expect("the command is accepted").position
    }

    /// Waits until every read model shows everything.
    pub(crate) async fn settled(&self) {
        let head = self.node.store.fetch_head().await.expect("the head is read").position;
        let names: Vec<_> = registry().definitions().map(|definition| definition.name).collect();
        self.read_side
            .wait_for(&names, head, Duration::from_secs(30))
            .await
            .expect("the read models catch up");
    }

    /// The data that the query answers, asked by the owner of the node's workspace.
    pub(crate) async fn ask(&self, query: &str) -> Value {
        data(self.respond(query, caller(self.node.workspace, Role::Owner), self.database.pool()).await)
    }

    /// The codes of the errors that the query answers.
    pub(crate) async fn codes(&self, query: &str) -> Vec<String> {
        self.codes_as(query, caller(self.node.workspace, Role::Owner)).await
    }

    /// The codes of the errors that the query answers to this caller.
    pub(crate) async fn codes_as(&self, query: &str, caller: Caller) -> Vec<String> {
        codes(&self.respond(query, caller, self.database.pool()).await)
    }

    /// The response to this caller, with references read over this pool.
    pub(crate) async fn respond(&self, query: &str, caller: Caller, pool: &PgPool) -> Response {
        let loaders = Loaders::new(pool, &caller);
        self.execute(Request::new(query).data(loaders).data(caller)).await
    }

    /// The response to a request that brings along what it is to be answered with.
    pub(crate) async fn execute(&self, request: Request) -> Response {
        self.schema.execute(request).await
    }
}

/// The data of a response without errors.
pub(crate) fn data(response: Response) -> Value {
    assert!(response.errors.is_empty(), "{:?}", response.errors);
    response.data.into_json().expect("data is JSON")
}

/// The codes of a response's errors.
pub(crate) fn codes(response: &Response) -> Vec<String> {
    let code = |error: &async_graphql::ServerError| {
        let code = error.extensions.as_ref().and_then(|extensions| extensions.get("code").cloned());
        code.and_then(|code| code.into_json().ok())
            .and_then(|code| code.as_str().map(str::to_owned))
            .unwrap_or_else(|| format!("no code: {}", error.message))
    };
    response.errors.iter().map(code).collect()
}

/// `minutes` after the beginning of the tests' time, 1 January 2026.
pub(crate) fn at(minutes: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_454) + TimeDelta::minutes(minutes)
}

pub(crate) fn new_id() -> Uuid {
    SystemIds.next_id()
}

/// The opaque id of a consultation.
pub(crate) fn consultation_id(id: Uuid) -> String {
    global_id::encode(NodeKind::Consultation, id)
}

/// The opaque id of a manager.
pub(crate) fn manager_id(id: Uuid) -> String {
    global_id::encode(NodeKind::Manager, id)
}

/// The opaque id of a client.
pub(crate) fn client_id(id: Uuid) -> String {
    global_id::encode(NodeKind::Client, id)
}

/// A consultation to open: change what matters to the test.
pub(crate) fn opening(topic: &str) -> OpenConsultation {
    OpenConsultation {
        client_id: None,
        topic: topic.to_owned(),
        description: None,
        channel: Channel::Site,
        priority: Priority::Normal,
        language: None,
        team: None,
        tags: Vec::new(),
        catalog: Vec::new(),
        attributes: Attributes::new(),
    }
}

pub(crate) fn open(opening: OpenConsultation) -> ConsultationCommand {
    ConsultationCommand::OpenConsultation(opening)
}

/// The texts at `field` of a connection's nodes.
pub(crate) fn field(connection: &Value, field: &str) -> Vec<String> {
    let nodes = connection["nodes"].as_array().expect("a connection has nodes");
    nodes.iter().map(|node| node[field].as_str().unwrap_or_default().to_owned()).collect()
}
