//! From an execution's result to an HTTP answer.

use async_graphql::Response as GraphqlResponse;
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::{accept::MediaType, run::is_request_error};

/// A request that was not understood is 400 where the media type lets the status say so, and has no `data`.
pub(super) fn respond(response: &GraphqlResponse, media_type: MediaType) -> Response {
    let refused = is_request_error(response);
    let status = match media_type {
        MediaType::GraphqlResponse if refused => StatusCode::BAD_REQUEST,
        _ => StatusCode::OK,
    };
    let body = if refused {
        serde_json::to_vec(&json!({ "errors": response.errors }))
    } else {
        serde_json::to_vec(response)
    };
    let Ok(body) = body else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
    (status, [(header::CONTENT_TYPE, HeaderValue::from_static(media_type.as_str()))], body).into_response()
}
