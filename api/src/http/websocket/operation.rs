//! One operation on a socket: a task that fills the socket's bounded queue and waits when it is full.

use async_graphql::Response;
use futures_util::StreamExt as _;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::http::{
    error::HttpError,
    graphql::{
        prepare::{Kind, Prepared},
        run,
    },
    panic::caught,
    state::SharedState,
};

/// Something for the client, of one run of one operation id.
#[derive(Debug)]
pub(super) struct Outgoing {
    pub(super) id: String,
    pub(super) run: u64,
    pub(super) body: Body,
}

/// What is sent.
#[derive(Debug)]
pub(super) enum Body {
    /// A result.
    Next(Value),
    /// The operation was refused; nothing follows.
    Error(Value),
    /// The operation ended.
    Complete,
}

/// The queue of a socket, as one operation sees it.
pub(super) struct Outbox {
    pub(super) id: String,
    pub(super) run: u64,
    pub(super) queue: mpsc::Sender<Outgoing>,
}

impl Outbox {
    /// Waits for room; false when the socket is gone.
    async fn send(&self, body: Body) -> bool {
        self.queue.send(Outgoing { id: self.id.clone(), run: self.run, body }).await.is_ok()
    }
}

/// Runs an operation to its end.
pub(super) async fn run(state: SharedState, prepared: Prepared, outbox: Outbox) {
    if prepared.kind == Kind::Subscription {
        subscription(&state, prepared, &outbox).await;
    } else {
        once(&state, prepared, &outbox).await;
    }
}

async fn once(state: &SharedState, prepared: Prepared, outbox: &Outbox) {
    let body = match run::once(state, prepared).await {
        Ok(response) if run::is_request_error(&response) => Body::Error(errors(&response)),
        Ok(response) => Body::Next(json!(response)),
        Err(error) => Body::Error(refusal(error)),
    };
    let refused = matches!(body, Body::Error(_));
    if outbox.send(body).await && !refused {
        outbox.send(Body::Complete).await;
    }
}

async fn subscription(state: &SharedState, prepared: Prepared, outbox: &Outbox) {
    let _counted = state.metrics.subscription();
    let Prepared { request, session, bill, .. } = prepared;
    let request_id = session.caller().request_id;
    let mut responses = state.endpoint.subscribe(request, &session);
    let mut first = true;
    let outcome = loop {
        let response = match caught(responses.next()).await {
            Ok(Some(response)) => run::with_bill(run::mask(response, request_id), bill),
            Ok(None) => break "ok",
            Err(_) => {
                outbox.send(Body::Error(refusal(HttpError::internal(request_id)))).await;
                state.metrics.operation(Kind::Subscription.as_str(), "failed");
                return;
            }
        };
        // The first answer tells whether the subscription could start at all: its document, its arguments.
        let refused = response.data == async_graphql::Value::Null && !response.errors.is_empty();
        if first && refused {
            outbox.send(Body::Error(errors(&response))).await;
            state.metrics.operation(Kind::Subscription.as_str(), "errors");
            return;
        }
        first = false;
        if !outbox.send(Body::Next(json!(response))).await {
            break "ok";
        }
    };
    state.metrics.operation(Kind::Subscription.as_str(), outcome);
    outbox.send(Body::Complete).await;
}

fn errors(response: &Response) -> Value {
    json!(response.errors)
}

/// The payload of `error` for what was refused before it ran.
pub(super) fn refusal(error: HttpError) -> Value {
    json!([error.into_error()])
}
