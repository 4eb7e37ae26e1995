//! What an auditor reads over REST: a consultation as it was, its timeline by event, and whether it holds.

use serde_json::{Value, json};

use crate::http::{Rest, path};

fn under(made: &Value, rest: &str) -> String {
    format!("/api/consultations/{}{rest}", made["id"].as_str().unwrap())
}

#[tokio::test]
async fn a_consultation_is_read_as_it_was_at_a_time_or_a_position() {
    let rest = Rest::start().await;
    let opening = json!({ "topic": "a", "priority": "LOW", "occurredAt": "2026-01-05T08:00:00Z" });
    let made = rest.post("/api/consultations/create", opening).await.body;
    let at_nine =
        json!({ "consultationId": made["id"], "priority": "HIGH", "occurredAt": "2026-01-05T09:00:00Z" });
    let changed = rest.mutate("changePriority", at_nine).await;
    let now = path(&json!({ "id": made["id"], "position": changed["position"] }), "");
    assert_eq!(rest.found(&now).await["priority"], "HIGH");

    let before = changed["position"].as_i64().unwrap() - 1;
    for (moment, priority, version) in [
        ("asOf=2026-01-05T08:30:00Z".to_owned(), "LOW", 1),
        ("asOf=2026-01-05T11:30:00%2B03:00".to_owned(), "LOW", 1),
        ("asOf=2026-01-05T09:00:00Z".to_owned(), "HIGH", 2),
        (format!("asOf={before}"), "LOW", 1),
        (format!("asOf=2026-01-05T10:00:00Z&asKnownAt={before}"), "LOW", 1),
        (format!("asOf=2026-01-05T10:00:00Z&asKnownAt={}", changed["position"]), "HIGH", 2),
    ] {
        let then = rest.get(&under(&made, &format!("?{moment}"))).await;
        assert_eq!(then.status, 200, "{moment}: {then:?}");
        assert_eq!(
            (&then.body["priority"], &then.body["version"]),
            (&json!(priority), &json!(version)),
            "{moment}"
        );
        let tag = then.header("etag");
        let again =
            rest.send("GET", &under(&made, &format!("?{moment}")), &[("if-none-match", tag)], None).await;
        assert_eq!(again.status, 304, "{moment}");
    }
    for (moment, refusal) in [
        ("asOf=2100-01-01T00:00:00Z", (400, "AS_OF_AHEAD")),
        ("asOf=900000000", (400, "AS_OF_AHEAD")),
        ("asKnownAt=2100-01-01T00:00:00Z", (400, "AS_OF_AHEAD")),
        ("asOf=2000-01-01T00:00:00Z", (400, "AS_OF_TOO_EARLY")),
        ("asOf=0", (400, "AS_OF_TOO_EARLY")),
        ("asOf=yesterday", (400, "BAD_USER_INPUT")),
        ("asOf=-1", (400, "BAD_USER_INPUT")),
        ("asof=1", (400, "BAD_USER_INPUT")),
    ] {
        let refused = rest.get(&under(&made, &format!("?{moment}"))).await;
        assert_eq!(refused.refusal(), refusal, "{moment}");
        let russian = [("accept-language", "ru")];
        let refused = rest.send("GET", &under(&made, &format!("?{moment}")), &russian, None).await;
        assert!(!refused.body["title"].as_str().unwrap().is_ascii(), "{refused:?}");
    }
    rest.app.stop().await;
}

#[tokio::test]
async fn a_timeline_is_narrowed_by_event_and_version() {
    let rest = Rest::start().await;
    let made = rest.open("a").await;
    let mut last = Value::Null;
    for text in ["one", "two", "three"] {
        last =
            rest.mutate("addNote", json!({ "consultationId": made["id"], "text": text })).await["position"]
                .clone();
    }
    let versions = async |query: &str| -> Vec<i64> {
        let place = under(&made, &format!("/history?{query}&minPosition={last}"));
        let page = rest.found(&place).await;
        page["items"].as_array().unwrap().iter().map(|item| item["version"].as_i64().unwrap()).collect()
    };
    assert_eq!(versions("eventType=NoteAdded").await, [2, 3, 4]);
    assert_eq!(
        versions("eventType=ConsultationOpened,NoteAdded&versionFrom=1&versionBefore=3").await,
        [1, 2]
    );
    assert_eq!(versions("versionFrom=4").await, [4]);
    assert_eq!(versions("versionBefore=1").await, [] as [i64; 0]);
    let wrong = rest.get(&under(&made, "/history?versionFrom=first")).await;
    assert_eq!(wrong.refusal(), (400, "BAD_USER_INPUT"));
    rest.app.stop().await;
}

#[tokio::test]
async fn a_history_is_verified_and_its_events_are_shown_in_pages() {
    let rest = Rest::start().await;
    let made = rest.open("a").await;
    for text in ["one", "two"] {
        rest.mutate("addNote", json!({ "consultationId": made["id"], "text": text })).await;
    }
    let proof = rest.found(&under(&made, "/verify?limit=2")).await;
    assert_eq!(
        (&proof["holds"], &proof["signed"], &proof["finding"]),
        (&json!(true), &json!(false), &Value::Null)
    );
    assert_eq!((&proof["eventCount"], &proof["consultationId"]), (&json!(3), &made["id"]));
    assert_eq!(proof["links"][0]["anchor"], "HEAD");
    let events = &proof["events"];
    assert_eq!(events["items"].as_array().map(Vec::len), Some(2));
    assert!(events["items"][0]["line"].as_str().unwrap().starts_with("[\"ledgerdesk-event-v1\""));
    assert_eq!(events["items"][1]["eventType"], "NoteAdded");
    let next = events["next"].as_str().unwrap();
    let rest_of_it = rest.found(&under(&made, &format!("/verify?limit=2&cursor={next}"))).await;
    assert_eq!(rest_of_it["events"]["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(rest_of_it["events"]["next"], Value::Null);
    for wrong in ["/verify?limit=0", "/verify?cursor=x", "/verify?first=1"] {
        assert_eq!(rest.get(&under(&made, wrong)).await.refusal(), (400, "BAD_USER_INPUT"), "{wrong}");
    }
    rest.app.stop().await;
}
