//! Refusals outside of GraphQL's execution: the same JSON shape, with a status.

use std::time::Duration;

use async_graphql::{ErrorExtensionValues, Pos, ServerError};
use axum::{
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;
use uuid::Uuid;

use super::{guard::Refusal, rest::Told};

/// How far a request came before it was refused. With the form of the answer it decides about the status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// It is not about GraphQL, or is too much: the status is this one in every form.
    Transport(StatusCode),
    /// The parameters have the wrong names or types.
    Parameters,
    /// The document is no GraphQL.
    Parsing,
    /// The document does not fit the schema, the operation is not in it, or the variables do not fit.
    Validation,
}

/// An answer `{"errors": [{"message", "extensions": {"code"}}]}` with a status.
#[derive(Debug)]
pub(crate) struct HttpError {
    stage: Stage,
    error: Box<ServerError>,
    header: Option<(HeaderName, HeaderValue)>,
}

impl HttpError {
    pub(crate) fn new(status: StatusCode, code: &str, message: impl Into<String>) -> Self {
        Self::at(Stage::Transport(status), code, message)
    }

    pub(crate) fn at(stage: Stage, code: &str, message: impl Into<String>) -> Self {
        Self { stage, error: Box::new(coded(code, message)), header: None }
    }

    fn with_header(self, name: HeaderName, value: HeaderValue) -> Self {
        Self { header: Some((name, value)), ..self }
    }

    pub(crate) fn unauthenticated() -> Self {
        let message = "send an API key that is in force as `Authorization: Bearer ldk_…`";
        Self::new(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", message)
            .with_header(header::WWW_AUTHENTICATE, HeaderValue::from_static(r#"Bearer realm="ledgerdesk""#))
    }

    pub(crate) fn mutation_over_get() -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "BAD_REQUEST", "send mutations with POST")
            .with_header(header::ALLOW, HeaderValue::from_static("POST"))
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "BAD_REQUEST", message)
    }

    /// Parameters of the wrong names or types.
    pub(crate) fn parameters(message: impl Into<String>) -> Self {
        Self::at(Stage::Parameters, "BAD_REQUEST", message)
    }

    pub(crate) fn timeout(status: StatusCode, message: &str) -> Self {
        Self::new(status, "TIMEOUT", message)
    }

    /// A bug or a broken part: nothing but the number of the request, under which the log tells the rest.
    pub(crate) fn internal(request_id: Uuid) -> Self {
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        let mut error = Self::new(status, "INTERNAL_SERVER_ERROR", "something went wrong here");
        error.extend("requestId", request_id.to_string());
        error
    }

    pub(crate) fn unavailable(message: &str) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", message)
            .with_header(header::RETRY_AFTER, HeaderValue::from_static("1"))
    }

    /// Too much in too short a time; `after` is when it will do, if that is known.
    pub(crate) fn rate_limited(message: impl Into<String>, after: Option<Duration>) -> Self {
        let mut error = Self::new(StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED", message);
        let Some(after) = after else { return error };
        let seconds = whole_seconds(after).max(1);
        error.extend("retryAfterMs", seconds * 1_000);
        error.with_header(header::RETRY_AFTER, HeaderValue::from(seconds))
    }

    fn extend(&mut self, name: &str, value: impl Into<async_graphql::Value>) {
        if let Some(extensions) = &mut self.error.extensions {
            extensions.set(name, value);
        }
    }

    pub(crate) fn stage(&self) -> Stage {
        self.stage
    }

    /// The status and the error.
    pub(crate) fn into_parts(self) -> (StatusCode, ServerError) {
        (self.status(), *self.error)
    }

    /// The status where no form of answer was agreed upon.
    fn status(&self) -> StatusCode {
        match self.stage {
            Stage::Transport(status) => status,
            Stage::Parameters | Stage::Parsing | Stage::Validation => StatusCode::BAD_REQUEST,
        }
    }

    /// The error alone, for transports without a status.
    pub(crate) fn into_error(self) -> ServerError {
        *self.error
    }

    /// The answer with this status and media type.
    pub(crate) fn into_response_as(self, status: StatusCode, media_type: &'static str) -> Response {
        let Ok(body) = serde_json::to_vec(&json!({ "errors": [self.error] })) else {
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        };
        let kind = HeaderValue::from_static(media_type);
        let mut response = (status, [(header::CONTENT_TYPE, kind)], body).into_response();
        if let Some((name, value)) = self.header {
            response.headers_mut().insert(name, value);
        }
        response
    }
}

/// Rounded up, so that whoever waits for so long has waited long enough.
pub(crate) fn whole_seconds(duration: Duration) -> u64 {
    duration.as_secs() + u64::from(duration.subsec_nanos() > 0)
}

impl From<Refusal> for HttpError {
    fn from(refusal: Refusal) -> Self {
        let stage = match &refusal {
            Refusal::Syntax { .. } => Stage::Parsing,
            Refusal::FragmentCycle(_) | Refusal::Directive(_) => Stage::Validation,
            // Not a matter of taste: what would exhaust the server is an error in every form.
            Refusal::TooComplex { .. } | Refusal::Introspection => Stage::Transport(StatusCode::BAD_REQUEST),
        };
        let mut error = Self::at(stage, refusal.code(), refusal.to_string());
        if let Refusal::Syntax { at: Some(at), .. } = refusal {
            error.error.locations = vec![Pos { ..at }];
        }
        error
    }
}

/// Before a form was agreed upon, and on paths that have no forms.
impl IntoResponse for HttpError {
    fn into_response(self) -> Response {
        let (status, told) = (self.status(), Told((*self.error).clone()));
        let mut response = self.into_response_as(status, "application/json");
        response.extensions_mut().insert(told);
        response
    }
}

/// An error with a stable code.
pub(crate) fn coded(code: &str, message: impl Into<String>) -> ServerError {
    let mut extensions = ErrorExtensionValues::default();
    extensions.set("code", code);
    ServerError { extensions: Some(extensions), ..ServerError::new(message, None) }
}
