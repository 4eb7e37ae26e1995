use serde_json::{Value, json};

use crate::http::{Rest, path};

#[tokio::test]
async fn a_consultation_is_opened_and_read_by_either_form_of_its_id() {
    let rest = Rest::start().await;
    let body = json!({
        "topic": " The printer prints stripes ", "description": "On every page", "channel": "TELEGRAM",
        "priority": "HIGH", "language": "RU", "team": "first", "tags": ["b", "a", "a"],
        "catalog": [{ "catalog": "section", "key": "17" }],
        "attributes": { "contract": "K-17", "seats": 12, "vip": true },
        "occurredAt": "2026-01-05T08:30:00Z",
    });
    let made = rest.post("/api/consultations/create", body).await;
    assert_eq!(made.status, 201, "{made:?}");
    let id = made.body["id"].as_str().unwrap();
    assert_eq!(made.header("location"), format!("/api/consultations/{id}"));
    assert_eq!(made.body["version"], 1);

    let read = rest.found(&path(&made.body, "")).await;
    assert_eq!((&read["id"], &read["uuid"]), (&made.body["id"], &made.body["uuid"]));
    assert_eq!((&read["topic"], &read["status"]), (&json!("The printer prints stripes"), &json!("QUEUED")));
    assert_eq!((&read["channel"], &read["priority"]), (&json!("TELEGRAM"), &json!("HIGH")));
    assert_eq!((&read["language"], &read["tags"]), (&json!("ru"), &json!(["a", "b"])));
    assert_eq!(read["openedAt"], "2026-01-05T08:30:00Z");
    let detail = &read["detail"];
    assert_eq!(detail["attributes"], json!({ "contract": "K-17", "seats": 12, "vip": true }));
    assert_eq!(detail["catalog"], json!([{ "catalog": "section", "key": "17", "entry": null }]));
    assert_eq!(detail["source"]["system"], "rest");
    assert_eq!((&read["clientId"], &read["assigneeId"]), (&Value::Null, &Value::Null));

    let bare = rest.found(&format!("/api/consultations/{}", made.body["uuid"].as_str().unwrap())).await;
    assert_eq!(bare, read);
    rest.app.stop().await;
}

#[tokio::test]
async fn the_same_key_opens_one_consultation_and_another_body_is_refused() {
    let rest = Rest::start().await;
    let create = async |body: Value| {
        let headers = [("idempotency-key", "order-4711")];
        rest.send("POST", "/api/consultations/create", &headers, Some(body.to_string())).await
    };
    let first = create(json!({ "topic": "a" })).await;
    let again = create(json!({ "topic": "a" })).await;
    assert_eq!((first.status, &again.body), (201, &first.body));
    let other = create(json!({ "topic": "b" })).await;
    assert_eq!(other.refusal(), (422, "idempotency_key_reused"));
    for key in ["я", &"a".repeat(201)] {
        let headers = [("idempotency-key", key)];
        let body = Some(json!({ "topic": "a" }).to_string());
        let refused = rest.send("POST", "/api/consultations/create", &headers, body).await;
        assert_eq!(refused.refusal(), (422, "invalid_idempotency_key"));
    }
    rest.app.stop().await;
}

#[tokio::test]
async fn a_client_is_told_of_changes_only_and_changes_only_what_it_has_seen() {
    let rest = Rest::start().await;
    let made = rest.open("a").await;
    let seen = rest.get(&path(&made, "")).await;
    let tag = seen.header("etag");
    assert!(tag.starts_with("\"1-") && seen.header("cache-control").contains("no-cache"), "{seen:?}");
    let same = rest.send("GET", &path(&made, ""), &[("if-none-match", tag)], None).await;
    assert_eq!((same.status, same.header("etag"), &same.body), (304, tag, &Value::Null));

    let appointment = json!({ "consultationId": made["id"], "appointedFor": "2030-01-01T10:00:00Z" });
    let appointed = rest.mutate("appointConsultation", appointment).await;
    let after =
        format!("/api/consultations/{}?minPosition={}", made["id"].as_str().unwrap(), appointed["position"]);
    let changed = rest.send("GET", &after, &[("if-none-match", tag)], None).await;
    assert_eq!((changed.status, changed.body["version"].clone()), (200, json!(2)));

    let redates = format!("/api/consultations/{}/redates", made["id"].as_str().unwrap());
    let body = Some(json!({ "to": "2030-01-02T10:00:00Z" }).to_string());
    let stale = rest.send("POST", &redates, &[("if-match", tag)], body.clone()).await;
    assert_eq!(stale.refusal(), (412, "CONFLICT"));
    assert_eq!((&stale.body["expected"], &stale.body["actual"]), (&json!(1), &json!(2)));
    let current = rest.send("POST", &redates, &[("if-match", changed.header("etag"))], body.clone()).await;
    assert_eq!((current.status, current.body["version"].clone()), (201, json!(3)));
    let nonsense = rest.send("POST", &redates, &[("if-match", "seven")], body).await;
    assert_eq!(nonsense.refusal(), (400, "invalid_version"));
    rest.app.stop().await;
}
