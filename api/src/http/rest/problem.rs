//! Refusals as RFC 9457 has them, with the codes of the GraphQL API.
//!
//! A refusal travels as an extension of its response, whoever made it: a handler here, the check of the key, a limit,
//! the router's fallback, the panic catcher. [`describe`] alone writes it, so that each has the same form, the
//! caller's language and the number of the request.

use async_graphql::{ServerError, Value as GraphqlValue};
use axum::{
    extract::Request,
    http::{HeaderName, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

use super::PREFIX;
use crate::{
    graphql::caller::Language,
    http::{auth, error::HttpError, request_id::RequestId},
    i18n,
};

/// The media type of a refusal.
pub(super) const MEDIA_TYPE: &str = "application/problem+json";

/// A refusal in the form of the GraphQL edge, left beside its response.
#[derive(Debug, Clone)]
pub(crate) struct Told(pub(crate) ServerError);

/// A refusal on its way to [`describe`].
#[derive(Debug, Clone)]
pub(super) struct Problem {
    status: StatusCode,
    code: String,
    // Boxed like the header: a refusal is rare, and every result has room for one.
    detail: Box<Detail>,
    field: Option<String>,
    more: Map<String, Value>,
    header: Option<Box<(HeaderName, HeaderValue)>>,
}

/// What was wrong and what would be right.
#[derive(Debug, Clone)]
enum Detail {
    /// In the caller's language already.
    Told(String),
    /// In English; whoever reads Russian gets what the code means.
    English(String),
    /// In both.
    Both(String, String),
}

/// Why a request was refused (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Problem, example = json!({
    "type": "about:blank", "title": "Not found", "status": 404, "code": "NOT_FOUND",
    "detail": "there is no such consultation in this workspace",
    "requestId": "0190f3c2-7c1e-7d53-9f0a-3d2f5a1b6c7d"
}))]
pub(super) struct Written {
    /// Always `about:blank`: `code` says what kind of problem it is.
    #[schema(example = "about:blank")]
    r#type: &'static str,
    /// The kind of problem in a few words, in the caller's language.
    title: String,
    /// The status of the answer.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// The permanent code, to branch on: in capitals one of `UNAUTHENTICATED`, `FORBIDDEN`, `NOT_FOUND`, `CONFLICT`,
    /// `BAD_REQUEST`, `BAD_USER_INPUT`, `RATE_LIMITED`, `TIMEOUT`, `UNAVAILABLE`, `PROJECTION_PAUSED`,
    /// `UNKNOWN_EVENT`, `AS_OF_AHEAD`, `AS_OF_TOO_EARLY`, `HISTORY_TOO_LONG`, `INTERNAL_SERVER_ERROR`; in small letters a rule that refuses, such as
    /// `idempotency_key_reused` or `too_long`.
    code: String,
    /// What was wrong and what would be right, in the caller's language.
    detail: String,
    /// The member of the body, parameter or header at fault, if one is.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    /// The number of the request, also in `x-request-id` and in the log of the server.
    request_id: Uuid,
    /// What belongs to the code: `expected` and `actual` versions of a conflict, `retryAfterMs`.
    #[serde(flatten)]
    #[schema(inline)]
    more: Map<String, Value>,
}

/// Codes of limits on input; the rules of the domain answer them, and the edge.
const INPUT: [&str; 14] = [
    "empty",
    "too_long",
    "nul_character",
    "too_many",
    "out_of_range",
    "malformed",
    "invalid_id",
    "client_not_found",
    "manager_not_found",
    "manager_missing",
    "party_without_id",
    "invalid_idempotency_key",
    "idempotency_key_reused",
    "invalid_occurred_at",
];

impl Problem {
    pub(super) fn new(
        status: StatusCode,
        code: &str,
        english: impl Into<String>,
        russian: impl Into<String>,
    ) -> Self {
        Self {
            status,
            code: code.to_owned(),
            detail: Box::new(Detail::Both(english.into(), russian.into())),
            field: None,
            more: Map::new(),
            header: None,
        }
    }

    /// Names the member, parameter or header at fault.
    pub(super) fn at(self, field: impl Into<String>) -> Self {
        Self { field: Some(field.into()), ..self }
    }

