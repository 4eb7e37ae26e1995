//! `POST /graphql` and `GET /graphql`.

mod absent;
mod accept;
pub(crate) mod params;
pub(crate) mod prepare;
mod respond;
pub(crate) mod run;

use axum::{
    Extension,
    body::{Body, Bytes},
    extract::{RawQuery, Request, State},
    http::{HeaderMap, StatusCode, header},
    response::Response,
};
use futures_util::StreamExt as _;

use self::{accept::MediaType, params::Params, prepare::Prepared};
use super::{auth::Session, error::HttpError, state::SharedState};

/// How much of a body that is too long is read and forgotten, in bytes.
const FORGOTTEN_BYTES: usize = 32 << 20;

/// `POST /graphql` with a JSON body.
pub(crate) async fn post(
    State(state): State<SharedState>,
    Extension(session): Extension<Session>,
    request: Request,
) -> Result<Response, HttpError> {
    // A form can be posted across sites without being asked about; JSON cannot.
    if !accept::is_json(request.headers()) {
        return Err(HttpError::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "BAD_REQUEST",
            "send the request as `Content-Type: application/json`",
        ));
    }
    let media_type = MediaType::accepted(request.headers())?;
    let body = read_body(&state, request).await?;
    let prepared = prepare::prepare(Params::from_json(&body)?, &session, &state.limits)?;
    answer(&state, prepared, media_type).await
}

/// `GET /graphql?query=…&variables=…&operationName=…`, for queries only.
pub(crate) async fn get(
    State(state): State<SharedState>,
    Extension(session): Extension<Session>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, HttpError> {
    let media_type = MediaType::accepted(&headers)?;
    let params = Params::from_query(query.as_deref().unwrap_or_default())?;
    let prepared = prepare::prepare(params, &session, &state.limits)?;
    if prepared.kind == prepare::Kind::Mutation {
        return Err(HttpError::mutation_over_get());
    }
    answer(&state, prepared, media_type).await
}

async fn answer(
    state: &SharedState,
    prepared: Prepared,
    media_type: MediaType,
) -> Result<Response, HttpError> {
    if prepared.kind == prepare::Kind::Subscription {
        return Err(HttpError::bad_request(
            "subscribe over WebSocket at /graphql/ws with the protocol graphql-transport-ws",
        ));
    }
    let response = run::once(state, prepared).await?;
    Ok(respond::respond(&response, media_type))
}

pub(crate) async fn read_body(state: &SharedState, request: Request) -> Result<Bytes, HttpError> {
    let max = state.limits.body_bytes;
    let announced = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    let announced = announced.and_then(|length| length.parse::<usize>().ok());
    if announced.is_some_and(|length| length > max) && request.headers().contains_key(header::EXPECT) {
        // It asked before it sends.
        return Err(too_large(max));
    }
    match tokio::time::timeout(state.timeouts.body, collect(request.into_body(), max)).await {
        Ok(Ok(Some(body))) => Ok(body),
        Ok(Ok(None)) => Err(too_large(max)),
        Ok(Err(_)) => Err(HttpError::bad_request("the body could not be read to its end")),
        Err(_) => Err(HttpError::timeout(StatusCode::REQUEST_TIMEOUT, "the body did not come in time")),
    }
}

/// The body, or nothing if it is longer than `max`. The rest of one that is too long is read and forgotten,
/// within reason: a client that still sends when the connection closes never sees why it was refused.
async fn collect(body: Body, max: usize) -> Result<Option<Bytes>, axum::Error> {
    let (mut chunks, mut collected, mut seen) = (body.into_data_stream(), Vec::new(), 0_usize);
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk?;
        seen = seen.saturating_add(chunk.len());
        if seen <= max {
            collected.extend_from_slice(&chunk);
        } else if seen > max.saturating_add(FORGOTTEN_BYTES) {
            break;
        }
    }
    Ok((seen <= max).then(|| collected.into()))
}

fn too_large(max: usize) -> HttpError {
    HttpError::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "BAD_REQUEST",
        format!("the body may have {max} bytes; send less in one request"),
    )
}
