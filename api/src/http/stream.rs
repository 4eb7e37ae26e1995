//! `/graphql/stream`: GraphQL as server-sent events, in graphql-sse's mode of distinct connections: one operation,
//! one HTTP request, whose answer is a stream of the events `next` and, at last, `complete`.
//!
//! What is wrong with the HTTP request gets a status. What is wrong with the operation in it is told in a `next`,
//! because that is where clients of the protocol look for it.

use std::convert::Infallible;

use async_graphql::Response as GraphqlResponse;
use axum::{
    Extension,
    body::{Body, Bytes},
    extract::{RawQuery, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use futures_util::StreamExt as _;
use serde_json::json;
use tokio::{
    sync::mpsc,
    time::{self, Instant},
};
use tokio_stream::wrappers::ReceiverStream;

use super::{
    auth::{self, Session},
    connections,
    error::{HttpError, Stage},
    graphql::{
        self,
        params::Params,
        prepare::{self, Kind, Prepared},
        run,
    },
    state::{AppState, SharedState},
};
use crate::live::Delivery;

const MEDIA_TYPE: &str = "text/event-stream";

/// `POST /graphql/stream` with a JSON body.
pub(crate) async fn post(
    State(state): State<SharedState>,
    Extension(session): Extension<Session>,
    request: Request,
) -> Result<Response, HttpError> {
    accepts(request.headers())?;
    let params = graphql::read_params(&state, request).await?;
    open(state.clone(), &session, prepare::prepare(params, &session, &state))
}

/// `GET /graphql/stream?query=…`, for queries and subscriptions.
pub(crate) async fn get(
    State(state): State<SharedState>,
    Extension(session): Extension<Session>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, HttpError> {
    accepts(&headers)?;
    let params = Params::from_query(query.as_deref().unwrap_or_default())?;
    let prepared = prepare::prepare(params, &session, &state).and_then(graphql::no_mutation);
    open(state.clone(), &session, prepared)
}

fn accepts(headers: &HeaderMap) -> Result<(), HttpError> {
    let mut ranges =
        headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok()).peekable();
    let suits = |range: &str| {
        let name = range.split(';').next().unwrap_or_default().trim();
        [MEDIA_TYPE, "text/*", "*/*"].iter().any(|suitable| name.eq_ignore_ascii_case(suitable))
    };
    if ranges.peek().is_none() || ranges.flat_map(|value| value.split(',')).any(suits) {
        return Ok(());
    }
    Err(HttpError::new(StatusCode::NOT_ACCEPTABLE, "BAD_REQUEST", "accept `text/event-stream`"))
}

/// The answer, and beside it the task that fills it.
fn open(
    state: SharedState,
    session: &Session,
    prepared: Result<Prepared, HttpError>,
) -> Result<Response, HttpError> {
    let prepared = match prepared {
        Err(error) if !is_about_the_operation(&error) => return Err(error),
        prepared => prepared,
    };
    connections::room(&state)?;
    let held = (connections::place(&state, session)?, state.metrics.stream(), state.tasks.token());
    let (outbox, events) = mpsc::channel(state.sockets.queue);
    let session = session.clone();
    tokio::spawn(async move {
        let _until_ended = held;
        run_to_its_end(&state, &session, prepared, Outbox { queue: outbox, state: &state }).await;
    });
    let body = Body::from_stream(ReceiverStream::new(events).map(Ok::<Bytes, Infallible>));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        // Proxies that gather an answer before they pass it on would make a stream pointless.
        (header::HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
    ];
    Ok((headers, body).into_response())
}

fn is_about_the_operation(error: &HttpError) -> bool {
    match error.stage() {
        Stage::Transport(status) => status == StatusCode::BAD_REQUEST,
        Stage::Parameters | Stage::Parsing | Stage::Validation => true,
    }
}

/// The stream of one operation, as its task sees it. Bounded: what fills it waits, but not for ever.
struct Outbox<'a> {
    queue: mpsc::Sender<Bytes>,
    state: &'a AppState,
}

impl Outbox<'_> {
    /// False when the client is gone, or has not read for too long.
    async fn put(&self, event: Bytes) -> bool {
        self.queue.send_timeout(event, self.state.sockets.send).await.is_ok()
    }

    /// Waits until the client's side has taken everything; false when it has not for too long, or is gone.
    async fn is_empty(&self) -> bool {
        let all = self.queue.reserve_many(self.queue.max_capacity());
        matches!(time::timeout(self.state.sockets.send, all).await, Ok(Ok(_)))
    }

    async fn next(&self, payload: serde_json::Value) -> bool {
        self.text(&payload.to_string()).await
    }

    /// JSON has no line breaks outside of its texts, and none unescaped in them, so it is one line of data.
    async fn text(&self, json: &str) -> bool {
        self.put(format!("event: next\ndata: {json}\n\n").into()).await
    }

    async fn response(&self, response: &GraphqlResponse, began: bool) -> bool {
        if began {
            self.next(json!(response)).await
        } else {
            self.next(json!({ "errors": response.errors })).await
        }
    }

    async fn refusal(&self, error: HttpError) -> bool {
        self.next(json!({ "errors": [error.into_error()] })).await
    }

    async fn complete(&self) {
        self.put(Bytes::from_static(b"event: complete\ndata:\n\n")).await;
    }
}

