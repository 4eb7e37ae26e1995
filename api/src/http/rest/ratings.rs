//! `GET` and `POST /api/consultations/{id}/ratings`.

use axum::{Extension, extract::State, http::Uri, response::Response};
use serde_json::json;

use super::{
    consultations::created,
    execute,
    extract::{self, Json, Options, Query},
    model::{Created, NewRating, Rating, RatingPage},
    page::{self, Paging},
    parameters::{Conditionally, OfConsultation},
    problem::Problem,
};
use crate::http::{auth::Session, state::SharedState};

const DOCUMENT: &str = "query($id: ID!, $filter: RatingFilter!, $direction: OrderDirection!, $first: Int, \
                        $after: String, $minPosition: Position) {
  consultation(id: $id, minPosition: $minPosition) { id }
  ratings(filter: $filter, orderBy: { field: CHANGED_AT, direction: $direction }, first: $first, after: $after,
          minPosition: $minPosition) {
    nodes {
      id state questionnaire questionnaireVersion channel answers { question score comment } score
      attributedTo { id } requestedAt ratedAt revisedAt revision position
    }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}";

/// Read the ratings of a consultation
#[utoipa::path(
    get, path = "/api/consultations/{id}/ratings", operation_id = "ratings", tag = "consultations",
    params(OfConsultation, Paging),
    responses((status = 200, description = "A page, the latest change first unless `order=asc`.", body = RatingPage,
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
    page::below::<Rating>((&state, &session), (DOCUMENT, "ratings"), (id, filter), &paging, &uri).await
}

/// Record the client's rating
///
/// The same as `submitRating` of the GraphQL API, asked for or not: the consultation must be resolved.
#[utoipa::path(
    post, path = "/api/consultations/{id}/ratings", operation_id = "submitRating", tag = "consultations",
    params(OfConsultation, Conditionally),
    request_body = NewRating,
    responses((status = 201, description = "It is in the log.", body = Created,
        headers(("Location" = String, description = "Where the consultation can be read."))))
)]
pub(super) async fn add(
    State(state): State<SharedState>,
    Extension(session): Extension<Session>,
    extract::Consultation(id): extract::Consultation,
    options: Options,
    Json(body): Json<NewRating>,
) -> Result<Response, Problem> {
    let given = body.rating_id()?;
    let input = body.input(id.clone())?;
    let done = execute::command(&state, &session, "submitRating", input, options).await?;
    // One that was asked for has its id already.
    Ok(created(&id, given.or_else(|| done.created_id.clone()).unwrap_or_default(), &done))
}
