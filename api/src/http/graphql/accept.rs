//! Media types in and out.

use axum::http::{HeaderMap, StatusCode, header};

use crate::http::error::HttpError;

/// The form of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MediaType {
    /// `application/graphql-response+json`: the status says whether the request was understood.
    GraphqlResponse,
    /// `application/json`: 200 for everything that GraphQL answers.
    Json,
}

impl MediaType {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
        }
    }

    /// The first one that the client names and we have; JSON if it does not care. `q=0` excludes one; other
    /// weights are taken in the order written, which is how clients write them.
    pub(super) fn accepted(headers: &HeaderMap) -> Result<Self, HttpError> {
        let mut named = false;
        for value in headers.get_all(header::ACCEPT) {
            for range in value.to_str().unwrap_or_default().split(',') {
                let (name, parameters) = range.split_once(';').unwrap_or((range, ""));
                let name = name.trim();
                named |= !name.is_empty();
                if parameters.split(';').any(|parameter| excludes(parameter.trim())) {
                    continue;
                }
                if name.eq_ignore_ascii_case("application/graphql-response+json") {
                    return Ok(Self::GraphqlResponse);
                }
                if ["application/json", "application/*", "*/*"]
                    .iter()
                    .any(|json| name.eq_ignore_ascii_case(json))
                {
                    return Ok(Self::Json);
                }
            }
        }
        if named {
            return Err(HttpError::new(
                StatusCode::NOT_ACCEPTABLE,
                "BAD_REQUEST",
                "accept `application/graphql-response+json` or `application/json`",
            ));
        }
        Ok(Self::Json)
    }
}

fn excludes(parameter: &str) -> bool {
    parameter
        .split_once('=')
        .is_some_and(|(name, weight)| name.trim() == "q" && weight.trim().parse() == Ok(0.0_f32))
}

/// Whether the body says that it is JSON, in UTF-8 if it names a charset.
pub(super) fn is_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()) else {
        return false;
    };
    let mut parts = value.split(';');
    let kind = parts.next().unwrap_or_default().trim();
    let utf8 = parts.all(|parameter| match parameter.trim().split_once('=') {
        Some((name, charset)) if name.eq_ignore_ascii_case("charset") => {
            charset.trim_matches('"').eq_ignore_ascii_case("utf-8")
        }
        _ => true,
    });
    let json = kind.eq_ignore_ascii_case("application/json")
        || kind.eq_ignore_ascii_case("application/graphql+json")
        || kind.eq_ignore_ascii_case("application/graphql-response+json");
    json && utf8
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn accepted(value: &'static str) -> Option<MediaType> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_static(value));
        MediaType::accepted(&headers).ok()
    }

    fn json(value: &'static str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(value));
        is_json(&headers)
    }

    #[test]
    fn the_answer_has_the_first_media_type_that_the_client_names() {
        assert_eq!(MediaType::accepted(&HeaderMap::new()).ok(), Some(MediaType::Json));
        assert_eq!(accepted("*/*"), Some(MediaType::Json));
        assert_eq!(accepted("application/json"), Some(MediaType::Json));
        let both = "application/graphql-response+json; charset=utf-8, application/json;q=0.9";
        assert_eq!(accepted(both), Some(MediaType::GraphqlResponse));
        assert_eq!(accepted("text/html, application/xhtml+xml, */*;q=0.8"), Some(MediaType::Json));
        assert_eq!(accepted("application/json;q=0, text/html"), None);
        assert_eq!(accepted("image/png"), None);
    }

    #[test]
    fn only_json_is_read() {
        assert!(json("application/json"));
        assert!(json("application/json; charset=utf-8"));
        assert!(json("Application/JSON; charset=\"UTF-8\""));
        for other in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"] {
            assert!(!json(other), "{other}");
        }
        assert!(!json("application/json; charset=utf-16"));
        assert!(!json(""));
        assert!(!is_json(&HeaderMap::new()));
    }
}