    /// A fault of ours: logged here; the client learns the number of the request.
    pub(super) fn internal(error: &(dyn std::error::Error + 'static)) -> Self {
        tracing::error!(%error, "a REST operation failed");
        Self::of_code(
            "INTERNAL_SERVER_ERROR",
            "something went wrong here; the log has it under the request id",
        )
    }

    /// A refusal by the edge that all transports share.
    pub(super) fn of_edge(error: HttpError) -> Self {
        let (status, error) = error.into_parts();
        Self { status, ..error.into() }
    }

    /// Not allowed.
    pub(super) fn forbidden(english: &str) -> Self {
        Self::of_code("FORBIDDEN", english)
    }

    /// Worth another try.
    pub(super) fn unavailable(english: &str) -> Self {
        Self::of_code("UNAVAILABLE", english)
    }

    /// A user error of a mutation.
    pub(super) fn refused(error: &Value) -> Self {
        let text = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
        let code = text("code");
        let status = match code.as_str() {
            "consultation_not_found" => StatusCode::NOT_FOUND,
            "too_large" => StatusCode::PAYLOAD_TOO_LARGE,
            "invalid_version" => StatusCode::BAD_REQUEST,
            code if INPUT.contains(&code) => StatusCode::UNPROCESSABLE_ENTITY,
            _ => StatusCode::CONFLICT,
        };
        let field =
            error["field"].as_str().map(|field| field.strip_prefix("input.").unwrap_or(field).to_owned());
        Self {
            status,
            code,
            detail: Box::new(Detail::Told(text("message"))),
            field,
            more: Map::new(),
            header: None,
        }
    }

    /// A refusal with one of the codes in capitals.
    fn of_code(code: &str, english: impl Into<String>) -> Self {
        let (status, header) = match code {
            "UNAUTHENTICATED" => (StatusCode::UNAUTHORIZED, None),
            "FORBIDDEN" => (StatusCode::FORBIDDEN, None),
            "NOT_FOUND" => (StatusCode::NOT_FOUND, None),
            "CONFLICT" => (StatusCode::PRECONDITION_FAILED, None),
            "RATE_LIMITED" => (StatusCode::TOO_MANY_REQUESTS, None),
            "TIMEOUT" => (StatusCode::GATEWAY_TIMEOUT, None),
            "UNAVAILABLE" | "PROJECTION_PAUSED" | "UNKNOWN_EVENT" => (
                StatusCode::SERVICE_UNAVAILABLE,
                Some(Box::new((header::RETRY_AFTER, HeaderValue::from_static("1")))),
            ),
            "INTERNAL_SERVER_ERROR" => (StatusCode::INTERNAL_SERVER_ERROR, None),
            _ => (StatusCode::BAD_REQUEST, None),
        };
        let detail = Box::new(Detail::English(english.into()));
        Self { status, code: code.to_owned(), detail, field: None, more: Map::new(), header }
    }

    fn written(self, language: Language, request_id: Uuid) -> Written {
        let kind = i18n::problem(&self.code, language);
        let detail = match (*self.detail, language) {
            (Detail::Told(detail), _)
            | (Detail::English(detail) | Detail::Both(detail, _), Language::En)
            | (Detail::Both(_, detail), Language::Ru) => detail,
            (Detail::English(_), Language::Ru) => kind.detail.to_owned(),
        };
        let (r#type, title) = ("about:blank", kind.title.to_owned());
        let (status, code, field, more) = (self.status.as_u16(), self.code, self.field, self.more);
        Written { r#type, title, status, code, detail, field, request_id, more }
    }
}

/// An error of the schema, or of the GraphQL edge.
impl From<ServerError> for Problem {
    fn from(error: ServerError) -> Self {
        let mut more: Map<String, Value> = match serde_json::to_value(&error.extensions) {
            Ok(Value::Object(extensions)) => extensions,
            _ => Map::new(),
        };
        let code = match error.extensions.as_ref().and_then(|extensions| extensions.get("code")) {
            Some(GraphqlValue::String(code)) => code.clone(),
            _ => "INTERNAL_SERVER_ERROR".to_owned(),
        };
        more.retain(|name, _| ["expected", "actual", "retryAfterMs"].contains(&name.as_str()));
        Self { more, ..Self::of_code(&code, error.message) }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Writes the refusals of everything below `/api/`.
pub(crate) async fn describe(request: Request, next: Next) -> Response {
    if !request.uri().path().starts_with(PREFIX) {
        return next.run(request).await;
    }
    let (language, id) = (auth::language(request.headers()), RequestId::of(&request).0);
    let mut response = next.run(request).await;
    let extensions = response.extensions_mut();
    let problem = match (extensions.remove::<Problem>(), extensions.remove::<Told>()) {
        (Some(problem), _) => problem,
        // The edge knows better than the code which status it is.
        (None, Some(Told(error))) => Problem { status: response.status(), header: None, ..error.into() },
        (None, None) => return response,
    };
    let (status, given) = (problem.status, problem.header.clone());
    let body = serde_json::to_vec(&problem.written(language, id)).unwrap_or_default();
    let mut headers = std::mem::take(response.headers_mut());
    headers.remove(header::CONTENT_LENGTH);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.append(header::VARY, HeaderValue::from_static("accept-language"));
    headers.extend(given.map(|given| (Some(given.0), given.1)));
    let language = match language {
        Language::En => "en",
        Language::Ru => "ru",
    };
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(language));
    (status, headers, body).into_response()
}
