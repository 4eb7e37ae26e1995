//! `GET` and `POST /api/consultations/{id}/redates`.

use axum::{Extension, extract::State, http::Uri, response::Response};
use serde_json::json;

use super::{
    consultations::created,
    execute,
    extract::{self, Json, Options, Query},
    model::{Created, NewRedate, Redate, RedatePage},
    page::{self, Paging},
    parameters::{Conditionally, OfConsultation},
    problem::Problem,
};
use crate::http::{auth::Session, state::SharedState};

const DOCUMENT: &str = "query($id: ID!, $filter: RedateFilter!, $direction: OrderDirection!, $first: Int, \
                        $after: String, $minPosition: Position) {
  consultation(id: $id, minPosition: $minPosition) { id }
  redates(filter: $filter, orderBy: { field: REDATED_AT, direction: $direction }, first: $first, after: $after,
          minPosition: $minPosition) {
    nodes {
      id number redatedAt movedFrom movedTo leadSeconds initiator { kind id key } reason assignee { id } callCount
      answeredAt position
    }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}";

/// Read the redates of a consultation
#[utoipa::path(
    get, path = "/api/consultations/{id}/redates", operation_id = "redates", tag = "consultations",
    params(OfConsultation, Paging),
    responses((status = 200, description = "A page, the newest first unless `order=asc`.", body = RedatePage,
        headers(("Link" = String, description = "The `next` page, if there is one, and the `first`."))))
)]
pub(super) async fn list(
    State(state): State<SharedState>,
    Extension(session): Extension<Session>,
    extract::Consultation(id): extract::Consultation,
    Query(paging): Query<Paging>,
    uri: Uri,
) -> Result<Response, Problem> {
    let filter = json!({ "consultation": [id] });
    page::below::<Redate>((&state, &session), (DOCUMENT, "redates"), (id, filter), &paging, &uri).await
}

/// Move the promised time
///
/// The same as `redateConsultation` of the GraphQL API: the consultation must have an appointment.
#[utoipa::path(
    post, path = "/api/consultations/{id}/redates", operation_id = "redateConsultation", tag = "consultations",
    params(OfConsultation, Conditionally),
    request_body = NewRedate,
    responses((status = 201, description = "It is in the log.", body = Created,
        headers(("Location" = String, description = "Where the consultation can be read."))))
)]
pub(super) async fn add(
    State(state): State<SharedState>,
    Extension(session): Extension<Session>,
    extract::Consultation(id): extract::Consultation,
    options: Options,
    Json(body): Json<NewRedate>,
) -> Result<Response, Problem> {
    let input = body.input(id.clone())?;
    let done = execute::command(&state, &session, "redateConsultation", input, options).await?;
    Ok(created(&id, done.created_id.clone().unwrap_or_default(), &done))
}
