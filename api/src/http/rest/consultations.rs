//! `POST /api/consultations/create`, `GET /api/consultations/{id}`.

use axum::{
    Extension, Json as Body,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use serde::Deserialize;
use serde_json::json;
use utoipa::IntoParams;

use super::{
    etag, execute,
    extract::{self, Json, Moment, Number, Options, Query},
    model::{Consultation, Created, NewConsultation},
    parameters::OfConsultation,
    problem::Problem,
};
use crate::http::{auth::Session, state::SharedState};

const DOCUMENT: &str = "query($id: ID!, $asOf: AsOf, $asKnownAt: AsOf, $minPosition: Position) {
  consultation(id: $id, asOf: $asOf, asKnownAt: $asKnownAt, minPosition: $minPosition) {
    id topic status statusSince priority channel language team tags
    client { id } assignee { id } mergedInto { id }
    openedAt updatedAt holdUntil waitingSince appointedFor appointedUntil
    redateCount messageCount noteCount callCount handoverCount reopenCount
    firstReplyAt firstResponseAt resolvedAt closedAt openHandoverPhase ratingScore version position
    detail {
      description attributes catalog { catalog key entry { title active } }
      externalReferences { system kind id } openedBy { kind id key } source { system reference }
      statusReason resolution resolutionCode
    }
  }
}";

/// Open a consultation
///
/// The same as `openConsultation` of the GraphQL API. Send an `Idempotency-Key`, and the request may be repeated
/// without opening a second one.
#[utoipa::path(
    post, path = "/api/consultations/create", operation_id = "openConsultation", tag = "consultations",
    params(
        ("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 200,
         description = "A key of your own. Sent again with the same body it returns the first result instead of acting twice.",
         example = "order-4711")
    ),
    request_body = NewConsultation,
    responses((status = 201, description = "It is in the log.", body = Created,
        headers(("Location" = String, description = "Where it can be read."))))
)]
pub(super) async fn create(
    State(state): State<SharedState>,
    Extension(session): Extension<Session>,
    options: Options,
    Json(body): Json<NewConsultation>,
) -> Result<Response, Problem> {
    let options = Options { expected_version: None, ..options };
    let done = execute::command(&state, &session, "openConsultation", body.input()?, options).await?;
    let id = done.created_id.clone().unwrap_or_default();
    Ok(created(&id, id.clone(), &done))
}

/// 201 with the id of what was made, and where the consultation can be read.
pub(super) fn created(consultation: &str, id: String, done: &execute::Done) -> Response {
    let mut response = (StatusCode::CREATED, Body(Created::new(id, done))).into_response();
    let headers = response.headers_mut();
    if let Ok(place) = HeaderValue::from_str(&format!("/api/consultations/{consultation}")) {
        headers.insert(header::LOCATION, place);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// As of when, and when an answer may be given.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub(super) struct When {
    /// As of this moment: a time (what had happened by then, facts included that were recorded later), or a position of
    /// the log (as its events up to there leave it). As it is now if not given.
    #[param(value_type = Option<String>, example = "2026-01-05T09:00:00Z")]
    as_of: Option<Moment>,
    /// Only what was recorded by this moment, a time or a position: alone, the consultation as it was shown then.
    #[param(value_type = Option<String>, example = "4711")]
    as_known_at: Option<Moment>,
    /// Waits, at most 2 seconds, until the answer shows this position: read your writes.
    #[param(value_type = Option<i64>, minimum = 0)]
    min_position: Option<Number<0, { i64::MAX }>>,
}

/// Read a consultation
///
/// With an `ETag` that begins with its version: send it as `If-None-Match` to be told of a change only, and as
/// `If-Match` with a command to change only what you have seen. With `asOf` or `asKnownAt`, as it was: what it refers to
/// is named as it was then, and personal data that was erased since stays erased. `AS_OF_AHEAD` for a moment that has
/// not come, `AS_OF_TOO_EARLY` where it had not begun.
#[utoipa::path(
    get, path = "/api/consultations/{id}", operation_id = "consultation", tag = "consultations",
    params(
        OfConsultation,
        When,
        ("If-None-Match" = Option<String>, Header, description = "The `ETag` of what you have.")
    ),
    responses(
        (status = 200, description = "As it is now, or as it was.", body = Consultation,
         headers(("ETag" = String, description = "What you have now."), ("Cache-Control" = String))),
        (status = 304, description = "As you have it.")
    )
)]
pub(super) async fn show(
    State(state): State<SharedState>,
    Extension(session): Extension<Session>,
    extract::Consultation(id): extract::Consultation,
    Query(when): Query<When>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let variables = json!({
        "id": id,
        "asOf": when.as_of.map(Moment::input),
        "asKnownAt": when.as_known_at.map(Moment::input),
        "minPosition": when.min_position.map(|position| position.0),
    });
    let mut data = execute::read(&state, &session, DOCUMENT, variables).await?;
    let found: Consultation = execute::typed(data["consultation"].take())?;
    let tag = etag::versioned(found.version(), &found);
    Ok(etag::answer(&headers, &tag, found))
}
