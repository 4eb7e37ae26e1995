//! Executing: bounded in time, safe from panics, with nothing internal in the errors.

use std::sync::Arc;

use async_graphql::{PathSegment, Response, ServerError};
use axum::{body::Bytes, http::StatusCode};
use futures_util::future::BoxFuture;
use uuid::Uuid;

use super::prepare::{Bill, Kind, Prepared};
use crate::{
    graphql::error,
    http::{
        error::{HttpError, coded},
        panic::{Panicked, caught},
        state::AppState,
    },
};

/// What a request is answered with.
pub(crate) enum Answered {
    /// An answer of its own.
    Own(Response),
    /// The JSON of an answer without errors, which others share.
    Shared(Bytes),
}

/// Executes a query or a mutation, together with those who ask the same at the same time.
pub(crate) async fn answer(state: &AppState, prepared: Prepared) -> Result<Answered, HttpError> {
    if !prepared.is_shared || prepared.bill.wanted {
        return Ok(Answered::Own(once(state, prepared).await?));
    }
    let Prepared { request, session, .. } = prepared;
    let request_id = session.caller().request_id;
    let answered = bounded(state, Kind::Query, request_id, state.endpoint.answer(request, &session)).await;
    let result = answered.map(|answer| {
        let own = match answer {
            Ok(answer) => match answer.body() {
                Some(body) => return Answered::Shared(body),
                None => answer.copy(),
            },
            Err(refused) => refused,
        };
        Answered::Own(finished(own, true, request_id))
    });
    count(state, Kind::Query, &result, |answered| match answered {
        Answered::Own(response) => response.errors.is_empty(),
        Answered::Shared(_) => true,
    });
    result
}

/// Executes a query or a mutation on its own.
pub(crate) async fn once(state: &AppState, prepared: Prepared) -> Result<Response, HttpError> {
    let Prepared { request, kind, root_fields, session, bill, .. } = prepared;
    let request_id = session.caller().request_id;
    let executed = bounded(state, kind, request_id, state.endpoint.execute(request, &session)).await;
    // Two mutations run one after the other: where the second was refused, the first is done.
    let is_alone = kind != Kind::Mutation || root_fields == 1;
    let result = executed.map(|response| with_bill(finished(response, is_alone, request_id), bill));
    count(state, kind, &result, |response| response.errors.is_empty());
    result
}

/// Within the time that it has, and safe from panics.
async fn bounded<T>(
    state: &AppState,
    kind: Kind,
    request_id: Uuid,
    work: BoxFuture<'static, T>,
) -> Result<T, HttpError> {
    let limit = if kind == Kind::Mutation { state.timeouts.mutation } else { state.timeouts.query };
    match tokio::time::timeout(limit, caught(work)).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(Panicked)) => Err(HttpError::internal(request_id)),
        Err(_) => Err(HttpError::timeout(StatusCode::GATEWAY_TIMEOUT, too_slow(kind))),
    }
}

/// With the errors that the outside is meant to see.
fn finished(mut response: Response, is_alone: bool, request_id: Uuid) -> Response {
    if is_alone {
        refuse_arguments(&mut response);
    }
    mask(response, request_id)
}

fn count<T>(state: &AppState, kind: Kind, result: &Result<T, HttpError>, is_well: impl Fn(&T) -> bool) {
    let outcome = match result {
        Ok(answer) if is_well(answer) => "ok",
        Ok(_) => "errors",
        Err(_) => "failed",
    };
    state.metrics.operation(kind.as_str(), outcome);
}

/// The answer with the cost, where the client asked for it.
pub(crate) fn with_bill(response: Response, bill: Bill) -> Response {
    if bill.wanted { response.extension("cost", bill.show()) } else { response }
}

/// The same for an answer that others are shown, too: a text of one's own, where the client asked for the cost.
pub(crate) fn billed(json: Arc<str>, bill: Option<Bill>) -> Arc<str> {
    let Some(bill) = bill.filter(|bill| bill.wanted) else { return json };
    let Ok(mut answer) = serde_json::from_str::<serde_json::Value>(&json) else { return json };
    answer["extensions"]["cost"] = serde_json::json!(bill.show());
    answer.to_string().into()
}

