//! Documents that the operator has put down: clients send an id in place of a text.

use std::{collections::HashMap, fmt::Write as _, sync::Arc};

use axum::http::StatusCode;
use sha2::{Digest as _, Sha256};

use super::params::Params;
use crate::http::error::{HttpError, Stage};

/// The documents of a file, by id.
#[derive(Debug, Clone, Default)]
pub struct TrustedDocuments {
    texts: Arc<HashMap<String, Arc<str>>>,
    /// Whether nothing else is served.
    only: bool,
}

/// A file of trusted documents that is none.
#[derive(Debug, thiserror::Error)]
#[error("it must be a JSON object from ids to the texts of GraphQL documents, at least one ({0})")]
pub struct NoDocuments(String);

impl TrustedDocuments {
    /// From the JSON object that the compilers of Relay and graphql-codegen write: ids to texts. Each document is also
    /// known by the SHA-256 of its text, bare and as `sha256:…`. With `only`, nothing else is served.
    pub fn from_json(json: &[u8], only: bool) -> Result<Self, NoDocuments> {
        let given: HashMap<String, Arc<str>> =
            serde_json::from_slice(json).map_err(|error| NoDocuments(error.to_string()))?;
        if given.is_empty() {
            return Err(NoDocuments("it has none".to_owned()));
        }
        let mut texts = HashMap::with_capacity(3 * given.len());
        for text in given.values() {
            let hash = hash(text);
            texts.insert(format!("sha256:{hash}"), Arc::clone(text));
            texts.insert(hash, Arc::clone(text));
        }
        // The ids of the file win over hashes.
        texts.extend(given);
        Ok(Self { texts: Arc::new(texts), only })
    }

    /// The text that a request asks to execute.
    pub(super) fn text(&self, params: &mut Params) -> Result<Arc<str>, HttpError> {
        let query = params.query.take().filter(|query| !query.is_empty());
        let hash = params.hash();
        match (query, params.document_id.take()) {
            (Some(_), Some(_)) => {
                Err(HttpError::parameters("send either `query` or `documentId`, one of the two"))
            }
            (Some(_), None) if self.only => Err(HttpError::new(
                StatusCode::FORBIDDEN,
                "TRUSTED_DOCUMENTS_ONLY",
                "only documents that the operator has put down are served here; send `documentId` in place of `query`",
            )),
            (Some(query), None) => Ok(query.into()),
            (None, Some(id)) => self.find(&id),
            (None, None) => match hash {
                Some(hash) => self.find(&hash),
                None => Err(HttpError::parameters("`query` is missing; send a GraphQL document there")),
            },
        }
    }

    fn find(&self, id: &str) -> Result<Arc<str>, HttpError> {
        if self.texts.is_empty() {
            return Err(HttpError::at(
                Stage::Validation,
                "PERSISTED_QUERY_NOT_SUPPORTED",
                "no documents are kept here; send the text in `query`",
            ));
        }
        self.texts.get(id).cloned().ok_or_else(|| {
            HttpError::at(
                Stage::Validation,
                "PERSISTED_QUERY_NOT_FOUND",
                "no document is kept under this id; ask the operator to put it down",
            )
        })
    }
}

/// The SHA-256 of a text, in hex.
fn hash(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().fold(String::with_capacity(64), |mut hash, byte| {
        // Writing to a string cannot fail.
        let _ = write!(hash, "{byte:02x}");
        hash
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const FILE: &[u8] = br#"{ "hello": "{ hello }" }"#;

    fn outcome(only: bool, body: serde_json::Value) -> Result<String, String> {
        let documents = TrustedDocuments::from_json(FILE, only).unwrap();
        let mut params = Params::from_value(body).unwrap();
        match documents.text(&mut params) {
            Ok(text) => Ok(text.to_string()),
            Err(error) => {
                let error = serde_json::to_value(error.into_error()).unwrap();
                Err(error["extensions"]["code"].as_str().unwrap().to_owned())
            }
        }
    }

    #[test]
    fn a_document_is_known_by_its_id_and_by_its_hash() {
        let hash = hash("{ hello }");
        for only in [false, true] {
            for body in [
                json!({ "documentId": "hello" }),
                json!({ "documentId": hash }),
                json!({ "documentId": format!("sha256:{hash}") }),
                json!({ "extensions": { "persistedQuery": { "version": 1, "sha256Hash": hash } } }),
            ] {
                assert_eq!(outcome(only, body.clone()), Ok("{ hello }".to_owned()), "{body}");
            }
            let unknown = json!({ "documentId": "other" });
            assert_eq!(outcome(only, unknown), Err("PERSISTED_QUERY_NOT_FOUND".to_owned()));
        }
    }

    #[test]
    fn a_hash_is_the_one_that_everybody_computes() {
        assert_eq!(hash("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn a_text_is_served_beside_them_unless_nothing_else_is() {
        let text = json!({ "query": "{ other }" });
        assert_eq!(outcome(false, text.clone()), Ok("{ other }".to_owned()));
        assert_eq!(outcome(true, text), Err("TRUSTED_DOCUMENTS_ONLY".to_owned()));
        let both = json!({ "query": "{ other }", "documentId": "hello" });
        assert_eq!(outcome(false, both), Err("BAD_REQUEST".to_owned()));
    }

    #[test]
    fn a_file_holds_texts_by_id() {
        for bad in [&b""[..], b"[]", b"{}", b"{\"a\": 1}", b"\xff"] {
            assert!(TrustedDocuments::from_json(bad, false).is_err(), "{}", String::from_utf8_lossy(bad));
        }
    }
}
