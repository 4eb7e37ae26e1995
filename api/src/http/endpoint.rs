//! The executor as the transports see it: without its types, so that they compile once and can be tested alone.

use std::sync::Arc;

use async_graphql::{Executor, Request, Response};
use futures_util::{FutureExt as _, future::BoxFuture, stream::BoxStream};
use ledgerdesk_infrastructure::{auth::Disclosures, clock::Clock};
use ledgerdesk_projections::analytics::Source;

use super::{
    auth::Session,
    rest::{Exports, Record},
};
use crate::{
    graphql::caller::Caller,
    live::{self, Delivery, Hub},
};

type Execute = dyn Fn(Request, &Caller) -> BoxFuture<'static, Response> + Send + Sync;
type Subscribe = dyn Fn(Request, &Caller) -> BoxStream<'static, Response> + Send + Sync;

/// Something that executes GraphQL requests.
#[derive(Clone)]
pub struct Endpoint {
    execute: Arc<Execute>,
    subscribe: Arc<Subscribe>,
    hub: Hub,
    exports: Option<Exports>,
}

impl Endpoint {
    /// Over an executor. `furnish` gives each request what its resolvers share, such as loaders; the caller is in the
    /// request's data as well.
    pub fn new<E, F>(executor: E, furnish: F) -> Self
    where
        E: Executor,
        F: Fn(Request, &Caller) -> Request + Clone + Send + Sync + 'static,
    {
        let (queries, furnish_query) = (executor.clone(), furnish.clone());
        Self {
            execute: Arc::new(move |request, caller| {
                let (executor, request) = (queries.clone(), furnish_query(request, caller));
                async move { executor.execute(request).await }.boxed()
            }),
            subscribe: Arc::new(move |request, caller| {
                executor.execute_stream(furnish(request, caller), None)
            }),
            hub: Hub::default(),
            exports: None,
        }
    }

    /// The same, with the read models that exports are taken from, and where it is kept who took them.
    pub fn with_exports(self, source: Source, disclosures: Disclosures, clock: Arc<dyn Clock>) -> Self {
        Self { exports: Some(Exports::new(source, Record::new(disclosures, clock))), ..self }
    }

    pub(crate) const fn exports(&self) -> Option<&Exports> {
        self.exports.as_ref()
    }

    pub(crate) fn execute(&self, request: Request, session: &Session) -> BoxFuture<'static, Response> {
        (self.execute)(with(request, session), session.caller())
    }

    /// Executes a request of this process itself, which carries no key.
    pub(crate) fn execute_as(&self, request: Request, caller: &Caller) -> BoxFuture<'static, Response> {
        (self.execute)(request.data(caller.clone()), caller)
    }

    /// A subscription whose answers are shared with everybody who is shown the same.
    pub(crate) fn deliver(&self, request: Request, session: &Session) -> BoxStream<'static, Delivery> {
        let (endpoint, opened_by) = (self.clone(), session.clone());
        let open = move |request| endpoint.subscribe(request, &opened_by);
        live::deliver(self.hub.clone(), session.clone(), request, open)
    }

    fn subscribe(&self, request: Request, session: &Session) -> BoxStream<'static, Response> {
        (self.subscribe)(with(request, session), session.caller())
    }
}

fn with(request: Request, session: &Session) -> Request {
    request.data(session.caller().clone()).data(session.clone())
}
