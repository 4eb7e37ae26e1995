//! The executor as the transports see it: without its types, so that they compile once and can be tested alone.

use std::{any::TypeId, sync::Arc};

use async_graphql::{Executor, Pos, Request, Response};
use futures_util::{FutureExt as _, future::BoxFuture, stream::BoxStream};
use ledgerdesk_infrastructure::{auth::Disclosures, clock::Clock, db::watched};
use ledgerdesk_projections::analytics::Source;

use super::{
    alike::{Alike, Answer},
    auth::Session,
    rest::{Exports, Record},
};
use crate::{
    graphql::{
        caller::{Caller, Entrance},
        error::Fault,
        read_log::ReadLog,
        reading::Reading,
    },
    live::{self, Delivery, Hub},
};

type Execute = dyn Fn(Request, &Caller) -> BoxFuture<'static, Answer> + Send + Sync;
type Subscribe = dyn Fn(Request, &Caller) -> BoxStream<'static, Response> + Send + Sync;

/// Something that executes GraphQL requests.
#[derive(Clone)]
pub struct Endpoint {
    execute: Arc<Execute>,
    subscribe: Arc<Subscribe>,
    hub: Hub,
    alike: Alike,
    exports: Option<Exports>,
    read_log: Option<ReadLog>,
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
                let Entrance(entrance) = datum(&request).unwrap_or(Entrance("graphql"));
                let read = datum::<Reading>(&request).map(|reading| (entrance, reading));
                async move { Answer::new(executor.execute(request).await, read) }.boxed()
            }),
            subscribe: Arc::new(move |request, caller| {
                executor.execute_stream(furnish(request, caller), None)
            }),
            hub: Hub::default(),
            alike: Alike::default(),
            exports: None,
            read_log: None,
        }
    }

    /// The same, with the read models that exports are taken from, and where it is kept who took them.
    pub fn with_exports(self, source: Source, disclosures: Disclosures, clock: Arc<dyn Clock>) -> Self {
        Self { exports: Some(Exports::new(source, Record::new(disclosures, clock))), ..self }
    }

    /// The same, where it is kept who read whose personal data before they are shown it.
    pub fn with_read_log(self, read_log: ReadLog) -> Self {
        Self { read_log: Some(read_log), ..self }
    }

    pub(crate) const fn exports(&self) -> Option<&Exports> {
        self.exports.as_ref()
    }

    pub(crate) fn execute(&self, request: Request, session: &Session) -> BoxFuture<'static, Response> {
        watched(self.kept(with(request, session), session.caller())).boxed()
    }

    /// Executes a query whose answer everybody may share who may see the same ([`super::alike::is_shared`]).
    pub(crate) fn answer(
        &self,
        request: Request,
        session: &Session,
    ) -> BoxFuture<'static, Result<Arc<Answer>, Response>> {
        let (alike, execute, log) = (self.alike.clone(), Arc::clone(&self.execute), self.read_log.clone());
        let session = session.clone();
        let answer = async move {
            let asks = session.clone();
            let execute = move |request| execute(with(request, &asks), asks.caller());
            let answer = alike.answer(request, session.caller(), execute).await.map_err(refusal)?;
            keep(log, session.caller(), &answer).await?;
            Ok(answer)
        };
        watched(answer.boxed()).boxed()
    }

    /// Executes a request of this process itself, which carries no key.
    pub(crate) fn execute_as(&self, request: Request, caller: &Caller) -> BoxFuture<'static, Response> {
        self.kept(request.data(caller.clone()), caller)
    }

    fn kept(&self, request: Request, caller: &Caller) -> BoxFuture<'static, Response> {
        let answer = (self.execute)(request, caller);
        let (log, caller) = (self.read_log.clone(), caller.clone());
        async move {
            let answer = answer.await;
            match keep(log, &caller, &answer).await {
                Ok(()) => answer.response,
                Err(refused) => refused,
            }
        }
        .boxed()
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

/// Keeps what somebody is shown by an answer, which they are shown only then.
async fn keep(log: Option<ReadLog>, caller: &Caller, answer: &Answer) -> Result<(), Response> {
    let Some((log, (entrance, reading))) = log.zip(answer.read.as_ref()) else { return Ok(()) };
    log.keep_read(caller, entrance, reading).await.map_err(refusal)
}

fn refusal(fault: Fault) -> Response {
    Response::from_errors(vec![async_graphql::Error::from(fault).into_server_error(Pos::default())])
}

/// What a request carries of this type.
fn datum<T: Clone + 'static>(request: &Request) -> Option<T> {
    request.data.get(&TypeId::of::<T>())?.downcast_ref().cloned()
}

fn with(request: Request, session: &Session) -> Request {
    request.data(session.caller().clone()).data(session.clone())
}
