//! `GET /graphiql`: a page to try queries in.

use axum::{
    http::header,
    response::{Html, IntoResponse as _, Response},
};

/// The page loads GraphiQL from a CDN, pinned; where that cannot be reached it says what to do instead. It holds
/// no secret: the key is typed into it and stays in the browser's tab.
pub(crate) async fn page() -> Response {
    let policy = "default-src 'none'; script-src 'unsafe-inline' https://unpkg.com; \
                  style-src 'unsafe-inline' https://unpkg.com; font-src data: https://unpkg.com; \
                  img-src data: 'self'; worker-src blob:; connect-src 'self' ws: wss:; \
                  base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    ([(header::CONTENT_SECURITY_POLICY, policy)], Html(include_str!("graphiql.html"))).into_response()
}
