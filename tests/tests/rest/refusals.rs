use ledgerdesk_api::graphql::caller::Role;
use serde_json::{Value, json};

use crate::{
    app::another_workspace,
    http::{Rest, path},
};

const CREATE: &str = "/api/consultations/create";

#[tokio::test]
async fn who_has_no_key_learns_nothing_but_that() {
    let rest = Rest::start().await;
    let made = rest.open("a").await;
    let place = path(&made, "");
    for given in ["", "Bearer ldk_wrong", "Basic YTpi"] {
        for (method, path) in [("GET", place.as_str()), ("POST", CREATE), ("GET", "/api/catalogs/section")] {
            let answer = rest.send(method, path, &[("authorization", given)], None).await;
            assert_eq!(answer.refusal(), (401, "UNAUTHENTICATED"), "{method} {path}");
            assert!(answer.header("www-authenticate").starts_with("Bearer"), "{answer:?}");
        }
    }
    rest.app.stop().await;
}

#[tokio::test]
async fn another_workspaces_things_answer_like_what_does_not_exist() {
    let rest = Rest::start().await;
    let made = rest.open("a").await;
    let key = rest.app.key_of(another_workspace(), Role::Owner);
    let bearer = format!("Bearer {key}");
    let headers = [("authorization", bearer.as_str())];
    let nothing = json!({ "id": "00000000-0000-4000-8000-000000000000", "position": 0 });
    for part in ["", "/history", "/verify", "/redates", "/ratings", "/calls"] {
        let id = |made: &Value| format!("/api/consultations/{}{part}", made["id"].as_str().unwrap());
        let foreign = rest.send("GET", &id(&made), &headers, None).await;
        let missing = rest.send("GET", &id(&nothing), &headers, None).await;
        assert_eq!(foreign.refusal(), (404, "NOT_FOUND"), "{part}");
        assert_eq!(foreign.body["detail"], missing.body["detail"], "{part}");
    }
    for part in ["redates", "ratings"] {
        let body = match part {
            "redates" => json!({ "to": "2030-01-01T00:00:00Z" }),
            _ => {
                json!({ "questionnaire": "a", "questionnaireVersion": 1, "answers": [{ "question": "a", "score": 1 }] })
            }
        };
        let at = |made: &Value| format!("/api/consultations/{}/{part}", made["id"].as_str().unwrap());
        let foreign = rest.send("POST", &at(&made), &headers, Some(body.to_string())).await;
        let missing = rest.send("POST", &at(&nothing), &headers, Some(body.to_string())).await;
        assert_eq!(foreign.refusal(), (404, "consultation_not_found"), "{part}");
        assert_eq!(foreign.body["detail"], missing.body["detail"], "{part}");
    }
    rest.app.stop().await;
}

#[tokio::test]
async fn who_may_only_read_reads() {
    let rest = Rest::start().await;
    let made = rest.open("a").await;
    for role in [Role::Analyst, Role::Auditor] {
        let bearer = format!("Bearer {}", rest.app.key(role));
        let headers = [("authorization", bearer.as_str())];
        assert_eq!(rest.send("GET", &path(&made, ""), &headers, None).await.status, 200);
        let body = Some(json!({ "topic": "a" }).to_string());
        let refused = rest.send("POST", CREATE, &headers, body).await;
        assert_eq!(refused.refusal(), (403, "FORBIDDEN"), "{role:?}");
    }
    rest.app.stop().await;
}

