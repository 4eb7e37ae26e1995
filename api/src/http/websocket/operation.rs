//! One operation on a socket: a task that fills the socket's bounded queue and waits when it is full.

use std::sync::Arc;

use async_graphql::Response;
use futures_util::{FutureExt as _, StreamExt as _, future::BoxFuture, stream::BoxStream};
use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot};

use crate::{
    http::{
        error::HttpError,
        graphql::{
            prepare::{Bill, Kind, Prepared},
            run,
        },
        state::SharedState,
    },
    live::Delivery,
};

/// Something for the client, of one run of one operation id.
#[derive(Debug)]
pub(super) struct Outgoing {
    pub(super) id: Arc<str>,
    pub(super) run: u64,
    pub(super) body: Body,
    /// Dropped when the client's side has taken it.
    pub(super) taken: Option<oneshot::Sender<()>>,
}

/// What is sent.
#[derive(Debug)]
pub(super) enum Body {
    /// A result, serialised.
    Next(Arc<str>),
    /// The operation was refused; nothing follows.
    Error(Value),
    /// The operation ended.
    Complete,
}

/// The queue of a socket. It holds room for thirty-two things at once, most of the time for none: so they are on the heap.
pub(super) type Queue = mpsc::Sender<Box<Outgoing>>;

/// The queue of a socket, as one operation sees it.
pub(super) struct Outbox {
    pub(super) id: Arc<str>,
    pub(super) run: u64,
    pub(super) queue: Queue,
}

impl Outbox {
    /// Waits for room; false when the socket is gone.
    async fn send(&self, body: Body) -> bool {
        self.put(body, None).await
    }

    /// Waits until the client's side has taken it; false when the socket is gone.
    async fn send_and_wait(&self, json: Arc<str>) -> bool {
        let (taken, until_taken) = oneshot::channel();
        // The other end is dropped, never used.
        self.put(Body::Next(json), Some(taken)).await && until_taken.await.is_err()
    }

    async fn put(&self, body: Body, taken: Option<oneshot::Sender<()>>) -> bool {
        let outgoing = Outgoing { id: Arc::clone(&self.id), run: self.run, body, taken };
        self.queue.send(Box::new(outgoing)).await.is_ok()
    }
}

/// Runs an operation to its end. What a subscription was asked with is let go before it is waited for: thousands of
/// them wait, and each is as large as what it keeps.
pub(super) fn run(state: SharedState, prepared: Prepared, outbox: Outbox) -> BoxFuture<'static, ()> {
    if prepared.kind != Kind::Subscription {
        return once(state, prepared, outbox).boxed();
    }
    let Prepared { request, session, bill, .. } = prepared;
    let deliveries = state.endpoint.deliver(request, &session);
    subscription(state, deliveries, bill, outbox).boxed()
}

async fn once(state: SharedState, prepared: Prepared, outbox: Outbox) {
    let body = match run::once(&state, prepared).await {
        Ok(response) if run::is_request_error(&response) => Body::Error(errors(&response)),
        Ok(response) => Body::Next(serde_json::to_string(&response).unwrap_or_default().into()),
        Err(error) => Body::Error(refusal(error)),
    };
    let refused = matches!(body, Body::Error(_));
    if outbox.send(body).await && !refused {
        outbox.send(Body::Complete).await;
    }
}

async fn subscription(
    state: SharedState,
    mut deliveries: BoxStream<'static, Delivery>,
    bill: Bill,
    outbox: Outbox,
) {
    let _counted = state.metrics.subscription();
    let mut bill = Some(bill);
    while let Some(delivery) = deliveries.next().await {
        match delivery {
            Delivery::Refused(errors) => {
                outbox.send(Body::Error(errors)).await;
                state.metrics.operation(Kind::Subscription.as_str(), "errors");
                return;
            }
            Delivery::Next { json, is_state: false } => {
                if !outbox.send(Body::Next(run::billed(json, bill.take()))).await {
                    break;
                }
            }
            Delivery::Next { json, is_state: true } => {
                if !outbox.send_and_wait(run::billed(json, bill.take())).await {
                    break;
                }
            }
        }
    }
    state.metrics.operation(Kind::Subscription.as_str(), "ok");
    outbox.send(Body::Complete).await;
}

fn errors(response: &Response) -> Value {
    json!(response.errors)
}

/// The payload of `error` for what was refused before it ran.
pub(super) fn refusal(error: HttpError) -> Value {
    json!([error.into_error()])
}
