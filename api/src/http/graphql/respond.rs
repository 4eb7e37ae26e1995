//! From an execution's result to an HTTP answer.

use async_graphql::Response as GraphqlResponse;
use axum::{
    body::Bytes,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::{accept::Form, run::is_request_error};
use crate::http::error::{HttpError, Stage};

/// A request that was not understood has no `data`; the form of the answer decides about the status.
pub(super) fn respond(response: &GraphqlResponse, form: Form) -> Response {
    let refused = is_request_error(response);
    let (status, media_type) = if refused {
        form.of_refusal(Stage::Validation)
    } else {
        form.of_answer(!response.errors.is_empty())
    };
    let body = if refused {
        serde_json::to_vec(&json!({ "errors": response.errors }))
    } else {
        serde_json::to_vec(response)
    };
    let Ok(body) = body else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
    (status, [(header::CONTENT_TYPE, HeaderValue::from_static(media_type))], body).into_response()
}

/// An answer without errors, as JSON.
pub(super) fn shared(body: Bytes, form: Form) -> Response {
    let (status, media_type) = form.of_answer(false);
    (status, [(header::CONTENT_TYPE, HeaderValue::from_static(media_type))], body).into_response()
}

/// What was refused before it was executed.
pub(super) fn refuse(error: HttpError, form: Form) -> Response {
    let (status, media_type) = form.of_refusal(error.stage());
    error.into_response_as(status, media_type)
}