/// Ends when the operation ends, the client leaves, the node stops, or the right to be here does. Only the first of
/// them is told with `complete`; whoever misses it connects again.
async fn run_to_its_end(
    state: &AppState,
    session: &Session,
    prepared: Result<Prepared, HttpError>,
    outbox: Outbox<'_>,
) {
    let operation = async {
        let went_on = match prepared {
            Err(error) => outbox.refusal(error).await,
            Ok(prepared) if prepared.kind == Kind::Subscription => {
                subscription(state, prepared, &outbox).await
            }
            Ok(prepared) => match run::once(state, prepared).await {
                Ok(response) => outbox.response(&response, !run::is_request_error(&response)).await,
                Err(error) => outbox.refusal(error).await,
            },
        };
        if went_on {
            outbox.complete().await;
        }
    };
    tokio::select! {
        () = operation => {}
        () = outbox.queue.closed() => {}
        () = state.shutdown.cancelled() => {}
        () = auth::expiry(session) => {}
        () = stay_alive(session, &outbox) => {}
    }
}

/// Whether there is anybody left to tell that it is complete.
async fn subscription(state: &AppState, prepared: Prepared, outbox: &Outbox<'_>) -> bool {
    let _counted = state.metrics.subscription();
    let Prepared { request, session, bill, .. } = prepared;
    let mut bill = Some(bill);
    let mut deliveries = state.endpoint.deliver(request, &session);
    drop(session);
    while let Some(delivery) = deliveries.next().await {
        let went_on = match delivery {
            Delivery::Refused(errors) => {
                state.metrics.operation(Kind::Subscription.as_str(), "errors");
                return outbox.next(json!({ "errors": errors })).await;
            }
            Delivery::Next { json, is_state } => {
                // Of a state, the next one is made when nothing older waits.
                (!is_state || outbox.is_empty().await) && outbox.text(&run::billed(json, bill.take())).await
            }
        };
        if !went_on {
            state.metrics.operation(Kind::Subscription.as_str(), "ok");
            return false;
        }
    }
    state.metrics.operation(Kind::Subscription.as_str(), "ok");
    true
}

/// Sends a comment now and then, so that nobody on the way takes silence for an end. Ends when the client does not
/// read, or the key was revoked.
async fn stay_alive(session: &Session, outbox: &Outbox<'_>) {
    let every = outbox.state.sockets.ping;
    let mut ticks = time::interval_at(Instant::now() + every, every);
    loop {
        ticks.tick().await;
        // A key that cannot be checked now is checked again at the next tick, and before each event.
        if matches!(session.still_holds().await, Ok(false)) || !outbox.put(Bytes::from_static(b":\n\n")).await
        {
            return;
        }
    }
}
