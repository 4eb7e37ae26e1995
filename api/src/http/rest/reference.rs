//! `GET /api/docs`: the document as a page to read.

use axum::{
    http::header,
    response::{Html, IntoResponse as _, Response},
};

/// The page is whole in itself: it loads nothing but the document, from the same server.
pub(super) async fn page() -> Response {
    let policy = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; connect-src 'self'; \
                  base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    ([(header::CONTENT_SECURITY_POLICY, policy)], Html(include_str!("reference.html"))).into_response()
}
