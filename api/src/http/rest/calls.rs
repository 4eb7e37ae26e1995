//! `GET /api/consultations/{id}/calls`, `GET /api/calls`.

use axum::{Extension, extract::State, http::Uri, response::Response};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::IntoParams;

use super::{
    execute,
    extract::{self, List, Query},
    model::{Call, CallPage},
    page::{self, Order, Page, Paging},
    parameters::OfConsultation,
    problem::Problem,
    wire::{CallDirection, CallOutcome},
};
use crate::{
    graphql::global_id::NodeKind,
    http::{auth::Session, state::SharedState},
};

/// The calls of a connection.
macro_rules! calls {
    ($variables:literal, $before:literal) => {
        concat!(
            "query(",
            $variables,
            "$filter: CallFilter!, $direction: OrderDirection!, $first: Int, $after: String, $minPosition: Position) {\n",
            $before,
            "  calls(filter: $filter, order: $direction, first: $first, after: $after, minPosition: $minPosition) {
    nodes {
      id consultation { id } attempt direction outcome startedAt waitSeconds durationSeconds manager { id } phone
      recording redate { id } position
    }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}"
        )
    };
}

const OF_CONSULTATION: &str =
    calls!("$id: ID!, ", "  consultation(id: $id, minPosition: $minPosition) { id }\n");
const ALL: &str = calls!("", "");

/// What narrows a list of calls. Everything given must hold.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub(super) struct Filter {
    /// By or to one of these managers, separated by commas.
    #[param(value_type = Option<Vec<String>>, style = Form, explode = false)]
    manager: Option<List<String>>,
    /// Began at or after this time.
    started_from: Option<DateTime<Utc>>,
    /// Began before this time.
    started_before: Option<DateTime<Utc>>,
    /// Which way.
    direction: Option<CallDirection>,
    /// Ended in one of these ways, separated by commas.
    #[param(value_type = Option<Vec<CallOutcome>>, style = Form, explode = false)]
    outcome: Option<List<CallOutcome>>,
}

impl Filter {
    fn input(self, consultation: Option<&str>) -> Result<Value, Problem> {
        Ok(json!({
            "consultation": consultation.map(|id| [id]),
            "manager": extract::ids("manager", NodeKind::Manager, self.manager)?,
            "direction": self.direction,
            "outcome": self.outcome.map(|outcomes| outcomes.0),
            "started": { "from": self.started_from, "before": self.started_before },
        }))
    }
}

/// Read the calls of a consultation
#[utoipa::path(
    get, path = "/api/consultations/{id}/calls", operation_id = "callsOfConsultation", tag = "consultations",
    params(OfConsultation, Filter, Paging),
    responses((status = 200, description = "A page, the newest first unless `order=asc`.", body = CallPage,
        headers(("Link" = String, description = "The `next` page, if there is one, and the `first`."))))
)]
pub(super) async fn list_of_consultation(
    State(state): State<SharedState>,
    Extension(session): Extension<Session>,
    extract::Consultation(id): extract::Consultation,
    Query(filter): Query<Filter>,
    Query(paging): Query<Paging>,
    uri: Uri,
) -> Result<Response, Problem> {
    let filter = filter.input(Some(&id))?;
    page::below::<Call>((&state, &session), (OF_CONSULTATION, "calls"), (id, filter), &paging, &uri).await
}

/// Read calls, over all consultations
#[utoipa::path(
    get, path = "/api/calls", operation_id = "calls", tag = "calls",
    params(Filter, Paging),
    responses((status = 200, description = "A page, the newest first unless `order=asc`.", body = CallPage,
        headers(("Link" = String, description = "The `next` page, if there is one, and the `first`."))))
)]
pub(super) async fn list(
    State(state): State<SharedState>,
    Extension(session): Extension<Session>,
    Query(filter): Query<Filter>,
    Query(paging): Query<Paging>,
    uri: Uri,
) -> Result<Response, Problem> {
    let mut variables = paging.variables(Order::Desc);
    variables.insert("filter".to_owned(), filter.input(None)?);
    let mut data = execute::read(&state, &session, ALL, variables.into()).await?;
    Ok(Page::<Call>::of(data["calls"].take())?.answer(&uri))
}
