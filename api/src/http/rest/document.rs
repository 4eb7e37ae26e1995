//! The OpenAPI document: what the handlers say of themselves, and what holds for all of them.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use serde_json::{Map, Value, json};
use utoipa::{
    OpenApi,
    openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
};

use super::{problem, routes};

/// What holds for all operations.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Ledgerdesk",
        description = "REST for integrations: the same commands and reads as the GraphQL API at `/graphql`, with the \
                       same permissions, rules and codes.\n\n\
                       **Ids** are answered twice: `id` is opaque and knows its type, `uuid` is bare. Both are taken \
                       wherever an id is asked for.\n\n\
                       **Times** are RFC 3339 in UTC.\n\n\
                       **Refusals** are `application/problem+json` (RFC 9457) with a permanent `code` and a sentence \
                       in English or Russian, as `Accept-Language` asks. What another workspace has answers like what \
                       does not exist.\n\n\
                       **Repeats**: a command with an `Idempotency-Key` returns its first result when it is sent \
                       again.",
        license(name = "MIT", identifier = "MIT")
    ),
    servers((url = "/", description = "This server")),
    tags(
        (name = "consultations", description = "Consultations and their parts"),
        (name = "calls", description = "Calls over all consultations"),
        (name = "catalogs", description = "What consultations can be about"),
        (name = "keys", description = "API keys")
    ),
    components(schemas(problem::Written)),
    security(("key" = []))
)]
struct Frame;

/// The document without its paths.
pub(super) fn frame() -> utoipa::openapi::OpenApi {
    let mut document = Frame::openapi();
    let key = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("ldk_…")
        .description(Some("An API key: `ledgerdesk keys create --role integration --name …`"))
        .build();
    document.components.get_or_insert_default().add_security_scheme("key", SecurityScheme::Http(key));
    document
}

/// The whole document, as `/api/openapi.json` has it.
pub fn document() -> Value {
    let mut document = serde_json::to_value(routes().into_openapi()).unwrap_or_default();
    for operation in operations(&mut document) {
        describe_refusals(operation);
        describe_language(operation);
    }
    document
}

/// Every operation of a document.
fn operations(document: &mut Value) -> impl Iterator<Item = &mut Map<String, Value>> {
    let paths = document["paths"].as_object_mut().into_iter().flat_map(Map::values_mut);
    paths.filter_map(Value::as_object_mut).flat_map(Map::values_mut).filter_map(Value::as_object_mut)
}

/// A status, when it is answered, and an example of code and sentence.
type Row = (&'static str, &'static str, (&'static str, &'static str));

const ALWAYS: &[Row] = &[
    (
        "400",
        "The request cannot be understood.",
        ("BAD_USER_INPUT", "`kinds` is no parameter of this path; it takes `kind`, `limit`"),
    ),
    (
        "401",
        "No key, or none in force.",
        ("UNAUTHENTICATED", "send an API key that is in force as `Authorization: Bearer ldk_…`"),
    ),
    (
        "403",
        "The key's role does not allow it.",
        ("FORBIDDEN", "the role of this API key does not allow that; use a key with a wider role"),
    ),
    (
        "406",
        "The client does not accept JSON.",
        ("BAD_REQUEST", "answers are `application/json`; accept that"),
    ),
    ("429", "Too many requests.", ("RATE_LIMITED", "too many requests with this key; wait and try again")),
    (
        "500",
        "A fault of the server.",
        ("INTERNAL_SERVER_ERROR", "something went wrong here; the log has it under the request id"),
    ),
    (
        "503",
        "Not available now; try again.",
        ("UNAVAILABLE", "the database does not answer now; try again in a moment"),
    ),
    ("504", "It took too long.", ("TIMEOUT", "the query took too long; ask for less at once")),
];

const WITH_CONSULTATION: &[Row] = &[(
    "404",
    "This workspace has no such consultation.",
    ("NOT_FOUND", "there is no such consultation in this workspace"),
)];

