//! `GET /api/catalogs/{kind}`.

use axum::{
    Extension,
    extract::State,
    http::{HeaderMap, StatusCode, Uri},
    response::{IntoResponse as _, Response},
};
use serde::Deserialize;
use serde_json::json;
use utoipa::IntoParams;

use super::{
    etag, execute,
    extract::{Query, Segment},
    model::{CatalogEntry, CatalogPage},
    page::{Order, Page, Paging},
    problem::Problem,
};
use crate::http::{auth::Session, state::SharedState};

/// Asked for before the entries: if the catalog changes in between, the tag is older than what it marks, and the next
/// request gets the catalog once more; the other way round it would never get it.
const REVISION: &str = "query($kind: String!, $minPosition: Position) {
  catalogRevision(kind: $kind, minPosition: $minPosition)
}";

const ENTRIES: &str = "query($kind: String!, $filter: CatalogFilter!, $direction: OrderDirection!, $first: Int, \
                       $after: String) {
  catalogs(kind: $kind, filter: $filter, orderBy: { field: DEFINED_AT, direction: $direction }, first: $first,
           after: $after) {
    nodes {
      id kind externalId title parentKind parentExternalId active attributes definedAt changedAt retiredAt version
      position
    }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}";

/// What narrows a catalog. Everything given must hold.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub(super) struct Filter {
    /// Can be chosen; `false` asks for those that were retired. Both if not given.
    active: Option<bool>,
    /// Words of the title, in Russian or English, in any inflection.
    #[param(max_length = 500)]
    text: Option<String>,
}

/// Read a catalog
///
/// Its `ETag` is its revision, which changes exactly when one of its entries does: send it as `If-None-Match`, and a
/// catalog that did not change costs one look into an index. A catalog that nobody has defined is empty.
#[utoipa::path(
    get, path = "/api/catalogs/{kind}", operation_id = "catalog", tag = "catalogs",
    params(
        ("kind" = String, Path, description = "The catalog: `product`, `section`, `question`, `article`, `obstacle` or another one.", max_length = 500, example = "section"),
        Filter, Paging,
        ("If-None-Match" = Option<String>, Header, description = "The `ETag` of what you have.")
    ),
    responses(
        (status = 200, description = "A page, in the order of their definition unless `order=desc`.", body = CatalogPage,
         headers(("Link" = String, description = "The `next` page, if there is one, and the `first`."),
                 ("ETag" = String, description = "The revision of the catalog."), ("Cache-Control" = String))),
        (status = 304, description = "As you have it.")
    )
)]
pub(super) async fn list(
    State(state): State<SharedState>,
    Extension(session): Extension<Session>,
    Segment(kind): Segment,
    Query(filter): Query<Filter>,
    Query(paging): Query<Paging>,
    (headers, uri): (HeaderMap, Uri),
) -> Result<Response, Problem> {
    let mut variables = paging.variables(Order::Asc);
    let known = json!({ "kind": kind, "minPosition": variables.remove("minPosition") });
    let revision = execute::read(&state, &session, REVISION, known).await?;
    let tag = format!("\"{}\"", revision["catalogRevision"]);
    if etag::has(&headers, &tag) {
        let mut response = StatusCode::NOT_MODIFIED.into_response();
        etag::mark(&mut response, &tag);
        return Ok(response);
    }
    variables.insert("kind".to_owned(), kind.into());
    variables.insert("filter".to_owned(), json!({ "active": filter.active, "text": filter.text }));
    let mut data = execute::read(&state, &session, ENTRIES, variables.into()).await?;
    let mut response = Page::<CatalogEntry>::of(data["catalogs"].take())?.answer(&uri);
    etag::mark(&mut response, &tag);
    Ok(response)
}
