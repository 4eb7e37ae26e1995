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
    auth, error::HttpError, graphiql, graphql, health, metrics, origin, panic, rates, request_id, rest,
    state::AppState, stream, websocket,
};

/// The whole router. `/graphql`, `/graphql/stream` and the operations below `/api/` ask for a key before they read
/// anything; `/graphql/ws` asks at `connection_init` at the latest, since browsers cannot send headers there.
pub fn router(state: AppState) -> Router {
    let body_limit = DefaultBodyLimit::max(state.limits.body_bytes);
    let state = Arc::new(state);
    let api = Router::new()
        .route("/graphql", get(graphql::get).post(graphql::post).options(origin::methods))
        .route("/graphql/stream", get(stream::get).post(stream::post).options(origin::methods))
        .merge(rest::operations())
        .layer(from_fn_with_state(Arc::clone(&state), rates::limit))
        .layer(from_fn_with_state(Arc::clone(&state), auth::require_key))
        .route("/graphql/ws", get(websocket::upgrade))
        .layer(from_fn_with_state(Arc::clone(&state), origin::check));
    let pages = if state.settings.graphiql {
        Router::new().route("/graphiql", get(graphiql::page))
    } else {
        Router::new()
    };
    Router::new()
        .merge(api)
        .merge(pages)
        .merge(rest::about())
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
