use ledgerdesk_api::http::rest::document;
use serde_json::Value;

use crate::http::Rest;

/// Every operation of the document: method and path, with something in its place for each variable segment.
fn operations(document: &Value) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            let id = "00000000-0000-4000-8000-000000000000";
            all.push((
                method.to_uppercase(),
                path.replace("{id}", id).replace("{kind}", "section").replace("{table}", "calls"),
            ));
        }
    }
    all
}

#[tokio::test]
async fn everything_that_the_document_describes_is_served() {
    let rest = Rest::start().await;
    let served = rest.send("GET", "/api/openapi.json", &[("authorization", "")], None).await;
    assert_eq!((served.status, served.header("content-type")), (200, "application/json"));
    assert_eq!(served.body, document());
    let all = operations(&served.body);
    assert_eq!(all.len(), 15, "{all:?}");
    for (method, path) in all {
        let body = (method == "POST").then(|| "{".to_owned());
        let answer = rest.send(&method, &path, &[], body).await;
        let by_router = answer.status == 405
            || (answer.status == 404 && answer.body["detail"] == "there is nothing at this path");
        assert!(!by_router, "{method} {path}: {answer:?}");
    }
    rest.app.stop().await;
}

/// The page loads nothing from elsewhere, and its policy would not let it.
#[tokio::test]
async fn the_page_needs_no_other_server() {
    let rest = Rest::start().await;
    let address = format!("http://{}/api/docs", rest.app.address);
    let answer = reqwest::get(address).await.unwrap();
    assert_eq!(answer.status(), 200);
    let policy = answer.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("http"), "{policy}");
    let page = answer.text().await.unwrap();
    assert!(page.contains("fetch(\"/api/openapi.json\")"));
    for elsewhere in ["src=", "http://", "https://", "@import", " url("] {
        assert!(!page.contains(elsewhere), "{elsewhere}");
    }
    rest.app.stop().await;
}
