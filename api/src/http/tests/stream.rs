use std::time::Duration;

use reqwest::{Client, Response, StatusCode, header};
use serde_json::{Value, json};

use super::support::{KEY, PATIENCE, SHORT_KEY, Server};
use crate::http::SocketLimits;

/// An open event stream.
struct Events {
    response: Response,
    read: String,
}

impl Events {
    async fn open(server: &Server, key: &str, query: &str) -> Self {
        let response = try_open(server, key, &json!({ "query": query })).await;
        assert_eq!(response.status(), StatusCode::OK, "{query}");
        assert!(response.headers()[header::CONTENT_TYPE].to_str().unwrap().starts_with("text/event-stream"));
        Self { response, read: String::new() }
    }

    /// The next block: an event with its data, or a comment. Nothing at the end.
    async fn block(&mut self) -> Option<String> {
        loop {
            if let Some((block, rest)) = self.read.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.read = rest;
                return Some(block);
            }
            let chunk = tokio::time::timeout(PATIENCE, self.response.chunk()).await.expect("something comes");
            self.read.push_str(std::str::from_utf8(&chunk.unwrap()?).unwrap());
        }
    }

    /// The payload of the next event `next`.
    async fn next(&mut self) -> Value {
        let block = self.block().await.expect("an event");
        let data = block.strip_prefix("event: next\ndata: ").unwrap_or_else(|| panic!("{block}"));
        serde_json::from_str(data).unwrap()
    }

    async fn completed(&mut self) {
        assert_eq!(self.block().await.as_deref(), Some("event: complete\ndata:"));
        assert_eq!(self.block().await, None, "nothing follows");
    }
}

async fn try_open(server: &Server, key: &str, body: &Value) -> Response {
    let request = Client::new().post(server.url("/graphql/stream")).bearer_auth(key);
    request.header(header::ACCEPT, "text/event-stream").json(body).send().await.unwrap()
}

async fn until(what: &str, condition: impl AsyncFn() -> bool) {
    let holds = async {
        while !condition().await {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, holds).await.expect(what);
}

async fn open_streams(server: &Server) -> Option<f64> {
    server.metric("ledgerdesk_event_streams").await
}

#[tokio::test]
async fn a_subscription_is_a_stream_of_results_and_completes() {
    let server = Server::start().await;
    let mut events = Events::open(&server, KEY, "subscription { count(to: 200) }").await;
    for number in 1..=200 {
        assert_eq!(events.next().await, json!({ "data": { "count": number } }));
    }
    events.completed().await;
    until("the place is given back", async || open_streams(&server).await == Some(0.0)).await;
}

#[tokio::test]
async fn the_root_field_may_stand_in_a_fragment() {
    let server = Server::start().await;
    for document in [
        "subscription { ...counting } fragment counting on Subscription { count(to: 2) }",
        "subscription { ... on Subscription { ... { count(to: 2) } } }",
        "subscription { ...outer } fragment outer on Subscription { ...inner } \
         fragment inner on Subscription { count(to: 2) }",
        "subscription { ...not @skip(if: true) ...counting @include(if: true) } \
         fragment counting on Subscription { count(to: 2) } fragment not on Subscription { refused }",
    ] {
        let mut events = Events::open(&server, KEY, document).await;
        assert_eq!(events.next().await, json!({ "data": { "count": 1 } }), "{document}");
        assert_eq!(events.next().await, json!({ "data": { "count": 2 } }));
        events.completed().await;
    }
    for document in [
        "subscription { ...other } fragment other on Query { hello }",
        "subscription { ...nothing }",
        "subscription { ...used } fragment used on Subscription { count(to: 2) } \
         fragment unused on Subscription { count(to: 2) }",
    ] {
        let mut events = Events::open(&server, KEY, document).await;
        let code = events.next().await["errors"][0]["extensions"]["code"].take();
        assert_eq!(code, "GRAPHQL_VALIDATION_FAILED", "{document}");
    }
}

#[tokio::test]
async fn the_first_answer_tells_the_cost_to_who_asks_for_it() {
    let server = Server::start().await;
    let body = json!({ "query": "subscription { count(to: 2) }", "extensions": { "cost": true } });
    let response = try_open(&server, KEY, &body).await;
    let mut events = Events { response, read: String::new() };
    let first = events.next().await;
    assert_eq!(first["data"], json!({ "count": 1 }));
    assert!(first["extensions"]["cost"]["requested"].is_u64(), "{first}");
    assert_eq!(events.next().await, json!({ "data": { "count": 2 } }));
    events.completed().await;
}

#[tokio::test]
async fn queries_and_mutations_are_one_result_each() {
    let server = Server::start().await;
    for (query, data) in
        [("{ hello }", json!({ "hello": "hello" })), ("mutation { change }", json!({ "change": 1 }))]
    {
        let mut events = Events::open(&server, KEY, query).await;
        assert_eq!(events.next().await, json!({ "data": data }));
        events.completed().await;
    }
    let url = reqwest::Url::parse_with_params(
        &server.url("/graphql/stream"),
        [("query", "query($n: Int!) { echo(number: $n) }"), ("variables", "{\"n\":7}")],
    );
    let response = Client::new().get(url.unwrap()).bearer_auth(KEY).send().await.unwrap();
    let mut events = Events { response, read: String::new() };
    assert_eq!(events.next().await, json!({ "data": { "echo": 7 } }));
    events.completed().await;
}

#[tokio::test]
async fn what_is_wrong_with_the_operation_is_told_in_the_stream() {
    let server = Server::start().await;
    let deep = format!("{{ echo(number: {}1{}) }}", "[".repeat(1_554), "]".repeat(1_554));
    for (query, code) in [
        ("subscription { nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription {", "GRAPHQL_PARSE_FAILED"),
        (&deep, "QUERY_TOO_COMPLEX"),
        ("subscription { refused }", "INTERNAL_SERVER_ERROR"),
        ("{ panics }", "INTERNAL_SERVER_ERROR"),
        ("{ never }", "TIMEOUT"),
    ] {
        let mut events = Events::open(&server, KEY, query).await;
        let payload = events.next().await;
        assert_eq!(payload["errors"][0]["extensions"]["code"], code, "{payload}");
        assert!(payload.get("data").is_none() && !payload.to_string().contains("secret"), "{payload}");
        events.completed().await;
    }
    let mut events = Events::open(&server, KEY, "subscription { breaks }").await;
    assert_eq!(events.next().await["data"]["breaks"], 1);
    assert_eq!(events.next().await["errors"][0]["extensions"]["code"], "INTERNAL_SERVER_ERROR");
    events.completed().await;
}

#[tokio::test]
async fn what_is_wrong_with_the_request_has_a_status() {
    let server = Server::start().await;
    let post = || Client::new().post(server.url("/graphql/stream"));
    let right = json!({ "query": "{ hello }" });
    let get = server.url("/graphql/stream?query=mutation%7Bchange%7D");
    for (request, status) in [
        (post().json(&right), StatusCode::UNAUTHORIZED),
        (post().bearer_auth(KEY).body("{}"), StatusCode::UNSUPPORTED_MEDIA_TYPE),
        (
            post().bearer_auth(KEY).header(header::CONTENT_TYPE, "application/json").body("{"),
            StatusCode::BAD_REQUEST,
        ),
        (post().bearer_auth(KEY).json(&json!([])), StatusCode::BAD_REQUEST),
        (
            post().bearer_auth(KEY).header(header::ACCEPT, "application/json").json(&right),
            StatusCode::NOT_ACCEPTABLE,
        ),
        (
            post().bearer_auth(KEY).header(header::ORIGIN, "https://evil.org").json(&right),
            StatusCode::FORBIDDEN,
        ),
        (Client::new().get(get).bearer_auth(KEY), StatusCode::METHOD_NOT_ALLOWED),
        (Client::new().put(server.url("/graphql/stream")).bearer_auth(KEY), StatusCode::METHOD_NOT_ALLOWED),
    ] {
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), status);
        let answer: Value = response.json().await.unwrap();
        assert!(answer["errors"][0]["extensions"]["code"].is_string(), "{answer}");
    }
}

