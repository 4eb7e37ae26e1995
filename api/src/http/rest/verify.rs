//! `GET /api/consultations/{id}/verify`.

use axum::{
    Extension, Json as Body,
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::IntoParams;

use super::{
    execute,
    extract::{self, Number, Query},
    model::Verification,
    page::Page,
    parameters::OfConsultation,
    problem::Problem,
};
use crate::http::{auth::Session, state::SharedState};

const DOCUMENT: &str = "query($id: ID!, $first: Int, $after: String) {
  verify(consultationId: $id) {
    consultationId holds signed eventCount walkedEvents
    finding { code message position }
    links { from to eventCount anchor checkpointPosition checkpointTakenAt checkpointEpoch problem }
    events(first: $first, after: $after) {
      nodes { id position sequence version eventType previousHash hash line }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
  }
}";

/// Which of its events are shown.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// How many events, 1 to 100; 20 if not given. All of them are verified, however many are shown.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 100, default = 20)]
    limit: Option<Number<1, 100>>,
    /// Where to go on: `events.next` of the answer before, unchanged.
    cursor: Option<String>,
}

/// Verify a history
///
/// Whether the history of a consultation is what was recorded: its events are hashed anew, and the workspace's chain
/// from each of them to the first signed checkpoint behind it. `docs/auditing.md` says what it shows, what it cannot,
/// and how to check the same elsewhere. It needs the permission `events:read`.
#[utoipa::path(
    get, path = "/api/consultations/{id}/verify", operation_id = "verify", tag = "consultations",
    params(OfConsultation, Which),
    responses((status = 200, description = "What was found; a history that does not hold is an answer, too.",
        body = Verification))
)]
pub(super) async fn show(
    State(state): State<SharedState>,
    Extension(session): Extension<Session>,
    extract::Consultation(id): extract::Consultation,
    Query(which): Query<Which>,
) -> Result<Response, Problem> {
    let variables = json!({ "id": id, "first": which.limit.map(|limit| limit.0), "after": which.cursor });
    let mut data = execute::read(&state, &session, DOCUMENT, variables).await?;
    let mut proof = data["verify"].take();
    let events: Page<Value> = Page::of(proof["events"].take())?;
    proof["events"] = json!({ "items": events.items, "next": events.next });
    let proof: Verification = execute::typed(proof)?;
    let mut response = Body(proof).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}
