//! `GET /api/consultations/{id}/history`.

use axum::{Extension, extract::State, http::Uri, response::Response};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::IntoParams;
use uuid::Uuid;

use super::{
    execute,
    extract::{self, List, Number, Query},
    model::{HistoryEntry, HistoryPage},
    page::{Order, Page, Paging},
    parameters::OfConsultation,
    problem::Problem,
    wire::{ActorKind, HistoryKind},
};
use crate::{
    graphql::global_id::NodeKind,
    http::{auth::Session, state::SharedState},
};

const DOCUMENT: &str = "query($id: ID!, $filter: HistoryFilter!, $first: Int, $after: String, $last: Int, \
                        $before: String, $minPosition: Position) {
  history(consultationId: $id, filter: $filter, first: $first, after: $after, last: $last, before: $before,
          minPosition: $minPosition) {
    nodes {
      id consultationId kind eventType actor { kind id key } from to text details occurredAt recordedAt position
      version source { system reference } correlationId causationId
    }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}";

/// What narrows a timeline. Everything given must hold.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub(super) struct Filter {
    /// Entries about one of these, separated by commas.
    #[param(value_type = Option<Vec<HistoryKind>>, style = Form, explode = false)]
    kind: Option<List<HistoryKind>>,
    /// Done by one of these kinds of parties, separated by commas.
    #[param(value_type = Option<Vec<ActorKind>>, style = Form, explode = false)]
    actor_kind: Option<List<ActorKind>>,
    /// Done by one of these managers or clients, separated by commas.
    #[param(value_type = Option<Vec<String>>, style = Form, explode = false)]
    actor: Option<List<String>>,
    /// Happened at or after this time.
    occurred_from: Option<DateTime<Utc>>,
    /// Happened before this time.
    occurred_before: Option<DateTime<Utc>>,
    /// Recorded at or after this time.
    recorded_from: Option<DateTime<Utc>>,
    /// Recorded before this time.
    recorded_before: Option<DateTime<Utc>>,
    /// Of the request or conversation with this id.
    correlation_id: Option<Uuid>,
    /// Of one of these events, by their permanent wire names such as `HandoverAccepted`, separated by commas.
    #[param(value_type = Option<Vec<String>>, style = Form, explode = false)]
    event_type: Option<List<String>>,
    /// From this number in the consultation's stream on.
    #[param(value_type = Option<i32>, minimum = 0)]
    version_from: Option<Number<0, 2_147_483_647>>,
    /// Before this number.
    #[param(value_type = Option<i32>, minimum = 0)]
    version_before: Option<Number<0, 2_147_483_647>>,
}

impl Filter {
    /// What GraphQL has operators for; nothing where none of it is asked for.
    fn condition(&self) -> Value {
        let (from, before) = (&self.version_from, &self.version_before);
        if self.event_type.is_none() && from.is_none() && before.is_none() {
            return Value::Null;
        }
        json!({
            "eventType": self.event_type.as_ref().map(|types| json!({ "in": types.0 })),
            "version": { "gte": from.map(|version| version.0), "lt": before.map(|version| version.0) },
        })
    }
}

/// Read a timeline
///
/// Who did what and when, from what to what: one entry per event, in the order of the log, from either end.
#[utoipa::path(
    get, path = "/api/consultations/{id}/history", operation_id = "history", tag = "consultations",
    params(OfConsultation, Filter, Paging),
    responses((status = 200, description = "A page, the oldest entry first unless `order=desc`.", body = HistoryPage,
        headers(("Link" = String, description = "The `next` page, if there is one, and the `first`."))))
)]
pub(super) async fn list(
    State(state): State<SharedState>,
    Extension(session): Extension<Session>,
    extract::Consultation(id): extract::Consultation,
    Query(filter): Query<Filter>,
    Query(paging): Query<Paging>,
    uri: Uri,
) -> Result<Response, Problem> {
    let order = paging.order_or(Order::Asc);
    let mut variables = paging.variables_of_either_end(order);
    variables.insert("id".to_owned(), id.into());
    let condition = filter.condition();
    // Managers and clients are told apart by nothing but their ids, which are unique.
    let actors = actors(filter.actor)?;
    let narrowed = json!({
        "kind": filter.kind.map(|kinds| kinds.0),
        "actorKind": filter.actor_kind.map(|kinds| kinds.0),
        "actor": actors,
        "occurred": { "from": filter.occurred_from, "before": filter.occurred_before },
        "recorded": { "from": filter.recorded_from, "before": filter.recorded_before },
        "correlationId": filter.correlation_id,
        "where": condition,
    });
    variables.insert("filter".to_owned(), narrowed);
    let mut data = execute::read(&state, &session, DOCUMENT, variables.into()).await?;
    let page: Page<HistoryEntry> = match order {
        Order::Asc => Page::of(data["history"].take())?,
        Order::Desc => Page::of_end(data["history"].take())?,
    };
    Ok(page.answer(&uri))
}

fn actors(given: Option<List<String>>) -> Result<Vec<String>, Problem> {
    let given = given.map(|list| list.0).unwrap_or_default();
    let either = |actor: &String| {
        extract::id("actor", NodeKind::Client, actor)
            .or_else(|_| extract::id("actor", NodeKind::Manager, actor))
    };
    given.iter().map(either).collect()
}
