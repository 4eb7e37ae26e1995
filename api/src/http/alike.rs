//! Questions that are alike: asked at the same time, they are answered once.
//!
//! Managers look at the same queues, and ask anew whenever something in them moves. While a question is being answered,
//! those gather who ask the same and may see the same, and the next answer is for all of them ([`Together`]). In
//! everything else each is a request of its own: it is guarded, charged and counted, and kept among the readings.

use std::{
    collections::HashMap,
    sync::{Arc, OnceLock},
};

use async_graphql::{
    Request, Response,
    parser::types::{OperationDefinition, OperationType, Selection},
};
use axum::body::Bytes;

use crate::{
    graphql::{caller::Caller, error::Fault, reading::Reading, together::Together},
    live::Audience,
};

/// The queries whose answers depend on nothing of the caller but their [`Audience`].
const SHARED: [&str; 18] = [
    "consultation",
    "consultations",
    "consultationCounts",
    "messages",
    "history",
    "handovers",
    "redates",
    "calls",
    "ratings",
    "search",
    "searchConsultations",
    "client",
    "clients",
    "manager",
    "managers",
    "catalogEntry",
    "catalogs",
    "catalogRevision",
];

/// Whether everybody of an audience is answered the same.
pub(crate) fn is_shared(operation: &OperationDefinition) -> bool {
    let is_shared = |selection: &Selection| match selection {
        Selection::Field(field) => SHARED.contains(&field.node.name.node.as_str()),
        // Rare at the root, and not worth a look into the fragments.
        Selection::FragmentSpread(_) | Selection::InlineFragment(_) => false,
    };
    operation.ty == OperationType::Query
        && operation.selection_set.node.items.iter().all(|selection| is_shared(&selection.node))
}

/// What is asked, and who may be shown the answer.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Question {
    document: String,
    operation: Option<String>,
    /// As JSON.
    variables: String,
    audience: Audience,
}

impl Question {
    fn of(request: &Request, caller: &Caller) -> Self {
        Self {
            document: request.query.clone(),
            operation: request.operation_name.clone(),
            variables: serde_json::to_string(&request.variables).unwrap_or_default(),
            audience: Audience::of(caller),
        }
    }
}

/// An answer, and what it shows of whom.
pub(crate) struct Answer {
    pub(super) response: Response,
    /// The entrance, and the reading.
    pub(super) read: Option<(&'static str, Reading)>,
    body: OnceLock<Option<Bytes>>,
}

impl Answer {
    pub(super) fn new(response: Response, read: Option<(&'static str, Reading)>) -> Self {
        Self { response, read, body: OnceLock::new() }
    }

    /// The answer as JSON, made once for all; nothing if it has errors, which tell each their own request.
    pub(crate) fn body(&self) -> Option<Bytes> {
        if !self.response.errors.is_empty() {
            return None;
        }
        self.body.get_or_init(|| serde_json::to_vec(&self.response).ok().map(Bytes::from)).clone()
    }

    /// The answer for one of those who asked.
    pub(crate) fn copy(&self) -> Response {
        let mut copy = Response::new(self.response.data.clone());
        copy.errors.clone_from(&self.response.errors);
        copy.extensions.clone_from(&self.response.extensions);
        copy
    }
}

/// The questions that are being answered. Cheap to clone.
#[derive(Clone, Default)]
pub(super) struct Alike(Together<Question, (), Arc<Answer>>);

impl Alike {
    /// The answer to a request; `execute` makes it.
    pub(super) async fn answer<F>(
        &self,
        request: Request,
        caller: &Caller,
        execute: impl FnOnce(Request) -> F + Send + 'static,
    ) -> Result<Arc<Answer>, Fault>
    where
        F: Future<Output = Answer> + Send + 'static,
    {
        let question = Question::of(&request, caller);
        let make = |_| async move { Ok(HashMap::from([((), Arc::new(execute(request).await))])) };
        let found = self.0.read(question, [()], make).await?;
        found.get(&()).cloned().ok_or(Fault::Internal)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use async_graphql::parser::parse_query;
    use futures_util::{FutureExt as _, future::join_all, poll};
    use ledgerdesk_domain::{context::Actor, id::WorkspaceId};
    use tokio::sync::Semaphore;
    use uuid::Uuid;

    use super::*;
    use crate::graphql::{
        access::operations::{Kind, need},
        caller::{Credential, Language, Role},
    };

    fn caller(role: Role) -> Caller {
        Caller {
            workspace_id: WorkspaceId(Uuid::from_u128(1)),
            key_id: Uuid::from_u128(2),
            access: role.into(),
            actor: Actor::bot(Uuid::from_u128(2)),
            credential: Credential::Key,
            request_id: Uuid::from_u128(3),
            language: Language::En,
        }
    }

    #[tokio::test]
    async fn who_asks_the_same_while_it_is_answered_shares_the_next_answer() {
        let (alike, made, gate) =
            (Alike::default(), Arc::new(AtomicUsize::new(0)), Arc::new(Semaphore::new(0)));
        let mut asking = Vec::new();
        let many = 1_000;
        for role in [Role::Owner, Role::Analyst].into_iter().cycle().take(many) {
            let (alike, made, gate) = (alike.clone(), Arc::clone(&made), Arc::clone(&gate));
            let answer = async move {
                let execute = |_| async move {
                    made.fetch_add(1, Ordering::SeqCst);
                    drop(gate.acquire().await);
                    Answer::new(Response::default(), None)
                };
                alike.answer(Request::new("{ consultations { nodes { id } } }"), &caller(role), execute).await
            };
            let mut answer = answer.boxed();
            assert!(poll!(&mut answer).is_pending());
            asking.push(answer);
        }
        gate.add_permits(many);
        assert!(join_all(asking).await.iter().all(Result::is_ok));
        let made = made.load(Ordering::SeqCst);
        assert!((4..many / 2).contains(&made), "{made} answers were made for {many} who asked");
    }

    #[test]
    fn what_is_shared_is_a_query() {
        assert!(SHARED.iter().all(|name| need(Kind::Query, name).is_some()));
    }

    #[test]
    fn only_what_depends_on_the_audience_alone_is_shared() {
        let is_shared = |document: &str| {
            let document = parse_query(document).unwrap();
            let (_, operation) = document.operations.iter().next().unwrap();
            super::is_shared(&operation.node)
        };
        assert!(is_shared("{ consultations { nodes { id } } other: managers { nodes { id } } }"));
        for document in [
            "{ me { name } }",
            "{ consultations { nodes { id } } me { name } }",
            "{ views { nodes { id } } }",
            "{ node(id: 1) { id } }",
            "{ ...Root } fragment Root on Query { me { name } }",
            "mutation { consultations { nodes { id } } }",
        ] {
            assert!(!is_shared(document), "{document}");
        }
    }
}
