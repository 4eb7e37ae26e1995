//! Many consultations at once: a result for each, in order, once.

use ledgerdesk_api::graphql::caller::Role;
use serde_json::{Value, json};

use crate::app::{App, another_workspace};

const FIELDS: &str = "doneCount results { consultationId ok version userErrors { code field } \
    consultation { tags priority status assignee { name } } }";

async fn bulk(app: &App, key: &str, verb: &str, input: Value) -> Value {
    let stem = format!("{}{}", verb[..1].to_uppercase(), &verb[1..]);
    let query = format!(
        "mutation($input: {stem}Input!) {{ {verb}(input: $input) {{ {FIELDS} position userErrors {{ code field }} }} }}"
    );
    let answer = app.post(key, &query, json!({ "input": input })).await;
    assert!(answer.get("errors").is_none(), "{answer}");
    answer["data"][verb].clone()
}

/// What each item says: done, or the code of why not.
fn outcomes(payload: &Value) -> Vec<&str> {
    let of = |result: &'_ Value| result["ok"].as_bool().unwrap();
    let results = payload["results"].as_array().unwrap();
    results
        .iter()
        .map(|result| if of(result) { "ok" } else { result["userErrors"][0]["code"].as_str().unwrap() })
        .collect()
}

#[tokio::test]
async fn each_item_has_its_own_result_in_the_order_of_the_request() {
    let app = App::start().await;
    let key = app.key(Role::Manager);
    let [first, second, third] =
        [app.open(&key, "a").await, app.open(&key, "b").await, app.open(&key, "c").await];
    let stranger = app.open(&app.key_of(another_workspace(), Role::Owner), "theirs").await;
    app.done(&key, "resolveConsultation", json!({ "consultationId": second })).await;

    let ids = json!([third, second, "nonsense", stranger, first]);
    let closed = bulk(&app, &key, "closeConsultations", json!({ "consultationIds": ids })).await;
    let refused = "illegal_transition";
    assert_eq!(outcomes(&closed), [refused, "ok", "invalid_id", "consultation_not_found", refused]);
    assert_eq!(closed["doneCount"], 1);
    assert_eq!(closed["results"][1]["consultation"]["status"], "CLOSED");
    assert_eq!(closed["results"][0]["consultation"], Value::Null);
    let shown: Vec<_> =
        closed["results"].as_array().unwrap().iter().map(|r| r["consultationId"].clone()).collect();
    assert_eq!(json!(shown), ids);

    let ids = json!([first, third]);
    let input = json!({ "consultationIds": ids, "add": ["vip"], "occurredAt": "2026-01-01T10:00:00Z" });
    let tagged = bulk(&app, &key, "tagConsultations", input).await;
    assert_eq!(outcomes(&tagged), ["ok", "ok"]);
    assert_eq!(tagged["results"][1]["consultation"]["tags"], json!(["vip"]));

    let input = json!({ "consultationIds": ids, "priority": "URGENT", "expectedVersions": [2, 1] });
    let urgent = bulk(&app, &key, "prioritizeConsultations", input).await;
    assert_eq!(outcomes(&urgent), ["ok", "conflict"], "the third has version 2 by now");
    assert_eq!(urgent["results"][0]["consultation"]["priority"], "URGENT");

    let owner = app.key(Role::Owner);
    let olga = app.done(&owner, "registerManager", json!({ "name": "Olga", "capacity": 5 })).await;
    let input = json!({ "consultationIds": ids, "assignee": olga["createdId"] });
    let assigned = bulk(&app, &key, "assignConsultations", input).await;
    assert_eq!(outcomes(&assigned), ["ok", "ok"]);
    assert_eq!(assigned["results"][0]["consultation"]["assignee"]["name"], "Olga");
    app.stop().await;
}

#[tokio::test]
async fn the_same_key_acts_once_and_another_selection_under_it_does_nothing() {
    let app = App::start().await;
    let key = app.key(Role::Manager);
    let ids: Vec<String> = [app.open(&key, "a").await, app.open(&key, "b").await].into();
    let tag = |ids: &[String]| json!({ "consultationIds": ids, "add": ["vip"], "idempotencyKey": "k" });
    let first = bulk(&app, &key, "tagConsultations", tag(&ids)).await;
    let head = app.node.store.fetch_head().await.unwrap().position;
    assert_eq!(bulk(&app, &key, "tagConsultations", tag(&ids)).await, first);
    let third = app.open(&key, "c").await;
    for other in [vec![third.clone()], vec![ids[1].clone(), ids[0].clone()], vec![third]] {
        let refused = bulk(&app, &key, "tagConsultations", tag(&other)).await;
        assert_eq!(refused["userErrors"][0]["code"], "idempotency_key_reused");
        assert_eq!(refused["results"], json!([]));
    }
    let closed = json!({ "consultationIds": ids, "idempotencyKey": "k" });
    let refused = bulk(&app, &key, "closeConsultations", closed).await;
    assert_eq!(refused["userErrors"][0]["code"], "idempotency_key_reused");
    let after = app.node.store.fetch_head().await.unwrap().position;
    assert_eq!(after.0, head.0 + 1, "nothing but the third consultation");
    app.stop().await;
}

#[tokio::test]
async fn a_selection_has_bounds_and_needs_the_right() {
    let app = App::start().await;
    let key = app.key(Role::Manager);
    let id = app.open(&key, "a").await;
    for (input, code) in [
        (json!({ "consultationIds": [] }), "invalid_selection"),
        (json!({ "consultationIds": vec![id.clone(); 101] }), "invalid_selection"),
        (json!({ "consultationIds": [id], "expectedVersions": [] }), "invalid_expected_versions"),
        (json!({ "consultationIds": [id], "idempotencyKey": "" }), "invalid_idempotency_key"),
    ] {
        let refused = bulk(&app, &key, "closeConsultations", input).await;
        assert_eq!((&refused["userErrors"][0]["code"], &refused["results"]), (&json!(code), &json!([])));
    }
    let query = "mutation($id: ID!) { closeConsultations(input: { consultationIds: [$id] }) { doneCount } }";
    let answer = app.post(&app.key(Role::Auditor), query, json!({ "id": id })).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN");
    app.stop().await;
}

#[tokio::test]
async fn a_hundred_at_once_are_all_done() {
    let app = App::start().await;
    let key = app.key(Role::Manager);
    let mut ids = Vec::new();
    for number in 0..100 {
        ids.push(app.open(&key, &number.to_string()).await);
    }
    let input = json!({ "consultationIds": ids, "priority": "HIGH" });
    let done = bulk(&app, &key, "prioritizeConsultations", input).await;
    assert_eq!(done["doneCount"], 100);
    assert!(done["results"].as_array().unwrap().iter().all(|r| r["consultation"]["priority"] == "HIGH"));
    app.stop().await;
}
