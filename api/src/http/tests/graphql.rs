use reqwest::{Client, StatusCode, header};
use serde_json::{Value, json};
use tokio::{io::AsyncWriteExt as _, net::TcpStream};

use super::support::{KEY, Server, code, post, query};
use crate::http::Statuses;

#[tokio::test]
async fn a_query_is_answered_with_the_request_id_that_it_brought() {
    let server = Server::start().await;
    let id = "0190c2f0-0000-7000-8000-000000000001";
    let response =
        post(&server).header("x-request-id", id).json(&json!({ "query": "{ hello }" })).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()["x-request-id"], id);
    assert_eq!(response.headers()[header::CONTENT_TYPE], "application/json; charset=utf-8");
    assert_eq!(response.json::<Value>().await.unwrap(), json!({ "data": { "hello": "hello" } }));
}

#[tokio::test]
async fn without_a_key_that_is_in_force_nothing_is_read() {
    let server = Server::start().await;
    let request = || Client::new().post(server.url("/graphql")).json(&json!({ "query": "{ hello }" }));
    for request in [request(), request().bearer_auth("ldk_other"), request().basic_auth("a", Some("b"))] {
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
        assert!(response.headers()[header::WWW_AUTHENTICATE].to_str().unwrap().starts_with("Bearer"));
        assert_eq!(code(response).await, "UNAUTHENTICATED");
    }
}