const fn too_slow(kind: Kind) -> &'static str {
    match kind {
        Kind::Mutation => {
            "the mutation took too long and may still be carried out; repeat it with the same idempotency key to \
             learn what became of it"
        }
        _ => "the query took too long; ask for less at once",
    }
}

/// Whether the request was refused before anything was resolved: then the answer has no `data`.
pub(crate) fn is_request_error(response: &Response) -> bool {
    response.data == async_graphql::Value::Null
        && !response.errors.is_empty()
        && response.errors.iter().all(|error| error.path.is_empty())
}

/// Arguments that do not fit their types are a fault of the request, before anything ran, although the executor reports
/// them as a failure of the field: it reads them where they are used.
fn refuse_arguments(response: &mut Response) {
    if let (async_graphql::Value::Null, [error]) = (&response.data, response.errors.as_mut_slice())
        && error.path.len() == 1
        && error.extensions.is_none()
        && is_about_input(error)
    {
        *error = ServerError {
            locations: error.locations.clone(),
            ..coded("BAD_USER_INPUT", shortened(&error.message))
        };
    }
}

/// Gives every error a code. What a resolver let through without one was not meant for the outside: it is logged
/// and replaced.
pub(crate) fn mask(mut response: Response, request_id: Uuid) -> Response {
    for error in &mut response.errors {
        let has_code = error.extensions.as_ref().is_some_and(|extensions| extensions.get("code").is_some());
        if !has_code {
            *error = with_code(error, request_id);
        }
    }
    error::stamp(&mut response, request_id);
    response
}

fn with_code(error: &ServerError, request_id: Uuid) -> ServerError {
    let locations = error.locations.clone();
    let path: Vec<PathSegment> = error.path.clone();
    let labelled = if is_about_input(error) {
        let code = if path.is_empty() { "GRAPHQL_VALIDATION_FAILED" } else { "BAD_USER_INPUT" };
        coded(code, shortened(&error.message))
    } else {
        tracing::error!(%request_id, error = error.message, "a resolver failed without a code");
        HttpError::internal(request_id).into_error()
    };
    ServerError { locations, path, ..labelled }
}

/// Validation has no path; reading arguments has one and says so in its first words.
fn is_about_input(error: &ServerError) -> bool {
    let reading = [
        "Failed to parse",
        "Expected input type",
        "Invalid value",
        "Variable ",
        "Unknown type",
        "Invalid global ID",
    ];
    error.path.is_empty() || reading.iter().any(|start| error.message.starts_with(start))
}

/// Messages of the library can quote what was sent.
fn shortened(message: &str) -> String {
    const MAX: usize = 500;
    match message.char_indices().nth(MAX) {
        Some((at, _)) => format!("{}…", &message[..at]),
        None => message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(response: &Response) -> Vec<String> {
        let json = serde_json::to_value(&response.errors).unwrap();
        let errors = json.as_array().unwrap();
        errors.iter().map(|error| error["extensions"]["code"].as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn what_a_resolver_did_not_mean_for_the_outside_does_not_get_there() {
        let path = vec![PathSegment::Field("a".to_owned())];
        let leak =
            ServerError::new("password authentication failed for user x", None).with_path(path.clone());
        let input = ServerError::new("Failed to parse \"Int\": no", None).with_path(path);
        let invalid = ServerError::new(format!("Unknown field {}", "x".repeat(100_000)), None);
        let own = coded("NOT_FOUND", "no");
        let masked = mask(Response::from_errors(vec![leak, input, invalid, own]), Uuid::from_u128(7));
        let expected = ["INTERNAL_SERVER_ERROR", "BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED", "NOT_FOUND"];
        assert_eq!(codes(&masked), expected);
        let text = serde_json::to_string(&masked).unwrap();
        assert!(!text.contains("password"), "{text}");
        assert!(text.contains(&Uuid::from_u128(7).to_string()), "{text}");
        assert!(text.len() < 2_000);
    }
}
