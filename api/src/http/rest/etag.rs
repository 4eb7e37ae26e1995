//! What a client has already: `ETag`, `If-None-Match`, `If-Match`.

use axum::{
    Json,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use ledgerdesk_domain::stream::StreamVersion;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::problem::Problem;

/// An answer that a client may keep and must ask about before it uses it again.
const KEPT: &str = "private, no-cache";

/// The tag of something with a version: the version, which `If-Match` takes, and a digest of what is shown, since an
/// erasure changes that and not the version.
pub(super) fn versioned(version: i32, shown: &impl Serialize) -> String {
    let digest = Sha256::digest(serde_json::to_vec(shown).unwrap_or_default());
    let short = digest[..8].iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
    format!("\"{version}-{short}\"")
}

/// The answer with its tag; 304 without a body for a client that has it.
pub(super) fn answer(headers: &HeaderMap, tag: &str, body: impl Serialize) -> Response {
    let mut response =
        if has(headers, tag) { StatusCode::NOT_MODIFIED.into_response() } else { Json(body).into_response() };
    mark(&mut response, tag);
    response
}

/// Says under which tag an answer can be kept.
pub(super) fn mark(response: &mut Response, tag: &str) {
    let headers = response.headers_mut();
    if let Ok(tag) = HeaderValue::from_str(tag) {
        headers.insert(header::ETAG, tag);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(KEPT));
    headers.append(header::VARY, HeaderValue::from_static("authorization"));
}

/// Whether the client says that it has what the tag names. Weak and strong tags compare alike here (RFC 9110, 13.1.2).
pub(super) fn has(headers: &HeaderMap, tag: &str) -> bool {
    headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|given| given == "*" || given.strip_prefix("W/").unwrap_or(given) == tag)
}

/// The version in `If-Match`; nothing if any will do.
pub(super) fn expected(headers: &HeaderMap) -> Result<Option<StreamVersion>, Problem> {
    let mut given = headers.get_all(header::IF_MATCH).iter();
    let value = match (given.next(), given.next()) {
        (None, _) => return Ok(None),
        (Some(value), None) => value.to_str().ok().map(str::trim),
        (Some(_), Some(_)) => None,
    };
    if value == Some("*") {
        return Ok(None);
    }
    let tag = value.and_then(|value| value.strip_prefix('"')?.strip_suffix('"'));
    let number = tag.and_then(|tag| tag.split('-').next()?.parse().ok()).filter(|version| *version >= 0);
    number.map(|version| Some(StreamVersion(version))).ok_or_else(|| {
        Problem::new(
            StatusCode::BAD_REQUEST,
            "invalid_version",
            "send the one `ETag` that the consultation was answered with, or its version in quotes, such as `\"7\"`",
            "передайте один `ETag`, с которым пришла консультация, или её версию в кавычках, например `\"7\"`",
        )
        .at("If-Match")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: &header::HeaderName, values: &[&'static str]) -> HeaderMap {
        values.iter().map(|value| (name.clone(), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn a_client_has_what_one_of_its_tags_names() {
        let has_7 = |values: &[&'static str]| has(&headers(&header::IF_NONE_MATCH, values), "\"7\"");
        assert!(
            has_7(&["\"7\""]) && has_7(&["\"1\", W/\"7\""]) && has_7(&["*"]) && has_7(&["\"1\"", "\"7\""])
        );
        assert!(!has_7(&[]) && !has_7(&["\"8\""]) && !has_7(&["7"]));
    }

    #[test]
    fn the_version_is_what_stands_before_the_digest() {
        let version = |values: &[&'static str]| expected(&headers(&header::IF_MATCH, values));
        assert_eq!(version(&[]).unwrap(), None);
        assert_eq!(version(&["*"]).unwrap(), None);
        assert_eq!(version(&["\"7\""]).unwrap(), Some(StreamVersion(7)));
        assert_eq!(version(&["\"7-00ff\""]).unwrap(), Some(StreamVersion(7)));
        for wrong in ["7", "W/\"7\"", "\"\"", "\"x\"", "\"-1\"", "\"7\", \"8\"", "\"99999999999\""] {
            assert!(version(&[wrong]).is_err(), "{wrong}");
        }
        assert!(version(&["\"7\"", "\"8\""]).is_err());
        assert_eq!(versioned(7, &"a").split('-').next(), Some("\"7"));
    }
}
