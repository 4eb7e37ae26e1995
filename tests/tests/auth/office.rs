//! An office: a node with its projections, the whole schema, and keys that are really made.

use std::{sync::Arc, time::Duration};

use async_graphql::{Pos, Request, Response, Variables};
use futures_util::{FutureExt as _, StreamExt as _, stream::BoxStream};
use ledgerdesk_api::{
    graphql::{
        caller::{Caller, Credential, Language, Role},
        loaders::Loaders,
        read_log::ReadLog,
        reading::Reading,
        reads::Reads,
        schema::{self, ApiParts, ApiSchema},
    },
    http::{
        auth::{Authenticator, Principal, Session},
        metrics::HttpMetrics,
        request_id::RequestId,
    },
};
use ledgerdesk_domain::{
    id::{ManagerId, WorkspaceId},
    workspace::{CreateWorkspace, Workspace, WorkspaceCommand},
};
use ledgerdesk_infrastructure::{
    auth::{Admission, Admitted, ApiKeys, FrontEnd, NewApiKey, Oidc, RoleId, Scope},
    clock::{Clock, IdSource, SystemClock, SystemIds},
    command::Envelope,
    config::ReadLogLevel,
};
use ledgerdesk_projections::{
    registry,
    runtime::{ReadSide, Settings},
};
use ledgerdesk_tests::{TestDatabase, node::Node};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// A node with the whole schema.
pub(crate) struct Office {
    pub(crate) database: TestDatabase,
    pub(crate) node: Node,
    pub(crate) keys: ApiKeys,
    pub(crate) read_side: ReadSide,
    schema: ApiSchema,
    read_log: ReadLog,
    shutdown: CancellationToken,
}

impl Office {
    pub(crate) async fn open() -> Self {
        let database = TestDatabase::new().await;
        let node = Node::open(database.pool()).await;
        let shutdown = CancellationToken::new();
        let (pool, store) = (database.pool().clone(), node.store.clone());
        let read_side =
            ReadSide::start(pool.clone(), store, registry(), Settings::for_node("office"), shutdown.clone());
        let keys = ApiKeys::new(pool.clone());
        let (clock, ids): (Arc<dyn Clock>, Arc<dyn IdSource>) = (Arc::new(SystemClock), Arc::new(SystemIds));
        let schema = schema::schema(ApiParts {
            pool,
            store: node.store.clone(),
            read_side: read_side.clone(),
            executor: node.executor.clone(),
            api_keys: keys.clone(),
            clock,
            ids,
            anchors: ledgerdesk_infrastructure::event_store::Anchors::None,
            levels: ledgerdesk_infrastructure::service_levels::ServiceLevels::new(node.store.clone()),
            read_log: ReadLogLevel::All,
            metrics: HttpMetrics::register(&mut prometheus_client::registry::Registry::default()),
        });
        let read_log =
            ReadLog::new(keys.disclosures(), Arc::new(SystemClock), node.store.clone(), ReadLogLevel::All);
        let office = Self { database, node, keys, read_side, schema, read_log, shutdown };
        office.set_up(office.node.workspace).await;
        // As a server does, it answers when there is something to answer from.
        office.settled().await;
        office
    }

    /// Another workspace on the same database.
    pub(crate) async fn neighbour(&self) -> WorkspaceId {
        let workspace = WorkspaceId(SystemIds.next_id());
        self.set_up(workspace).await;
        workspace
    }

    async fn set_up(&self, workspace: WorkspaceId) {
        let command = WorkspaceCommand::CreateWorkspace(CreateWorkspace {
            name: "Support".to_owned(),
            language: "en".to_owned(),
            time_zone: "UTC".to_owned(),
        });
        let envelope = Envelope { workspace_id: workspace, ..self.node.envelope(workspace.uuid(), command) };
        self.node.executor.execute::<Workspace>(envelope).await.unwrap();
    }

    /// A caller with a key that exists.
    pub(crate) async fn caller_in(&self, workspace: WorkspaceId, role: Role) -> Caller {
        self.caller_with(workspace, RoleId::System(role), Scope::All, None).await
    }

    pub(crate) async fn caller(&self, role: Role) -> Caller {
        self.caller_in(self.node.workspace, role).await
    }

    pub(crate) async fn caller_with(
        &self,
        workspace_id: WorkspaceId,
        role: RoleId,
        scope: Scope,
        manager_id: Option<ManagerId>,
    ) -> Caller {
        let name = "a key".to_owned();
        let key = NewApiKey { id: SystemIds.next_id(), workspace_id, name, role, scope, manager_id };
        let secret = self.keys.create(key, None, SystemClock.now()).await.unwrap().secret;
        let key = self.keys.authenticate(secret.reveal()).await.unwrap().expect("the key opens");
        Caller {
            workspace_id: key.workspace_id,
            key_id: key.id,
            access: key.access,
            actor: key.actor,
            credential: Credential::Key,
            request_id: Uuid::from_u128(0xAE),
            language: Language::En,
        }
    }

    /// The door of this office.
    pub(crate) fn admission(&self, oidc: Option<Oidc>, front_end: Option<FrontEnd>) -> Admission {
        let keys = (self.database.pool().clone(), self.keys.clone());
        Admission::new(keys, (oidc, front_end), (Arc::new(SystemClock), Arc::new(SystemIds)))
    }

