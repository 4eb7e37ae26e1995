//! How much, how often, how long.

use std::{num::NonZeroU32, time::Duration};

use reqwest::{Client, StatusCode, header};
use serde_json::{Value, json};
use tokio::{io::AsyncWriteExt as _, net::TcpStream};

use super::support::{KEY, OTHER_KEY, PATIENCE, Server, post, query};
use crate::http::Rates;

#[tokio::test]
async fn a_document_that_was_sent_before_is_not_parsed_again() {
    let server = Server::start().await;
    for _ in 0..3 {
        query(&server, "{ hello }").await;
    }
    let known = server.metric(r#"ledgerdesk_graphql_documents_total{known="yes"}"#).await;
    let unknown = server.metric(r#"ledgerdesk_graphql_documents_total{known="no"}"#).await;
    assert_eq!((known, unknown), (Some(2.0), Some(1.0)));
    let with = async |number: i32| {
        let body = json!({ "query": "query($n: Int!) { echo(number: $n) }", "variables": { "n": number } });
        let answer: Value = post(&server).json(&body).send().await.unwrap().json().await.unwrap();
        answer["data"]["echo"].as_i64()
    };
    assert_eq!((with(1).await, with(2).await), (Some(1), Some(2)));
}

#[tokio::test]
async fn a_query_is_given_up_when_its_client_leaves() {
    let server = Server::start_with(|state| state.timeouts.query = Duration::from_hours(1)).await;
    let mut socket = TcpStream::connect(server.address).await.unwrap();
    let body = r#"{"query":"{ never }"}"#;
    let request = format!(
        "POST /graphql HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {KEY}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
    socket.write_all(request.as_bytes()).await.unwrap();
    wait_for_metric(&server, r#"ledgerdesk_graphql_documents_total{known="no"}"#).await;
    drop(socket);
    tokio::time::timeout(PATIENCE, server.left.cancelled()).await.expect("the resolver is given up");
}

async fn wait_for_metric(server: &Server, series: &str) {
    let seen = async {
        while server.metric(series).await.is_none() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, seen).await.expect(series);
}

#[tokio::test]
async fn a_key_has_its_requests_and_is_told_how_it_stands() {
    let limit = NonZeroU32::new(3);
    let server = Server::start_with(|state| state.rates = Rates::per_minute(limit, None)).await;
    for remaining in [2, 1, 0] {
        let response = query(&server, "{ hello }").await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["ratelimit-policy"], "\"requests\";q=3;w=60");
        let standing = response.headers()["ratelimit"].to_str().unwrap();
        assert!(standing.starts_with(&format!("\"requests\";r={remaining};t=")), "{standing}");
    }
    let refused = query(&server, "{ hello }").await;
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    let after: u64 = refused.headers()[header::RETRY_AFTER].to_str().unwrap().parse().unwrap();
    assert!((1..=20).contains(&after), "{after}");
    let answer: Value = refused.json().await.unwrap();
    assert_eq!(
        answer["errors"][0]["extensions"],
        json!({ "code": "RATE_LIMITED", "retryAfterMs": after * 1_000 })
    );
    let other = Client::new().post(server.url("/graphql")).bearer_auth(OTHER_KEY);
    let other = other.json(&json!({ "query": "{ hello }" })).send().await.unwrap();
    assert_eq!(other.status(), StatusCode::OK, "another key is not concerned");
}

#[tokio::test]
async fn cost_is_charged_and_shown_on_request() {
    let limit = NonZeroU32::new(4);
    let server = Server::start_with(|state| state.rates = Rates::per_minute(None, limit)).await;
    let asks = |body: Value| post(&server).json(&body).send();
    let plain: Value = asks(json!({ "query": "{ hello }" })).await.unwrap().json().await.unwrap();
    assert!(plain.get("extensions").is_none(), "{plain}");
    let shown = post(&server).header("ledgerdesk-cost", "1").json(&json!({ "query": "{ hello }" }));
    let shown = shown.send().await.unwrap();
    assert!(shown.headers()["ratelimit"].to_str().unwrap().starts_with("\"cost\";r=2;t="));
    let shown: Value = shown.json().await.unwrap();
    assert_eq!(shown["extensions"]["cost"], json!({ "requested": 1, "limit": 4, "remaining": 2 }));
    let body = json!({ "query": "{ hello __typename }", "extensions": { "cost": true } });
    let shown: Value = asks(body).await.unwrap().json().await.unwrap();
    assert_eq!(shown["extensions"]["cost"], json!({ "requested": 2, "limit": 4, "remaining": 0 }));
    let refused = asks(json!({ "query": "{ hello }" })).await.unwrap();
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    assert!(refused.headers().contains_key(header::RETRY_AFTER));
    let large = "{ hello a: hello b: hello c: hello d: hello }";
    let never = asks(json!({ "query": large })).await.unwrap();
    assert_eq!(never.status(), StatusCode::TOO_MANY_REQUESTS);
    assert!(!never.headers().contains_key(header::RETRY_AFTER), "waiting would not help");
}

#[tokio::test]
async fn without_limits_there_are_no_headers_about_them() {
    let server = Server::start().await;
    let response = post(&server).header("ledgerdesk-cost", "1").json(&json!({ "query": "{ hello }" }));
    let response = response.send().await.unwrap();
    assert!(!response.headers().contains_key("ratelimit"));
    let answer: Value = response.json().await.unwrap();
    assert_eq!(answer["extensions"]["cost"], json!({ "requested": 1, "limit": null, "remaining": null }));
}
