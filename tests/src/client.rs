//! A client of the API over HTTP, as a front end or a bot is one.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::server::PATIENCE;

/// Speaks to one server with one key.
#[derive(Clone)]
pub struct Client {
    address: String,
    key: String,
    patience: Duration,
    http: reqwest::Client,
}

impl Client {
    /// A client of the server at this address.
    pub fn new(address: &str, key: &str) -> Self {
        let (address, key) = (address.to_owned(), key.to_owned());
        Self { address, key, patience: PATIENCE, http: reqwest::Client::new() }
    }

    /// The same client, which waits at most so long for an answer.
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Posts a document; the whole answer, or nothing where the server went away.
    pub async fn try_post(&self, query: &str, variables: &Value) -> Option<Value> {
        let body = json!({ "query": query, "variables": variables }).to_string();
        let (_, answer) = self.try_send(body).await?;
        serde_json::from_str(&answer).ok()
    }

    /// Posts a document.
    ///
    /// # Panics
    /// If there is no answer, or none in JSON.
    pub async fn post(&self, query: &str, variables: Value) -> Value {
        self.try_post(query, &variables).await.expect("the server answers in JSON")
    }

    /// Posts a body as it is; status and answer.
    ///
    /// # Panics
    /// If the server does not answer.
    pub async fn send(&self, body: impl Into<reqwest::Body>) -> (u16, String) {
        self.try_send(body).await.expect("the server answers")
    }

    async fn try_send(&self, body: impl Into<reqwest::Body>) -> Option<(u16, String)> {
        let request = self
            .http
            .post(format!("http://{}/graphql", self.address))
            .bearer_auth(&self.key)
            .header("content-type", "application/json")
            .timeout(self.patience)
            .body(body);
        let answer = request.send().await.ok()?;
        Some((answer.status().as_u16(), answer.text().await.ok()?))
    }

    /// The data of an answer without errors. A query that timed out is asked again, as the API says: on a busy
    /// machine a read model may follow late.
    ///
    /// # Panics
    /// If there is none, or there are errors.
    pub async fn query(&self, query: &str, variables: Value) -> Value {
        let since = Instant::now();
        loop {
            let mut answer = self.post(query, variables.clone()).await;
            if code(&answer) == "TIMEOUT" && !query.starts_with("mutation") && since.elapsed() < PATIENCE {
                continue;
            }
            assert!(answer.get("errors").is_none(), "{answer}");
            return answer["data"].take();
        }
    }

    /// The code of the first error of an answer; empty if there is none.
    pub async fn fault(&self, query: &str, variables: Value) -> String {
        code(&self.post(query, variables).await).to_owned()
    }

    /// The payload of one mutation with an `input`; without user errors.
    ///
    /// # Panics
    /// If it was refused.
    pub async fn mutate(&self, verb: &str, input: Value) -> Value {
        let payload = self.attempt(verb, input).await;
        assert_eq!(payload["userErrors"], json!([]), "{verb}: {payload}");
        payload
    }

    /// Why a mutation was refused: code and field of its one user error.
    ///
    /// # Panics
    /// If it was not, or if it did something nevertheless.
    pub async fn refusal(&self, verb: &str, input: Value) -> (String, Value) {
        let payload = self.attempt(verb, input).await;
        assert_eq!((&payload["position"], &payload["createdId"]), (&Value::Null, &Value::Null), "{payload}");
        let errors = payload["userErrors"].as_array().expect("user errors are a list");
        let [error] = errors.as_slice() else { panic!("{verb} was not refused for one reason: {payload}") };
        assert!(error["message"].as_str().is_some_and(|message| !message.is_empty()), "{payload}");
        (error["code"].as_str().unwrap_or_default().to_owned(), error["field"].clone())
    }

    async fn attempt(&self, verb: &str, input: Value) -> Value {
        let mut data = self.query(&mutation(verb), json!({ "input": input })).await;
        data[verb].take()
    }

    /// Opens a consultation; its id.
    ///
    /// # Panics
    /// If it was refused.
    pub async fn open(&self, topic: &str) -> Value {
        let opening = json!({ "topic": topic, "channel": "SITE" });
        self.mutate("openConsultation", opening).await["createdId"].clone()
    }

    /// The last position of the log.
    ///
    /// # Panics
    /// If the server does not answer.
    pub async fn head(&self) -> i64 {
        let head = self.query("{ logHead { position } }", json!({})).await;
        head["logHead"]["position"].as_i64().expect("a position is a number")
    }

    /// Gets a path without a key; status and body.
    ///
    /// # Panics
    /// If the server does not answer.
    pub async fn get(&self, path: &str) -> (u16, String) {
        let answer = self.http.get(format!("http://{}{path}", self.address)).timeout(PATIENCE).send().await;
        let answer = answer.expect("the server answers");
        (answer.status().as_u16(), answer.text().await.unwrap_or_default())
    }
}

/// The code of the first error of an answer; empty if there is none.
fn code(answer: &Value) -> &str {
    answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_default()
}

/// The document of one mutation with an `input`.
pub fn mutation(verb: &str) -> String {
    let input = format!("{}{}Input", verb[..1].to_uppercase(), &verb[1..]);
    format!(
        "mutation($input: {input}!) {{ \
         {verb}(input: $input) {{ createdId position version userErrors {{ code message field }} }} }}"
    )
}
