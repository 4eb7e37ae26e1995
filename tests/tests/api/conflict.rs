//! Whoever acts on an older version is told what came in between, and can go on from there.

use ledgerdesk_api::graphql::caller::Role;
use serde_json::{Value, json};

use crate::app::App;

async fn conflict(app: &App, key: &str, id: &str, expected: i32) -> Value {
    let query = "mutation($id: ID!, $version: Int) {
        addNote(input: { consultationId: $id, text: \"late\", expectedVersion: $version }) { version } }";
    let answer = app.post(key, query, json!({ "id": id, "version": expected })).await;
    let extensions = answer["errors"][0]["extensions"].clone();
    assert_eq!(extensions["code"], "CONFLICT", "{answer}");
    extensions
}

#[tokio::test]
async fn a_conflict_carries_the_events_in_between_without_what_is_personal() {
    let app = App::start().await;
    let key = app.key(Role::Owner);
    let id = app.open(&key, "Printer").await;
    let on = |mut input: Value| {
        input["consultationId"] = json!(id);
        input
    };
    app.done(&key, "changePriority", on(json!({ "priority": "HIGH" }))).await;
    app.done(&key, "receiveMessage", on(json!({ "channel": "SITE", "text": "a secret" }))).await;
    let told = conflict(&app, &key, &id, 1).await;
    assert_eq!((&told["expected"], &told["actual"], &told["hasMore"]), (&json!(1), &json!(3), &json!(false)));
    let events = told["events"].as_array().unwrap();
    let types: Vec<_> = events.iter().map(|event| event["eventType"].as_str().unwrap()).collect();
    assert_eq!(types, ["PriorityChanged", "MessageReceived"]);
    assert_eq!((&events[0]["kind"], &events[0]["version"]), (&json!("PRIORITY"), &json!(2)));
    assert_eq!(events[0]["details"]["to"], "HIGH");
    assert!(!told.to_string().contains("secret"), "{told}");
    // Who rebases acts on the version that it was told.
    let again = on(json!({ "text": "in time", "expectedVersion": told["actual"] }));
    app.done(&key, "addNote", again).await;
    // A version that is not there yet has nothing in between.
    let ahead = conflict(&app, &key, &id, 99).await;
    assert_eq!((&ahead["events"], &ahead["cursor"]), (&json!([]), &Value::Null));
    app.stop().await;
}

#[tokio::test]
async fn the_cursor_leads_to_what_did_not_fit() {
    let app = App::start().await;
    let key = app.key(Role::Owner);
    let id = app.open(&key, "Printer").await;
    let mut last = json!(0);
    for number in 0..25 {
        let note = json!({ "consultationId": id, "text": number.to_string() });
        last = app.done(&key, "addNote", note).await["position"].clone();
    }
    let told = conflict(&app, &key, &id, 1).await;
    assert_eq!((told["events"].as_array().unwrap().len(), &told["hasMore"]), (20, &json!(true)));
    let query = "query($id: ID!, $after: String, $at: Position) {
        history(consultationId: $id, after: $after, minPosition: $at) { nodes { version } } }";
    let variables = json!({ "id": id, "after": told["cursor"], "at": last });
    let rest = app.post(&key, query, variables).await;
    let versions: Vec<_> = rest["data"]["history"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|n| n["version"].as_i64().unwrap())
        .collect();
    assert_eq!(versions, [22, 23, 24, 25, 26]);
    app.stop().await;
}

#[tokio::test]
async fn the_cursor_of_other_things_leads_into_the_log() {
    let app = App::start().await;
    let key = app.key(Role::Owner);
    let manager = app.done(&key, "registerManager", json!({ "name": "Olga", "capacity": 5 })).await;
    let id = &manager["createdId"];
    for capacity in 6..28 {
        app.done(&key, "changeManagerCapacity", json!({ "managerId": id, "capacity": capacity })).await;
    }
    let query = "mutation($id: ID!) {
        changeManagerCapacity(input: { managerId: $id, capacity: 1, expectedVersion: 1 }) { version } }";
    let answer = app.post(&key, query, json!({ "id": id })).await;
    let told = &answer["errors"][0]["extensions"];
    assert_eq!((&told["hasMore"], &told["events"][0]["kind"]), (&json!(true), &Value::Null));
    let query = "query($id: ID, $after: String) { events(filter: { stream: $id }, after: $after) { nodes { data } } }";
    let rest = app.post(&key, query, json!({ "id": id, "after": told["cursor"] })).await;
    assert_eq!(rest["data"]["events"]["nodes"].as_array().unwrap().len(), 2, "{rest}");
    app.stop().await;
}