#[tokio::test]
async fn what_the_request_says_wrong_is_told_with_a_status_and_a_code() {
    let server = Server::start().await;
    let body =
        |text: &str| post(&server).header(header::CONTENT_TYPE, "application/json").body(text.to_owned());
    let strict = |text: &str| body(text).header(header::ACCEPT, "application/graphql-response+json");
    let deep = format!("{{ echo(number: {}1{}) }}", "[".repeat(1_554), "]".repeat(1_554));
    let cases = [
        (body("{"), StatusCode::BAD_REQUEST, "BAD_REQUEST"),
        (body("[]"), StatusCode::BAD_REQUEST, "BAD_REQUEST"),
        (body("{}"), StatusCode::BAD_REQUEST, "BAD_REQUEST"),
        (strict(r#"{"query":"{"}"#), StatusCode::BAD_REQUEST, "GRAPHQL_PARSE_FAILED"),
        (body(&json!({ "query": deep }).to_string()), StatusCode::BAD_REQUEST, "QUERY_TOO_COMPLEX"),
        (
            strict(r#"{"query":"{ hello }","operationName":"A"}"#),
            StatusCode::BAD_REQUEST,
            "OPERATION_RESOLUTION_FAILURE",
        ),
        (body(r#"{"query":"subscription { silence }"}"#), StatusCode::BAD_REQUEST, "BAD_REQUEST"),
        (body(&" ".repeat(300_000)), StatusCode::PAYLOAD_TOO_LARGE, "BAD_REQUEST"),
        (post(&server).body("query=%7Bhello%7D"), StatusCode::UNSUPPORTED_MEDIA_TYPE, "BAD_REQUEST"),
        (
            post(&server)
                .header(header::CONTENT_TYPE, "text/plain")
                .body(r#"{"query":"mutation { change }"}"#),
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "BAD_REQUEST",
        ),
        (body("{}").header(header::ACCEPT, "image/png"), StatusCode::NOT_ACCEPTABLE, "BAD_REQUEST"),
    ];
    for (number, (request, status, expected)) in cases.into_iter().enumerate() {
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), status, "case {number}");
        assert_eq!(code(response).await, expected, "case {number}");
    }
    assert_eq!(query(&server, "{ hello }").await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_body_that_grows_without_saying_so_is_cut_off() {
    let server = Server::start().await;
    let mut socket = TcpStream::connect(server.address).await.unwrap();
    let head = format!(
        "POST /graphql HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {KEY}\r\ncontent-type: application/json\r\n\
         transfer-encoding: chunked\r\n\r\n"
    );
    socket.write_all(head.as_bytes()).await.unwrap();
    let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x1_0000));
    let mut taken = 0;
    // The server forgets what is too much, but not without end; then it closes, and writes fail.
    while taken < 1_024 && socket.write_all(chunk.as_bytes()).await.is_ok() {
        taken += 1;
    }
    assert!(taken < 1_024, "64 MB were read");
    assert_eq!(query(&server, "{ hello }").await.status(), StatusCode::OK);
}

#[tokio::test]
async fn the_status_follows_the_media_type_and_the_edition() {
    const STRICT: &str = "application/graphql-response+json";
    const PLAIN: &str = "application/json";
    let bodies = [
        r#"{"query":"{ hello }"}"#,
        r#"{"query":"{ hello leak }"}"#,
        r#"{"query":"{ nothing }"}"#,
        r#"{"query":"{"}"#,
        r#"{"query":"{ hello }","operationName":"A"}"#,
        r#"{"query":"query($n: Int!) { __typename }","variables":{"n":null}}"#,
        r#"{"query":1}"#,
        r#"{"query":"{ "#,
    ];
    for (statuses, accept, expected) in [
        (Statuses::Audited, STRICT, [200, 200, 400, 400, 400, 400, 400, 400]),
        (Statuses::Audited, PLAIN, [200, 200, 200, 200, 200, 200, 400, 400]),
        (Statuses::Draft, STRICT, [200, 294, 422, 400, 422, 422, 422, 400]),
        (Statuses::Draft, PLAIN, [200, 200, 422, 400, 422, 422, 422, 400]),
    ] {
        let server = Server::start_with(|state| state.settings.statuses = statuses).await;
        for (body, status) in bodies.iter().zip(expected) {
            let request = post(&server)
                .header(header::CONTENT_TYPE, "application/json")
                .header(header::ACCEPT, accept)
                .body((*body).to_owned());
            let response = request.send().await.unwrap();
            assert_eq!(response.status(), status, "{statuses:?} {accept} {body}");
            let kind = response.headers()[header::CONTENT_TYPE].to_str().unwrap().to_owned();
            let plain = accept == PLAIN && (statuses == Statuses::Audited || response.status().is_success());
            assert!(
                kind.starts_with(if plain { PLAIN } else { STRICT }),
                "{statuses:?} {accept} {body}: {kind}"
            );
            let answer: Value = response.json().await.unwrap();
            let has_data = bodies[..2].contains(body);
            assert_eq!(answer.get("data").is_some(), has_data, "{answer}");
            assert_eq!(answer.get("errors").is_none(), *body == bodies[0], "{answer}");
        }
    }
}

#[tokio::test]
async fn a_variable_that_does_not_fit_is_the_requests_fault() {
    let server = Server::start().await;
    let query = "query($n: Int!) { echo(number: $n) }";
    for variables in [json!({}), json!({ "n": null }), json!({ "n": "x" }), json!({ "n": 3_000_000_000_i64 })]
    {
        let request = post(&server)
            .header(header::ACCEPT, "application/graphql-response+json")
            .json(&json!({ "query": query, "variables": variables }));
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{variables}");
        let answer: Value = response.json().await.unwrap();
        assert!(answer.get("data").is_none(), "{variables}: {answer}");
        let code = answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_default();
        assert!(["BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED"].contains(&code), "{variables}: {answer}");
    }
}

#[tokio::test]
async fn what_breaks_inside_stays_inside() {
    let server = Server::start().await;
    let leaked: Value = query(&server, "{ leak }").await.json().await.unwrap();
    assert_eq!(leaked["errors"][0]["extensions"]["code"], "INTERNAL_SERVER_ERROR");
    assert!(leaked["errors"][0]["extensions"]["requestId"].is_string());
    assert!(!leaked.to_string().contains("secret"), "{leaked}");
    let panicked = query(&server, "{ panics }").await;
    assert_eq!(panicked.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(code(panicked).await, "INTERNAL_SERVER_ERROR");
    let slow = query(&server, "{ never }").await;
    assert_eq!(slow.status(), StatusCode::GATEWAY_TIMEOUT);
    assert_eq!(code(slow).await, "TIMEOUT");
}

#[tokio::test]
async fn get_serves_queries_only() {
    let server = Server::start().await;
    let get = |query: &str| {
        let url = reqwest::Url::parse_with_params(&server.url("/graphql"), [("query", query)]).unwrap();
        Client::new().get(url).bearer_auth(KEY).send()
    };
    let answer: Value = get("{ hello }").await.unwrap().json().await.unwrap();
    assert_eq!(answer["data"]["hello"], "hello");
    let refused = get("mutation { change }").await.unwrap();
    assert_eq!(refused.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(refused.headers()[header::ALLOW], "POST");
}

#[tokio::test]
async fn other_methods_and_paths_get_the_same_shape_of_answer() {
    let server = Server::start().await;
    let put = Client::new().put(server.url("/graphql")).bearer_auth(KEY).send().await.unwrap();
    assert_eq!(put.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(code(put).await, "BAD_REQUEST");
    let nowhere = Client::new().get(server.url("/nowhere")).send().await.unwrap();
    assert_eq!(nowhere.status(), StatusCode::NOT_FOUND);
    assert_eq!(code(nowhere).await, "NOT_FOUND");
}

#[tokio::test]
async fn probes_metrics_and_graphiql_need_no_key() {
    let server = Server::start().await;
    let get = |path: &str| Client::new().get(server.url(path)).send();
    assert_eq!(get("/health/live").await.unwrap().status(), StatusCode::OK);
    let ready: Value = get("/health/ready").await.unwrap().json().await.unwrap();
    assert_eq!(ready["status"], "ready");
    query(&server, "{ hello }").await;
    let metrics = get("/metrics").await.unwrap().text().await.unwrap();
    let counted = r#"ledgerdesk_http_requests_total{method="POST",route="/graphql",status="200"} 1"#;
    assert!(metrics.contains(counted), "{metrics}");
    assert!(metrics.ends_with("# EOF\n"));
    let page = get("/graphiql").await.unwrap();
    assert!(page.headers().contains_key(header::CONTENT_SECURITY_POLICY));
    assert!(page.text().await.unwrap().contains("/graphql/ws"));
}