#[tokio::test]
async fn a_silent_stream_is_kept_open_with_comments() {
    let server =
        Server::with(SocketLimits { ping: Duration::from_millis(20), ..SocketLimits::default() }).await;
    let mut events = Events::open(&server, KEY, "subscription { silence }").await;
    for _ in 0..3 {
        assert_eq!(events.block().await.as_deref(), Some(":"));
    }
}

#[tokio::test]
async fn an_operation_is_given_up_when_its_client_leaves() {
    let server = Server::start().await;
    let events = Events::open(&server, KEY, "subscription { silence }").await;
    assert_eq!(open_streams(&server).await, Some(1.0));
    drop(events);
    tokio::time::timeout(PATIENCE, server.left.cancelled()).await.expect("it is given up");
    until("the place is given back", async || open_streams(&server).await == Some(0.0)).await;
}

#[tokio::test]
async fn a_client_that_does_not_read_is_left_after_a_while() {
    let sockets = SocketLimits { send: Duration::from_millis(200), ..SocketLimits::default() };
    let server = Server::with(sockets).await;
    let events = Events::open(&server, KEY, "subscription { flood }").await;
    tokio::time::timeout(PATIENCE, server.left.cancelled()).await.expect("it is given up");
    until("the place is given back", async || open_streams(&server).await == Some(0.0)).await;
    drop(events);
}

#[tokio::test]
async fn one_key_has_a_bounded_number_of_streams() {
    let server = Server::with(SocketLimits { per_key: 1, ..SocketLimits::default() }).await;
    let first = Events::open(&server, KEY, "subscription { silence }").await;
    let second = try_open(&server, KEY, &json!({ "query": "{ hello }" })).await;
    assert_eq!(second.status(), StatusCode::TOO_MANY_REQUESTS);
    assert!(second.headers().contains_key(header::RETRY_AFTER));
    drop(first);
    let hello = json!({ "query": "{ hello }" });
    until("there is room again", async || try_open(&server, KEY, &hello).await.status() == StatusCode::OK)
        .await;
}

#[tokio::test]
async fn a_stream_ends_with_the_right_to_it_and_with_the_node() {
    let mut server = Server::start().await;
    let mut short = Events::open(&server, SHORT_KEY, "subscription { silence }").await;
    assert_eq!(short.block().await, None, "it ends without `complete`, so that the client comes back");
    let mut long = Events::open(&server, KEY, "subscription { silence }").await;
    server.shutdown.cancel();
    assert_eq!(long.block().await, None);
    let ended = tokio::time::timeout(PATIENCE, &mut server.serving).await;
    ended.expect("the server ends").unwrap().unwrap();
}
