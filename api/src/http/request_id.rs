//! The number of a request: the caller's own if it is a UUID, else a new one; in every log line, event and
//! masked error, and in the answer's `x-request-id`.

use axum::{
    extract::{Request, State},
    http::{HeaderName, HeaderValue},
    middleware::Next,
    response::Response,
};
use tracing::Instrument as _;
use uuid::Uuid;

use super::state::SharedState;

const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// The number of one request.
#[derive(Debug, Clone, Copy)]
pub struct RequestId(pub Uuid);

impl RequestId {
    /// The number that the middleware gave; nil outside of it.
    pub(crate) fn of(request: &Request) -> Self {
        request.extensions().get().copied().unwrap_or(Self(Uuid::nil()))
    }
}

/// Numbers the request and opens its span.
pub(crate) async fn number(State(state): State<SharedState>, mut request: Request, next: Next) -> Response {
    let given = request.headers().get(&HEADER).and_then(|value| value.to_str().ok());
    let id = given.and_then(|text| Uuid::try_parse(text).ok()).unwrap_or_else(|| state.ids.next_id());
    request.extensions_mut().insert(RequestId(id));
    let span = tracing::info_span!(
        "http.request",
        request_id = %id,
        method = %request.method(),
        path = request.uri().path(),
    );
    let mut response = next.run(request).instrument(span).await;
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        response.headers_mut().insert(HEADER, value);
    }
    response
}
