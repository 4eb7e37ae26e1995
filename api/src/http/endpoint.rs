//! The executor as the transports see it: without its types, so that they compile once and can be tested alone.

use std::sync::Arc;

use async_graphql::{Executor, Request, Response};
use futures_util::{FutureExt as _, future::BoxFuture, stream::BoxStream};

type Execute = dyn Fn(Request) -> BoxFuture<'static, Response> + Send + Sync;
type Subscribe = dyn Fn(Request) -> BoxStream<'static, Response> + Send + Sync;

/// Something that executes GraphQL requests.
#[derive(Clone)]
pub struct Endpoint {
    execute: Arc<Execute>,
    subscribe: Arc<Subscribe>,
}

impl Endpoint {
    /// Over an executor. `furnish` gives each request what its resolvers share, such as loaders; the caller is in
    /// the request's data already.
    pub fn new<E, F>(executor: E, furnish: F) -> Self
    where
        E: Executor,
        F: Fn(Request) -> Request + Clone + Send + Sync + 'static,
    {
        let (queries, furnish_query) = (executor.clone(), furnish.clone());
        Self {
            execute: Arc::new(move |request| {
                let (executor, request) = (queries.clone(), furnish_query(request));
                async move { executor.execute(request).await }.boxed()
            }),
            subscribe: Arc::new(move |request| executor.execute_stream(furnish(request), None)),
        }
    }

    pub(crate) fn execute(&self, request: Request) -> BoxFuture<'static, Response> {
        (self.execute)(request)
    }

    pub(crate) fn subscribe(&self, request: Request) -> BoxStream<'static, Response> {
        (self.subscribe)(request)
    }
}