#[tokio::test]
async fn bodies_that_do_not_fit_are_told_why() {
    let rest = Rest::start().await;
    let long = json!({ "topic": "x".repeat(501) }).to_string();
    let cases: &[(&str, u16, &str)] = &[
        ("", 400, "BAD_REQUEST"),
        ("{", 400, "BAD_REQUEST"),
        ("\u{feff}{}", 400, "BAD_REQUEST"),
        ("null", 422, "BAD_USER_INPUT"),
        ("[]", 422, "BAD_USER_INPUT"),
        ("{}", 422, "BAD_USER_INPUT"),
        (r#"{"topic":1}"#, 422, "BAD_USER_INPUT"),
        (r#"{"topic":"a","colour":"red"}"#, 422, "BAD_USER_INPUT"),
        (r#"{"topic":"a","channel":"PIGEON"}"#, 422, "BAD_USER_INPUT"),
        (r#"{"topic":"a","attributes":{"a":1.5}}"#, 422, "BAD_USER_INPUT"),
        (r#"{"topic":"a","attributes":{"a":99999999999999999999}}"#, 422, "BAD_USER_INPUT"),
        (r#"{"topic":"a","occurredAt":"yesterday"}"#, 422, "BAD_USER_INPUT"),
        (r#"{"topic":"a","occurredAt":"2999-01-01T00:00:00Z"}"#, 422, "invalid_occurred_at"),
        (r#"{"topic":"a","clientId":"zz"}"#, 400, "invalid_id"),
        (r#"{"topic":"a","clientId":"00000000-0000-4000-8000-000000000000"}"#, 422, "client_not_found"),
        (r#"{"topic":" "}"#, 422, "empty"),
        (r#"{"topic":"a\u0000"}"#, 422, "nul_character"),
        (r#"{"topic":"a","language":"russian"}"#, 422, "malformed"),
        (&long, 422, "too_long"),
    ];
    for (body, status, code) in cases {
        let answer = rest.send("POST", CREATE, &[], Some((*body).to_owned())).await;
        assert_eq!(answer.refusal(), (*status, *code), "{body:.80}");
    }
    let deep = format!(r#"{{"topic":"a","attributes":{}"#, "[".repeat(100_000));
    assert_eq!(rest.send("POST", CREATE, &[], Some(deep)).await.refusal(), (422, "BAD_USER_INPUT"));
    let huge = json!({ "topic": "x".repeat(300_000) }).to_string();
    assert_eq!(rest.send("POST", CREATE, &[], Some(huge)).await.refusal(), (413, "BAD_REQUEST"));
    let field = rest.post(CREATE, json!({ "topic": "" })).await;
    assert_eq!(field.body["field"], "topic");
    rest.app.stop().await;
}

#[tokio::test]
async fn parameters_that_cannot_be_are_told_why() {
    let rest = Rest::start().await;
    let made = rest.open("a").await;
    rest.found(&path(&made, "/history")).await;
    let id = made["id"].as_str().unwrap();
    let history = |more: &str| format!("/api/consultations/{id}/history?{more}");
    let cases = [
        (history("kinds=NOTE"), "BAD_USER_INPUT"),
        (history("kind=NOTE&kind=CALL"), "BAD_USER_INPUT"),
        (history("kind=NOTES"), "BAD_USER_INPUT"),
        (history("kind=NOTE,"), "BAD_USER_INPUT"),
        (history("kind=,,,"), "BAD_USER_INPUT"),
        (history("limit=0"), "BAD_USER_INPUT"),
        (history("limit=101"), "BAD_USER_INPUT"),
        (history("limit=-1"), "BAD_USER_INPUT"),
        (history("limit=many"), "BAD_USER_INPUT"),
        (history("limit=99999999999999"), "BAD_USER_INPUT"),
        (history("order=up"), "BAD_USER_INPUT"),
        (history("cursor=0"), "BAD_USER_INPUT"),
        (history("cursor="), "BAD_USER_INPUT"),
        (history("occurredFrom=yesterday"), "BAD_USER_INPUT"),
        (history("occurredFrom=0001-01-01T00:00:00Z"), "BAD_USER_INPUT"),
        (history("actor=zz"), "invalid_id"),
        (history("minPosition=-1"), "BAD_USER_INPUT"),
        (history("minPosition=999999999"), "BAD_USER_INPUT"),
        (history("kind=%FF"), "BAD_USER_INPUT"),
        (history("actor=%00"), "BAD_USER_INPUT"),
        ("/api/consultations/zz".to_owned(), "invalid_id"),
        ("/api/consultations/%FF".to_owned(), "BAD_REQUEST"),
        ("/api/catalogs/a?text=%00".to_owned(), "BAD_USER_INPUT"),
        (format!("/api/catalogs/{}", "a".repeat(501)), "BAD_USER_INPUT"),
        ("/api/calls?manager=".to_owned() + id, "invalid_id"),
        (format!("/api/consultations/{id}/calls?outcome=&manager=,,,,"), "BAD_USER_INPUT"),
    ];
    for (path, code) in cases {
        let answer = rest.get(&path).await;
        assert_eq!(answer.refusal(), (400, code), "{path}");
    }
    rest.app.stop().await;
}

#[tokio::test]
async fn methods_types_and_paths_that_are_not_served_are_told_so() {
    let rest = Rest::start().await;
    let made = rest.open("a").await;
    let place = path(&made, "");
    for (method, path, allowed) in [
        ("DELETE", place.as_str(), "GET,HEAD"),
        ("POST", place.as_str(), "GET,HEAD"),
        ("PUT", CREATE, "POST"),
        ("PATCH", "/api/catalogs/section", "GET,HEAD"),
    ] {
        let answer = rest.send(method, path, &[], None).await;
        assert_eq!(answer.refusal(), (405, "BAD_REQUEST"), "{method} {path}");
        assert_eq!(answer.header("allow"), allowed, "{method} {path}");
    }
    for path in ["/api/", "/api/consultations", "/api/nothing", "/api/consultations/a/b/c"] {
        assert_eq!(rest.get(path).await.refusal(), (404, "NOT_FOUND"), "{path}");
    }
    let body = || Some(json!({ "topic": "a" }).to_string());
    for kind in ["", "text/plain", "application/xml", "application/json; charset=utf-16"] {
        let answer = rest.send("POST", CREATE, &[("content-type", kind)], body()).await;
        assert_eq!(answer.refusal(), (415, "BAD_REQUEST"), "{kind}");
    }
    for accept in ["text/html", "application/json;q=0", "image/*"] {
        let answer = rest.send("POST", CREATE, &[("accept", accept)], body()).await;
        assert_eq!(answer.refusal(), (406, "BAD_REQUEST"), "{accept}");
        assert_eq!(rest.send("GET", &place, &[("accept", accept)], None).await.refusal().0, 406, "{accept}");
    }
    let accepted = rest.send("GET", &place, &[("accept", "text/html, application/*;q=0.1")], None).await;
    assert_eq!(accepted.status, 200);
    let head = rest.send("HEAD", &place, &[], None).await;
    assert_eq!((head.status, head.header("etag").is_empty()), (200, false));
    rest.app.stop().await;
}

#[tokio::test]
async fn refusals_are_told_in_russian_to_who_reads_it() {
    let rest = Rest::start().await;
    let russian = [("accept-language", "ru-RU,ru;q=0.9,en;q=0.5")];
    let nothing = "/api/consultations/00000000-0000-4000-8000-000000000000";
    for (method, path, headers, body) in [
        ("GET", nothing, None, None),
        ("GET", "/api/consultations/zz", None, None),
        ("GET", "/api/calls?limit=0", None, None),
        ("GET", "/api/calls?colour=red", None, None),
        ("POST", CREATE, None, Some("{}")),
        ("POST", CREATE, None, Some(r#"{"topic":""}"#)),
        ("POST", CREATE, Some(("authorization", "")), Some("{}")),
        ("POST", CREATE, Some(("content-type", "text/plain")), Some("{}")),
        ("DELETE", CREATE, None, None),
        ("GET", "/api/nothing", None, None),
    ] {
        let headers: Vec<_> = russian.into_iter().chain(headers).collect();
        let answer = rest.send(method, path, &headers, body.map(str::to_owned)).await;
        answer.refusal();
        assert_eq!(answer.header("content-language"), "ru", "{path}");
        for member in ["title", "detail"] {
            let text = answer.body[member].as_str().unwrap();
            assert!(text.chars().any(|c| ('а'..='я').contains(&c)), "{method} {path}: {text}");
        }
    }
    rest.app.stop().await;
}
