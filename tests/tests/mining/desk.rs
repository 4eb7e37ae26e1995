//! A node with its read models, imports into it, and questions to it.

use std::{path::Path, sync::Arc, time::Duration};

use async_graphql::{EmptyMutation, EmptySubscription, Request, Response, Schema};
use ledgerdesk_api::graphql::{
    caller::{Caller, Credential, Language, Role},
    loaders::Loaders,
    query::QueryRoot,
};
use ledgerdesk_domain::{context::Actor, id::WorkspaceId};
use ledgerdesk_infrastructure::import::{Mapping, Prepared, Silent, Summary};
use ledgerdesk_projections::{
    registry,
    runtime::{ReadSide, Settings},
};
use ledgerdesk_tests::{TestDatabase, node::Node};
use serde_json::Value;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// A node with its read models and a schema that answers.
pub(crate) struct Desk {
    pub(crate) database: TestDatabase,
    pub(crate) node: Node,
    read_side: ReadSide,
    schema: Schema<QueryRoot, EmptyMutation, EmptySubscription>,
    shutdown: CancellationToken,
}

impl Desk {
    pub(crate) async fn open() -> Self {
        let database = TestDatabase::new().await;
        let node = Node::open(database.pool()).await;
        let shutdown = CancellationToken::new();
        let (pool, store) = (database.pool().clone(), node.store.clone());
        let settings = Settings::for_node("desk");
        let read_side = ReadSide::start(pool.clone(), store, registry(), settings, shutdown.clone());
        let schema = Schema::build(QueryRoot::default(), EmptyMutation, EmptySubscription)
            .data(pool)
            .data(node.store.clone())
            .data(read_side.clone())
            .finish();
        Self { database, node, read_side, schema, shutdown }
    }

    pub(crate) async fn close(self) {
        self.shutdown.cancel();
        self.read_side.stopped().await;
        self.node.close().await;
    }

    /// Imports a source and waits until the read models show it.
    pub(crate) async fn import(&self, mapping: Mapping, source: &Path) -> Summary {
        let prepared = Prepared::read(mapping, source, self.node.workspace, &Silent).unwrap();
        let written = Arc::new(prepared).write(&self.node.store, self.node.workspace, Arc::new(Silent)).await;
        let summary = written.unwrap();
        assert!(summary.reported.is_empty(), "{:?}", summary.reported.first());
        self.settled().await;
        summary
    }

    pub(crate) async fn settled(&self) {
        let head = self.node.store.fetch_head().await.unwrap().position;
        let names = ["consultation_list", "steps", "managers"];
        self.read_side.wait_for(&names, head, Duration::from_mins(10)).await.unwrap();
    }

    /// The data that the owner of the workspace is answered.
    pub(crate) async fn ask(&self, query: &str) -> Value {
        let response = self.respond(query, self.node.workspace, Role::Owner).await;
        assert!(response.errors.is_empty(), "{:?}", response.errors);
        response.data.into_json().unwrap()
    }

    /// The code and the message of the one error that the question is answered with.
    pub(crate) async fn refused(&self, query: &str) -> (String, String) {
        self.refused_of(Request::new(query)).await
    }

    /// The same, of a request that carries more than its text.
    pub(crate) async fn refused_of(&self, request: Request) -> (String, String) {
        let response = self.respond_to(request, self.node.workspace, Role::Owner).await;
        let [error] = response.errors.as_slice() else { panic!("{:?}", response.errors) };
        let code = error.extensions.as_ref().and_then(|extensions| extensions.get("code").cloned()).unwrap();
        (code.into_json().unwrap().as_str().unwrap().to_owned(), error.message.clone())
    }

    pub(crate) async fn respond(&self, query: &str, workspace_id: WorkspaceId, role: Role) -> Response {
        self.respond_to(Request::new(query), workspace_id, role).await
    }

    pub(crate) async fn respond_to(
        &self,
        request: Request,
        workspace_id: WorkspaceId,
        role: Role,
    ) -> Response {
        let key_id = Uuid::from_u128(0xFE);
        let caller = Caller {
            workspace_id,
            key_id,
            access: role.into(),
            credential: Credential::Key,
            actor: Actor::bot(key_id),
            request_id: Uuid::from_u128(0xAE),
            language: Language::En,
        };
        let loaders = Loaders::new(self.database.pool(), &caller);
        self.schema.execute(request.data(loaders).data(caller)).await
    }

    /// All items of a list below `processMining`, page by page.
    pub(crate) async fn all(&self, list: &str, fields: &str) -> Vec<Value> {
        let mut items = Vec::new();
        let mut after = "null".to_owned();
        loop {
            let data = self
                .ask(&format!(
                    "{{ processMining {{ {list}(first: 100, after: {after}) {{ totalCount nodes {{ {fields} }} \
                     pageInfo {{ hasNextPage endCursor }} }} }} }}"
                ))
                .await;
            let page = &data["processMining"][list];
            items.extend(page["nodes"].as_array().unwrap().iter().cloned());
            if page["pageInfo"]["hasNextPage"] == false {
                assert_eq!(page["totalCount"], items.len());
                return items;
            }
            after = page["pageInfo"]["endCursor"].to_string();
        }
    }
}
