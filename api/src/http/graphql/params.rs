//! The parameters of a GraphQL request, as any transport brings them.

use async_graphql::Variables;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::http::error::HttpError;

/// A GraphQL request before anything was checked. Unknown members are ignored, as the protocol asks.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Params {
    pub(crate) query: Option<String>,
    pub(crate) document_id: Option<String>,
    pub(crate) operation_name: Option<String>,
    variables: Option<Map<String, Value>>,
    extensions: Option<Map<String, Value>>,
}

const WHAT_IS_RIGHT: &str = "send an object like {\"query\": \"{ me { role } }\", \"variables\": {}}";

impl Params {
    /// From a JSON body.
    pub(crate) fn from_json(body: &[u8]) -> Result<Self, HttpError> {
        let value: Value = serde_json::from_slice(body).map_err(|error| {
            HttpError::bad_request(format!("the body is no JSON ({error}); {WHAT_IS_RIGHT}"))
        })?;
        Self::from_value(value)
    }

    /// From decoded JSON.
    pub(crate) fn from_value(value: Value) -> Result<Self, HttpError> {
        match value {
            Value::Object(_) => serde_json::from_value(value).map_err(|_| {
                HttpError::parameters(format!(
                    "`query`, `documentId` and `operationName` are texts, `variables` and `extensions` objects; \
                     {WHAT_IS_RIGHT}"
                ))
            }),
            Value::Array(_) => Err(HttpError::parameters("batches are not served; send one request at a time")),
            _ => Err(HttpError::parameters(format!("the body is no object; {WHAT_IS_RIGHT}"))),
        }
    }

    /// From a URL's query part.
    pub(crate) fn from_query(query: &str) -> Result<Self, HttpError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Raw {
            query: Option<String>,
            document_id: Option<String>,
            operation_name: Option<String>,
            variables: Option<String>,
            extensions: Option<String>,
        }
        let uri = format!("/?{query}").parse().map_err(|_| unreadable_query())?;
        let axum::extract::Query(raw) =
            axum::extract::Query::<Raw>::try_from_uri(&uri).map_err(|_| unreadable_query())?;
        Ok(Self {
            query: raw.query,
            document_id: raw.document_id,
            operation_name: raw.operation_name,
            variables: object("variables", raw.variables.as_deref())?,
            extensions: object("extensions", raw.extensions.as_deref())?,
        })
    }

    /// The hash by which Apollo's clients name a document that they do not send.
    pub(super) fn hash(&self) -> Option<String> {
        let hash = self.extensions.as_ref()?.get("persistedQuery")?.get("sha256Hash")?.as_str()?;
        Some(hash.to_owned())
    }

    /// Whether the client asks in its extensions what the operation costs.
    pub(super) fn wants_cost(&self) -> bool {
        self.extensions.as_ref().is_some_and(|extensions| extensions.get("cost") == Some(&Value::Bool(true)))
    }

    /// The variables as the executor takes them.
    pub(crate) fn variables(&mut self) -> Variables {
        Variables::from_json(Value::Object(self.variables.take().unwrap_or_default()))
    }
}

fn object(name: &str, text: Option<&str>) -> Result<Option<Map<String, Value>>, HttpError> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(None) };
    serde_json::from_str(text)
        .map_err(|error| HttpError::parameters(format!("`{name}` is no JSON object ({error})")))
}

fn unreadable_query() -> HttpError {
    HttpError::parameters(
        "the URL's query part cannot be read; send `query` or `documentId`, `operationName`, `variables`, \
         `extensions` once each",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_an_object_with_a_query() {
        let params = Params::from_json(br#"{"query":"{a}","variables":null,"unknown":1}"#).unwrap();
        assert_eq!(params.query.as_deref(), Some("{a}"));
        for body in [
            &b"[{\"query\":\"{a}\"}]"[..],
            b"",
            b"{",
            b"null",
            b"1",
            b"\xff",
            br#"{"query":1}"#,
            br#"{"query":"{a}","variables":[]}"#,
            br#"{"query":"{a}","variables":"{}"}"#,
            br#"{"query":"{a}","operationName":[]}"#,
            br#"{"query":"{a}","extensions":1}"#,
        ] {
            assert!(Params::from_json(body).is_err(), "{}", String::from_utf8_lossy(body));
        }
        let deep = format!("{{\"query\":\"{{a}}\",\"variables\":{{\"a\":{}", "[".repeat(100_000));
        assert!(Params::from_json(deep.as_bytes()).is_err());
    }

    #[test]
    fn a_query_part_brings_the_same() {
        let mut params =
            Params::from_query("query=%7Ba%7D&variables=%7B%22x%22%3A1%7D&operationName=").unwrap();
        assert_eq!(params.query.as_deref(), Some("{a}"));
        assert_eq!(params.variables().len(), 1);
        assert!(Params::from_query("query=%7Ba%7D&variables=1").is_err());
        assert!(Params::from_query("query=a&query=b").is_err());
        assert!(Params::from_query("").unwrap().query.is_none());
    }
}
