//! Which web sites may use the API from a browser.
//!
//! A browser says in `Origin` which site a request comes from. This server's own pages and the origins that the
//! operator has listed are served; others are refused before anything is read, whatever key they bring. Programs that
//! are no browsers send no `Origin` and are not concerned.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};

use super::{error::HttpError, state::SharedState};

/// How long a browser may remember what it was allowed, in seconds.
const REMEMBERED: HeaderValue = HeaderValue::from_static("600");
const METHODS: HeaderValue = HeaderValue::from_static("GET, POST");
const HEADERS: HeaderValue =
    HeaderValue::from_static("accept-language, authorization, content-type, ledgerdesk-cost, x-request-id");
const EXPOSED: HeaderValue =
    HeaderValue::from_static("ratelimit, ratelimit-policy, retry-after, x-request-id");

/// The origins besides our own, such as `https://desk.example.org`.
#[derive(Debug, Clone, Default)]
pub struct Origins(Arc<[String]>);

impl FromIterator<String> for Origins {
    fn from_iter<I: IntoIterator<Item = String>>(origins: I) -> Self {
        Self(origins.into_iter().collect())
    }
}

/// Where a request comes from.
#[derive(Debug, PartialEq, Eq)]
enum Site {
    /// No browser, or a page of this server.
    Here,
    /// A page that may use the API.
    Allowed(HeaderValue),
    /// A page that may not.
    Foreign,
}

impl Origins {
    fn judge(&self, headers: &HeaderMap) -> Site {
        let Some(origin) = headers.get(header::ORIGIN) else { return Site::Here };
        let Ok(text) = origin.to_str() else { return Site::Foreign };
        if self.0.iter().any(|allowed| allowed.eq_ignore_ascii_case(text)) {
            return Site::Allowed(origin.clone());
        }
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
        let authority = text.split_once("://").map(|(_, authority)| authority);
        match (authority, host) {
            (Some(authority), Some(host)) if authority.eq_ignore_ascii_case(host) => Site::Here,
            _ => Site::Foreign,
        }
    }
}

/// Refuses foreign origins, answers a browser's question beforehand, and lets allowed ones read the answer.
pub(crate) async fn check(State(state): State<SharedState>, request: Request, next: Next) -> Response {
    match state.settings.origins.judge(request.headers()) {
        Site::Here => next.run(request).await,
        Site::Foreign => HttpError::new(
            StatusCode::FORBIDDEN,
            "FORBIDDEN",
            "this web site may not use the API; its operator can allow its origin in LEDGERDESK_ALLOWED_ORIGINS",
        )
        .into_response(),
        Site::Allowed(origin) => {
            let asks = request.method() == Method::OPTIONS
                && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
            let mut response =
                if asks { StatusCode::NO_CONTENT.into_response() } else { next.run(request).await };
            let headers = response.headers_mut();
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            headers.append(header::VARY, HeaderValue::from_static("Origin"));
            if asks {
                headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, METHODS);
                headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HEADERS);
                headers.insert(header::ACCESS_CONTROL_MAX_AGE, REMEMBERED);
            } else {
                headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
            }
            response
        }
    }
}

/// `OPTIONS` of a path that takes queries.
pub(crate) async fn methods() -> Response {
    (StatusCode::NO_CONTENT, [(header::ALLOW, METHODS)]).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(origin: Option<&'static str>) -> Site {
        let allowed = Origins::from_iter(["https://desk.example.org".to_owned()]);
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_static("api.example.org:8080"));
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, HeaderValue::from_static(origin));
        }
        allowed.judge(&headers)
    }

    #[test]
    fn our_own_pages_and_listed_origins_are_served() {
        assert_eq!(judged(None), Site::Here);
        assert_eq!(judged(Some("http://api.example.org:8080")), Site::Here);
        assert!(matches!(judged(Some("https://desk.example.org")), Site::Allowed(_)));
    }

    #[test]
    fn everybody_else_is_foreign() {
        for origin in [
            "https://example.org",
            "https://desk.example.org.evil.org",
            "https://api.example.org",
            "http://desk.example.org",
            "null",
            "",
            "api.example.org:8080",
        ] {
            assert_eq!(judged(Some(origin)), Site::Foreign, "{origin}");
        }
    }
}
