//! Refusals outside of GraphQL's execution: the same JSON shape, with a status.

use async_graphql::{ErrorExtensionValues, Pos, ServerError};
use axum::{
    Json,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;
use uuid::Uuid;

use super::{guard::Refusal, rest::Told};

/// An answer `{"errors": [{"message", "extensions": {"code"}}]}` with a status.
#[derive(Debug)]
pub(crate) struct HttpError {
    status: StatusCode,
    error: Box<ServerError>,
    header: Option<(HeaderName, HeaderValue)>,
}

impl HttpError {
    pub(crate) fn new(status: StatusCode, code: &str, message: impl Into<String>) -> Self {
        Self { status, error: Box::new(coded(code, message)), header: None }
    }

    pub(crate) fn unauthenticated() -> Self {
        let challenge = HeaderValue::from_static(r#"Bearer realm="ledgerdesk""#);
        Self {
            header: Some((header::WWW_AUTHENTICATE, challenge)),
            ..Self::new(
                StatusCode::UNAUTHORIZED,
                "UNAUTHENTICATED",
                "send an API key that is in force as `Authorization: Bearer ldk_…`",
            )
        }
    }

    pub(crate) fn mutation_over_get() -> Self {
        Self {
            header: Some((header::ALLOW, HeaderValue::from_static("POST"))),
            ..Self::new(StatusCode::METHOD_NOT_ALLOWED, "BAD_REQUEST", "send mutations with POST")
        }
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "BAD_REQUEST", message)
    }

    pub(crate) fn timeout(status: StatusCode, message: &str) -> Self {
        Self::new(status, "TIMEOUT", message)
    }

    /// A bug or a broken part: nothing but the number of the request, under which the log tells the rest.
    pub(crate) fn internal(request_id: Uuid) -> Self {
        let mut error = coded("INTERNAL_SERVER_ERROR", "something went wrong here");
        if let Some(extensions) = &mut error.extensions {
            extensions.set("requestId", request_id.to_string());
        }
        Self { status: StatusCode::INTERNAL_SERVER_ERROR, error: Box::new(error), header: None }
    }

    pub(crate) fn unavailable(message: &str) -> Self {
        Self {
            header: Some((header::RETRY_AFTER, HeaderValue::from_static("1"))),
            ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", message)
        }
    }

    /// An error of GraphQL's own form.
    pub(crate) fn from_error(error: ServerError) -> Self {
        Self { status: StatusCode::OK, error: Box::new(error), header: None }
    }

    /// The status and the error.
    pub(crate) fn into_parts(self) -> (StatusCode, ServerError) {
        (self.status, *self.error)
    }

    /// The error alone, for transports without a status.
    pub(crate) fn into_error(self) -> ServerError {
        *self.error
    }
}

impl From<Refusal> for HttpError {
    fn from(refusal: Refusal) -> Self {
        let mut error = coded(refusal.code(), refusal.to_string());
        if let Refusal::Syntax { at: Some(at), .. } = refusal {
            error.locations = vec![Pos { ..at }];
        }
        Self { status: StatusCode::BAD_REQUEST, error: Box::new(error), header: None }
    }
}

impl IntoResponse for HttpError {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(json!({ "errors": [&self.error] }))).into_response();
        response.extensions_mut().insert(Told(*self.error));
        if let Some((name, value)) = self.header {
            response.headers_mut().insert(name, value);
        }
        response
    }
}

/// An error with a stable code.
pub(crate) fn coded(code: &str, message: impl Into<String>) -> ServerError {
    let mut extensions = ErrorExtensionValues::default();
    extensions.set("code", code);
    ServerError { extensions: Some(extensions), ..ServerError::new(message, None) }
}
