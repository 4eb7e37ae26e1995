//! Every path of the server.

use std::sync::Arc;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::StatusCode,
    middleware::{from_fn, from_fn_with_state},
    routing::get,
};

use super::{
    auth, error::HttpError, graphiql, graphql, health, metrics, panic, request_id, rest, state::AppState,
    websocket,
};

/// The whole router. `/graphql` and the operations below `/api/` ask for a key before they read anything; `/graphql/ws` asks at `connection_init`
/// at the latest, since browsers cannot send headers there.
pub fn router(state: AppState) -> Router {
    let body_limit = DefaultBodyLimit::max(state.limits.body_bytes);
    let state = Arc::new(state);
    let api = Router::new()
        .route("/graphql", get(graphql::get).post(graphql::post))
        .merge(rest::operations())
        .layer(from_fn_with_state(Arc::clone(&state), auth::require_key));
    Router::new()
        .merge(api)
        .merge(rest::about())
        .route("/graphql/ws", get(websocket::upgrade))
        .route("/graphiql", get(graphiql::page))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .route("/metrics", get(metrics::show))
        .fallback(|| async {
            HttpError::new(StatusCode::NOT_FOUND, "NOT_FOUND", "there is nothing at this path")
        })
        .method_not_allowed_fallback(|| async {
            HttpError::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "BAD_REQUEST",
                "this path does not take this method",
            )
        })
        .layer(body_limit)
        .layer(from_fn(panic::catch))
        .layer(from_fn(rest::describe))
        .layer(from_fn_with_state(Arc::clone(&state), metrics::measure))
        .layer(from_fn_with_state(Arc::clone(&state), request_id::number))
        .with_state(state)
}