const WITH_BODY: &[Row] = &[
    ("408", "The body did not come in time.", ("TIMEOUT", "the body did not come in time")),
    (
        "413",
        "The body is too large.",
        ("BAD_REQUEST", "the body may have 262144 bytes; send less in one request"),
    ),
    (
        "415",
        "The body is of another type.",
        ("BAD_REQUEST", "send the body as `Content-Type: application/json`"),
    ),
    (
        "422",
        "The body does not fit, or a limit refuses it.",
        ("too_long", "`topic` has more than 500 characters; shorten it"),
    ),
];

const COMMAND: &[Row] = &[
    (
        "409",
        "The rules refuse it now.",
        ("consultation_closed", "the consultation is CLOSED; reopen it first"),
    ),
    (
        "412",
        "It has another version than `If-Match` says.",
        ("CONFLICT", "it is at version 7, not 5; look at it again"),
    ),
];

fn describe_refusals(operation: &mut Map<String, Value>) {
    let has_body = operation.contains_key("requestBody");
    let is_command = has_body && operation.get("operationId") != Some(&json!("introspectKey"));
    let has_consultation = parameters_of(operation).any(|name| name == "id");
    let rows =
        [(ALWAYS, true), (WITH_CONSULTATION, has_consultation), (WITH_BODY, has_body), (COMMAND, is_command)];
    let Some(Value::Object(responses)) = operation.get_mut("responses") else { return };
    for response in responses.values_mut() {
        add_request_id(response);
    }
    for (status, when, (code, detail)) in rows.into_iter().filter(|row| row.1).flat_map(|row| row.0) {
        let number: u16 = status.parse().unwrap_or_default();
        let title = crate::i18n::problem(code, crate::graphql::caller::Language::En).title;
        let example = json!({
            "type": "about:blank", "title": title, "status": number, "code": code, "detail": detail,
            "requestId": "0190f3c2-7c1e-7d53-9f0a-3d2f5a1b6c7d",
        });
        let content = json!({ "schema": { "$ref": "#/components/schemas/Problem" }, "example": example });
        let mut response = json!({ "description": when, "content": { problem::MEDIA_TYPE: content } });
        add_request_id(&mut response);
        responses.insert((*status).to_owned(), response);
    }
}

fn add_request_id(response: &mut Value) {
    response["headers"]["x-request-id"] = json!({
        "description": "The number of the request, yours if you sent one.",
        "schema": { "type": "string", "format": "uuid" },
    });
}

fn describe_language(operation: &mut Map<String, Value>) {
    let language = json!({
        "name": "Accept-Language", "in": "header", "required": false, "schema": { "type": "string" },
        "description": "The language of refusals: English or Russian.", "example": "ru",
    });
    if let Some(parameters) = operation.entry("parameters").or_insert_with(|| json!([])).as_array_mut() {
        parameters.push(language);
    }
}

/// The names of an operation's parameters in its path and query.
fn parameters_of(operation: &Map<String, Value>) -> impl Iterator<Item = &str> {
    let parameters = operation.get("parameters").and_then(Value::as_array).into_iter().flatten();
    parameters
        .filter(|parameter| parameter["in"] != "header")
        .filter_map(|parameter| parameter["name"].as_str())
}

/// The names of the query parameters that `GET` on this path takes.
pub(super) fn parameters(path: &str) -> &'static BTreeSet<String> {
    static BY_PATH: LazyLock<BTreeMap<String, BTreeSet<String>>> = LazyLock::new(|| {
        let document = document();
        let paths = document["paths"].as_object().into_iter().flatten();
        let of = |item: &Value| {
            let parameters = item["get"]["parameters"].as_array().into_iter().flatten();
            let names = parameters.filter(|parameter| parameter["in"] == "query");
            names.filter_map(|parameter| parameter["name"].as_str().map(str::to_owned)).collect()
        };
        paths.map(|(path, item)| (path.clone(), of(item))).collect()
    });
    static NONE: BTreeSet<String> = BTreeSet::new();
    BY_PATH.get(path).unwrap_or(&NONE)
}

/// `GET /api/openapi.json`.
pub(super) async fn show() -> Response {
    static TEXT: LazyLock<String> = LazyLock::new(|| document().to_string());
    let kind = HeaderValue::from_static("application/json");
    ([(header::CONTENT_TYPE, kind)], TEXT.as_str()).into_response()
}

#[cfg(test)]
#[path = "document/tests.rs"]
mod tests;
