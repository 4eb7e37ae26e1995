//! A client as an integration is one.

use ledgerdesk_api::graphql::caller::Role;
use ledgerdesk_tests::wait_until;
use reqwest::{
    Method,
    header::{HeaderMap, HeaderName, HeaderValue},
};
use serde_json::{Value, json};

use crate::app::App;

/// A serving node and one of its keys.
pub(crate) struct Rest {
    pub(crate) app: App,
    pub(crate) key: String,
    client: reqwest::Client,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    /// Status and code of a refusal, which has the form that it must have.
    pub(crate) fn refusal(&self) -> (u16, &str) {
        assert_eq!(self.header("content-type"), "application/problem+json", "{self:?}");
        assert_eq!(self.body["status"], self.status, "{self:?}");
        assert_eq!(self.body["requestId"], self.header("x-request-id"), "{self:?}");
        for member in ["title", "detail"] {
            assert!(self.body[member].as_str().is_some_and(|text| text.len() > 3), "{self:?}");
        }
        (self.status, self.body["code"].as_str().unwrap())
    }
}

impl Rest {
    pub(crate) async fn start() -> Self {
        let app = App::start().await;
        let key = app.key(Role::Owner);
        let rest = Self { app, key, client: reqwest::Client::new() };
        // A node that starts makes its read models; who asks earlier than that finds none.
        let first = rest.open("the first one").await;
        let shown = path(&first, "");
        wait_until("the read models should be there", || async { rest.get(&shown).await.status == 200 })
            .await;
        rest
    }

    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<String>,
    ) -> Answer {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let mut all = HeaderMap::new();
        all.insert("authorization", HeaderValue::from_str(&format!("Bearer {}", self.key)).unwrap());
        if body.is_some() {
            all.insert("content-type", HeaderValue::from_static("application/json"));
        }
        for (name, value) in headers {
            let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
            if value.is_empty() {
                all.remove(name);
            } else {
                all.insert(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
            }
        }
        let request = self.client.request(method, format!("http://{}{path}", self.app.address)).headers(all);
        let request = if let Some(body) = body { request.body(body) } else { request };
        let answer = request.send().await.unwrap();
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let text = answer.text().await.unwrap();
        let body = if text.is_empty() {
            Value::Null
        } else {
            serde_json::from_str(&text).unwrap_or_else(|_| text.into())
        };
        Answer { status, headers, body }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.send("POST", path, &[], Some(body.to_string())).await
    }

    /// Gets something that must be there.
    pub(crate) async fn found(&self, path: &str) -> Value {
        let answer = self.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        answer.body
    }

    /// Opens a consultation; what was answered.
    pub(crate) async fn open(&self, topic: &str) -> Value {
        let answer = self.post("/api/consultations/create", json!({ "topic": topic })).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.body
    }

    /// A mutation of the GraphQL API, for what REST has no path for.
    pub(crate) async fn mutate(&self, verb: &str, input: Value) -> Value {
        self.app.done(&self.key, verb, input).await
    }
}

/// The path of a consultation, once its reads show `position`.
pub(crate) fn path(made: &Value, rest: &str) -> String {
    let mark = if rest.contains('?') { '&' } else { '?' };
    let (id, position) = (made["id"].as_str().unwrap(), &made["position"]);
    format!("/api/consultations/{id}{rest}{mark}minPosition={position}")
}
