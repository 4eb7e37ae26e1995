//! Media types in and out.

use axum::http::{HeaderMap, StatusCode, header};

use crate::http::error::{HttpError, Stage};

/// The media type of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MediaType {
    /// `application/graphql-response+json`: the status says whether the request was understood.
    GraphqlResponse,
    /// `application/json`: 200 for everything that GraphQL answers.
    Json,
}

/// Which edition of GraphQL over HTTP the statuses follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Statuses {
    /// What today's clients and their audits expect.
    #[default]
    Audited,
    /// The specification's draft of August 2026: 422 for what cannot be executed, 294 for data with errors.
    Draft,
}

/// The form of an answer: what the client accepts and which edition is spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Form {
    media_type: MediaType,
    statuses: Statuses,
}

/// The status of data with errors, in the draft.
const PARTIAL: u16 = 294;

impl MediaType {
    const fn as_str(self) -> &'static str {
        match self {
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
        }
    }
}

impl Form {
    /// The first media type that the client names and we have; if it does not care, JSON, or in the draft its own
    /// media type. `q=0` excludes one; other weights are taken in the order written, which is how clients write them.
    pub(super) fn accepted(headers: &HeaderMap, statuses: Statuses) -> Result<Self, HttpError> {
        let form = |media_type| Self { media_type, statuses };
        let whatever = match statuses {
            Statuses::Audited => MediaType::Json,
            Statuses::Draft => MediaType::GraphqlResponse,
        };
        let mut named = false;
        for value in headers.get_all(header::ACCEPT) {
            for range in value.to_str().unwrap_or_default().split(',') {
                let (name, parameters) = range.split_once(';').unwrap_or((range, ""));
                let name = name.trim();
                named |= !name.is_empty();
                if parameters.split(';').any(|parameter| excludes(parameter.trim())) {
                    continue;
                }
                match name.to_ascii_lowercase().as_str() {
                    "application/graphql-response+json" => return Ok(form(MediaType::GraphqlResponse)),
                    "application/json" => return Ok(form(MediaType::Json)),
                    "application/*" | "*/*" => return Ok(form(whatever)),
                    _ => {}
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
        Ok(form(whatever))
    }

    /// The status and media type of a refusal at this stage.
    pub(super) fn of_refusal(self, stage: Stage) -> (StatusCode, &'static str) {
        let status = match (stage, self.statuses, self.media_type) {
            (Stage::Transport(status), ..) => status,
            (Stage::Parsing | Stage::Validation, Statuses::Audited, MediaType::Json) => StatusCode::OK,
            (Stage::Parsing, Statuses::Draft, _) | (_, Statuses::Audited, _) => StatusCode::BAD_REQUEST,
            (Stage::Parameters | Stage::Validation, Statuses::Draft, _) => StatusCode::UNPROCESSABLE_ENTITY,
        };
        let media_type = match self.statuses {
            // Only what went well is passed off as plain JSON.
            Statuses::Draft if !status.is_success() => MediaType::GraphqlResponse,
            _ => self.media_type,
        };
        (status, media_type.as_str())
    }

    /// The status and media type of an answer with data, or with `data: null` after an execution.
    pub(super) fn of_answer(self, has_errors: bool) -> (StatusCode, &'static str) {
        let partial =
            has_errors && (self.statuses, self.media_type) == (Statuses::Draft, MediaType::GraphqlResponse);
        let status =
            if partial { StatusCode::from_u16(PARTIAL).unwrap_or(StatusCode::OK) } else { StatusCode::OK };
        (status, self.media_type.as_str())
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

    fn form(value: &'static str, statuses: Statuses) -> Option<Form> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_static(value));
        Form::accepted(&headers, statuses).ok()
    }

    fn accepted(value: &'static str) -> Option<MediaType> {
        form(value, Statuses::Audited).map(|form| form.media_type)
    }

    fn json(value: &'static str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(value));
        is_json(&headers)
    }

    #[test]
    fn the_answer_has_the_first_media_type_that_the_client_names() {
        let silent = |statuses| Form::accepted(&HeaderMap::new(), statuses).map(|form| form.media_type).ok();
        assert_eq!(silent(Statuses::Audited), Some(MediaType::Json));
        assert_eq!(silent(Statuses::Draft), Some(MediaType::GraphqlResponse));
        assert_eq!(accepted("*/*"), Some(MediaType::Json));
        assert_eq!(accepted("application/json"), Some(MediaType::Json));
        let both = "application/graphql-response+json; charset=utf-8, application/json;q=0.9";
        assert_eq!(accepted(both), Some(MediaType::GraphqlResponse));
        assert_eq!(accepted("text/html, application/xhtml+xml, */*;q=0.8"), Some(MediaType::Json));
        assert_eq!(accepted("application/json;q=0, text/html"), None);
        assert_eq!(accepted("image/png"), None);
    }

    #[test]
    fn the_statuses_of_both_editions() {
        const STRICT: &str = "application/graphql-response+json";
        const PLAIN: &str = "application/json";
        let stages =
            [Stage::Transport(StatusCode::BAD_REQUEST), Stage::Parameters, Stage::Parsing, Stage::Validation];
        for (edition, accept, refused, partial) in [
            (Statuses::Audited, STRICT, [400, 400, 400, 400], 200),
            (Statuses::Audited, PLAIN, [400, 400, 200, 200], 200),
            (Statuses::Draft, STRICT, [400, 422, 400, 422], 294),
            (Statuses::Draft, PLAIN, [400, 422, 400, 422], 200),
        ] {
            let form = form(accept, edition).unwrap();
            let of_refusals = stages.map(|stage| form.of_refusal(stage).0.as_u16());
            assert_eq!(of_refusals, refused, "{edition:?} {accept}");
            assert_eq!(form.of_answer(true).0.as_u16(), partial, "{edition:?} {accept}");
            assert_eq!(form.of_answer(false).0.as_u16(), 200, "{edition:?} {accept}");
            assert!(form.of_answer(true).1.starts_with(accept));
            let refusal = if edition == Statuses::Draft { STRICT } else { accept };
            assert!(form.of_refusal(Stage::Validation).1.starts_with(refusal));
        }
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