    /// Who was let in, as a caller.
    pub(crate) fn admitted(admitted: Admitted) -> Caller {
        let Admitted { workspace_id, id, access, actor, credential, .. } = admitted;
        let (request_id, language) = (Uuid::from_u128(0xAE), Language::En);
        Caller { workspace_id, key_id: id, access, actor, credential, request_id, language }
    }

    pub(crate) async fn respond(&self, caller: &Caller, query: &str, variables: Value) -> Response {
        self.respond_keeping(&self.read_log, caller, query, variables).await
    }

    /// As a server answers that keeps who reads what in this log.
    pub(crate) async fn respond_keeping(
        &self,
        log: &ReadLog,
        caller: &Caller,
        query: &str,
        variables: Value,
    ) -> Response {
        let request = Request::new(query).variables(Variables::from_json(variables));
        let reading = Reading::of(&request);
        let answer = self.respond_noting(caller, request, reading.clone()).await;
        let kept = log.keep_read(caller, "graphql", &reading).await.map_err(async_graphql::Error::from);
        kept.map_or_else(
            |error| Response::from_errors(vec![error.into_server_error(Pos::default())]),
            |()| answer,
        )
    }

    /// An answer that nobody keeps.
    pub(crate) async fn respond_noting(
        &self,
        caller: &Caller,
        request: Request,
        reading: Reading,
    ) -> Response {
        let loaders = Loaders::noting(&Reads::new(self.database.pool().clone()), caller, reading);
        self.schema.execute(request.data(loaders).data(caller.clone())).await
    }

    /// A log of readings at this level.
    pub(crate) fn read_log(&self, level: ReadLogLevel) -> ReadLog {
        ReadLog::new(self.keys.disclosures(), Arc::new(SystemClock), self.node.store.clone(), level)
    }

    /// The first answer: of a subscription, whatever comes first, or nothing if it stays silent.
    pub(crate) async fn first(&self, caller: &Caller, document: &str) -> Response {
        if !document.starts_with("subscription") {
            return self.respond(caller, document, json!({})).await;
        }
        let mut answers = self.follow(caller, document).await;
        // A refusal needs nothing but to be asked for; whoever is let in waits for the database and for events.
        for _ in 0..100 {
            if let Some(answer) = answers.next().now_or_never() {
                return answer.unwrap_or_default();
            }
            tokio::task::yield_now().await;
        }
        Response::default()
    }

    /// The answers of a subscription.
    pub(crate) async fn follow(&self, caller: &Caller, document: &str) -> BoxStream<'static, Response> {
        let known = caller.clone();
        let authenticator = Authenticator::new(move |_| {
            let Caller { workspace_id, key_id, access, actor, credential, .. } = known.clone();
            Box::pin(async move {
                Ok(Some(Principal { workspace_id, key_id, access, actor, expires_at: None, credential }))
            })
        });
        let opened = Session::open(&authenticator, "", RequestId(caller.request_id), Language::En).await;
        let request = Request::new(document);
        let loaders =
            Loaders::noting(&Reads::new(self.database.pool().clone()), caller, Reading::of(&request));
        let request = request.data(loaders).data(caller.clone()).data(opened.unwrap().unwrap());
        self.schema.execute_stream(request).boxed()
    }

    /// The data of an answer without errors.
    pub(crate) async fn ask(&self, caller: &Caller, query: &str) -> Value {
        let response = self.respond(caller, query, json!({})).await;
        assert!(response.errors.is_empty(), "{query}: {:?}", response.errors);
        response.data.into_json().unwrap()
    }

    /// The codes of an answer's errors.
    pub(crate) async fn codes(&self, caller: &Caller, query: &str) -> Vec<String> {
        codes(&self.respond(caller, query, json!({})).await)
    }

    /// Runs a mutation and answers its payload.
    pub(crate) async fn mutate(&self, caller: &Caller, verb: &str, input: Value, fields: &str) -> Value {
        let stem = format!("{}{}", verb[..1].to_uppercase(), &verb[1..]);
        let query = format!(
            "mutation($input: {stem}Input!) {{ {verb}(input: $input) {{ {fields} userErrors {{ code message field }} }} }}"
        );
        let response = self.respond(caller, &query, json!({ "input": input })).await;
        assert!(response.errors.is_empty(), "{verb}: {:?}", response.errors);
        response.data.into_json().unwrap()[verb].clone()
    }

    /// Runs a mutation that must succeed, and answers the id of what it made.
    pub(crate) async fn done(&self, caller: &Caller, verb: &str, input: Value) -> String {
        let payload = self.mutate(caller, verb, input, "createdId").await;
        assert_eq!(payload["userErrors"], json!([]), "{verb}");
        payload["createdId"].as_str().unwrap_or_default().to_owned()
    }

    /// The code of the refusal of a mutation; empty if it was not refused.
    pub(crate) async fn refusal(&self, caller: &Caller, verb: &str, input: Value) -> String {
        let payload = self.mutate(caller, verb, input, "__typename").await;
        payload["userErrors"][0]["code"].as_str().unwrap_or_default().to_owned()
    }

    /// Waits until every read model shows everything.
    pub(crate) async fn settled(&self) {
        let head = self.node.store.fetch_head().await.unwrap().position;
        let names: Vec<_> = registry().definitions().map(|definition| definition.name).collect();
        self.read_side.wait_for(&names, head, Duration::from_secs(30)).await.unwrap();
    }

    pub(crate) async fn close(self) {
        self.shutdown.cancel();
        self.read_side.stopped().await;
        self.node.close().await;
    }
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
