//! What is offered, and to which web sites.

use reqwest::{Client, StatusCode, header};
use serde_json::{Value, json};

use super::support::{KEY, Server, code, post, query};
use crate::http::{Origins, TrustedDocuments};

#[tokio::test]
async fn foreign_web_sites_are_refused_and_listed_ones_may_read_the_answer() {
    let server = Server::start_with(|state| {
        state.settings.origins = Origins::from_iter(["https://desk.example.org".to_owned()]);
    })
    .await;
    let from = |origin: &str| {
        post(&server).header(header::ORIGIN, origin).json(&json!({ "query": "{ hello }" })).send()
    };
    for origin in ["https://evil.example.org", "null", "http://localhost"] {
        let refused = from(origin).await.unwrap();
        assert_eq!(refused.status(), StatusCode::FORBIDDEN, "{origin}");
        assert!(!refused.headers().contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN));
        assert_eq!(code(refused).await, "FORBIDDEN");
    }
    assert_eq!(from(&server.url("")).await.unwrap().status(), StatusCode::OK, "our own pages");
    let allowed = from("https://desk.example.org").await.unwrap();
    assert_eq!(allowed.status(), StatusCode::OK);
    assert_eq!(allowed.headers()[header::ACCESS_CONTROL_ALLOW_ORIGIN], "https://desk.example.org");
    let asks = |origin: &str| {
        Client::new()
            .request(reqwest::Method::OPTIONS, server.url("/graphql"))
            .header(header::ORIGIN, origin)
            .header(header::ACCESS_CONTROL_REQUEST_METHOD, "POST")
            .header(header::ACCESS_CONTROL_REQUEST_HEADERS, "authorization,content-type")
            .send()
    };
    let before = asks("https://desk.example.org").await.unwrap();
    assert_eq!(before.status(), StatusCode::NO_CONTENT, "asked without a key, as browsers do");
    let headers = before.headers()[header::ACCESS_CONTROL_ALLOW_HEADERS].to_str().unwrap();
    assert!(headers.contains("authorization") && headers.contains("content-type"), "{headers}");
    assert_eq!(asks("https://evil.example.org").await.unwrap().status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn trusted_documents_are_named_by_an_id_and_can_be_all_there_is() {
    let file = br#"{ "hello": "{ hello }", "change": "mutation { change }" }"#;
    for only in [false, true] {
        let trusted = TrustedDocuments::from_json(file, only).unwrap();
        let server = Server::start_with(|state| state.settings.trusted = trusted).await;
        let answer: Value =
            post(&server).json(&json!({ "documentId": "hello" })).send().await.unwrap().json().await.unwrap();
        assert_eq!(answer["data"]["hello"], "hello");
        let get = |id: &str| {
            let url = server.url(&format!("/graphql?documentId={id}"));
            Client::new().get(url).bearer_auth(KEY).send()
        };
        assert_eq!(get("hello").await.unwrap().status(), StatusCode::OK);
        assert_eq!(get("change").await.unwrap().status(), StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(code(get("other").await.unwrap()).await, "PERSISTED_QUERY_NOT_FOUND");
        let text = query(&server, "{ hello }").await;
        if only {
            assert_eq!(text.status(), StatusCode::FORBIDDEN);
            assert_eq!(code(text).await, "TRUSTED_DOCUMENTS_ONLY");
        } else {
            assert_eq!(text.status(), StatusCode::OK);
        }
    }
    let none = Server::start().await;
    let answer = post(&none).json(&json!({ "documentId": "hello" })).send().await.unwrap();
    assert_eq!(code(answer).await, "PERSISTED_QUERY_NOT_SUPPORTED");
}

#[tokio::test]
async fn introspection_and_graphiql_can_be_switched_off() {
    let server = Server::start_with(|state| {
        state.limits.introspection = false;
        state.settings.graphiql = false;
    })
    .await;
    let refused = query(&server, "{ __schema { queryType { name } } }").await;
    assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
    assert_eq!(code(refused).await, "INTROSPECTION_DISABLED");
    assert_eq!(query(&server, "{ __typename }").await.status(), StatusCode::OK);
    let page = Client::new().get(server.url("/graphiql")).send().await.unwrap();
    assert_eq!(page.status(), StatusCode::NOT_FOUND);
}
