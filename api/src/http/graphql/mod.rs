//! `POST /graphql` and `GET /graphql`.

mod absent;
mod accept;
pub(crate) mod params;
pub(crate) mod prepare;
mod respond;
mod roots;
pub(crate) mod run;
mod trusted;
mod variables;

pub use accept::Statuses;
pub use trusted::{NoDocuments, TrustedDocuments};

use axum::{
    Extension,
    body::{Body, Bytes},
    extract::{RawQuery, Request, State},
    http::{HeaderMap, HeaderName, StatusCode, header},
    response::Response,
};
use futures_util::StreamExt as _;

use self::{
    accept::Form,
    params::Params,
    prepare::{Kind, Prepared},
    run::Answered,
};
use super::{auth::Session, error::HttpError, rates::Charged, state::SharedState};

/// How much of a body that is too long is read and forgotten, in bytes.
const FORGOTTEN_BYTES: usize = 32 << 20;

/// Asks for the cost of the operation in the answer's extensions, whatever its value; so does `"cost": true` in those
/// of the request.
const COST: HeaderName = HeaderName::from_static("ledgerdesk-cost");

/// `POST /graphql` with a JSON body.
pub(crate) async fn post(
    State(state): State<SharedState>,
    Extension(session): Extension<Session>,
    request: Request,
) -> Result<Response, HttpError> {
    let form = Form::accepted(request.headers(), state.settings.statuses)?;
    let headers = request.headers().clone();
    let prepared = match read_params(&state, request).await {
        Ok(params) => prepare::prepare(params, &session, &state),
        Err(error) => Err(error),
    };
    Ok(answer(&state, prepared, form, &headers).await)
}

/// `GET /graphql?query=…&variables=…&operationName=…`, for queries only.
pub(crate) async fn get(
    State(state): State<SharedState>,
    Extension(session): Extension<Session>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, HttpError> {
    let form = Form::accepted(&headers, state.settings.statuses)?;
    let prepared = Params::from_query(query.as_deref().unwrap_or_default())
        .and_then(|params| prepare::prepare(params, &session, &state))
        .and_then(no_mutation);
    Ok(answer(&state, prepared, form, &headers).await)
}

/// What a link or an image in a foreign page could ask for must change nothing.
pub(crate) fn no_mutation(prepared: Prepared) -> Result<Prepared, HttpError> {
    if prepared.kind == Kind::Mutation { Err(HttpError::mutation_over_get()) } else { Ok(prepared) }
}

async fn answer(
    state: &SharedState,
    prepared: Result<Prepared, HttpError>,
    form: Form,
    headers: &HeaderMap,
) -> Response {
    let mut prepared = match prepared {
        Ok(prepared) if prepared.kind == Kind::Subscription => {
            let message = "subscribe over WebSocket at /graphql/ws with the protocol graphql-transport-ws, or as an \
                           event stream at /graphql/stream";
            return respond::refuse(HttpError::bad_request(message), form);
        }
        Ok(prepared) => prepared,
        Err(error) => return respond::refuse(error, form),
    };
    prepared.bill.wanted |= headers.contains_key(COST);
    let standing = prepared.bill.standing;
    let mut response = match run::answer(state, prepared).await {
        Ok(Answered::Own(response)) => respond::respond(&response, form),
        Ok(Answered::Shared(body)) => respond::shared(body, form),
        Err(error) => respond::refuse(error, form),
    };
    if let Some(standing) = standing {
        response.extensions_mut().insert(Charged(standing));
    }
    response
}

/// The parameters in a JSON body.
pub(crate) async fn read_params(state: &SharedState, request: Request) -> Result<Params, HttpError> {
    // A form can be posted across sites without being asked about; JSON cannot.
    if !accept::is_json(request.headers()) {
        return Err(HttpError::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "BAD_REQUEST",
            "send the request as `Content-Type: application/json`",
        ));
    }
    Params::from_json(&read_body(state, request).await?)
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
