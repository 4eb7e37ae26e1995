use ledgerdesk_api::graphql::caller::Role;
use serde_json::{Value, json};

use crate::app::{App, another_workspace};

fn codes(payload: &Value) -> Vec<&str> {
    let errors = payload["userErrors"].as_array().unwrap();
    errors.iter().map(|error| error["code"].as_str().unwrap()).collect()
}

fn top_code(answer: &Value) -> &str {
    answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_default()
}

#[tokio::test]
async fn a_mutation_shows_what_it_wrote() {
    let app = App::start().await;
    let key = app.key(Role::Owner);
    let payload = app
        .mutate(
            &key,
            "openConsultation",
            json!({
                "topic": "Printer", "channel": "TELEGRAM", "tags": ["b", "a"],
                "attributes": [{ "key": "floor", "value": { "integer": 3 } }],
            }),
            "createdId consultation { id topic status priority channel tags version }",
        )
        .await;
    let consultation = &payload["consultation"];
    assert_eq!(consultation["id"], payload["createdId"]);
    assert_eq!((&consultation["topic"], &consultation["status"]), (&json!("Printer"), &json!("QUEUED")));
    assert_eq!((&consultation["priority"], &consultation["tags"]), (&json!("NORMAL"), &json!(["a", "b"])));
    assert_eq!(consultation["version"], payload["version"]);
    app.stop().await;
}

#[tokio::test]
async fn the_whole_path_of_a_consultation_can_be_walked() {
    let app = App::start().await;
    let key = app.key(Role::Owner);
    let manager = json!({ "name": "Anna", "capacity": 5, "email": "anna@example.org" });
    let manager = app.done(&key, "registerManager", manager).await["createdId"].clone();
    let client = json!({ "kind": "PERSON", "name": "Boris", "contacts": [{ "kind": "PHONE", "value": "+7 495 1234567" }] });
    let client = app.done(&key, "registerClient", client).await["createdId"].clone();
    let id = app.open(&key, "Printer").await;
    let on = |more: Value| {
        let mut input = json!({ "consultationId": id });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    let steps = [
        ("changeConsultationDetails", on(json!({ "clientId": client, "topic": "Printer broken" }))),
        ("changePriority", on(json!({ "priority": "HIGH" }))),
        ("changeTags", on(json!({ "add": ["x"] }))),
        ("setCustomAttributes", on(json!({ "set": [{ "key": "vip", "value": { "flag": true } }] }))),
        ("receiveMessage", on(json!({ "channel": "SITE", "text": "help" }))),
        ("assignConsultation", on(json!({ "team": "first" }))),
        ("startConsultation", on(json!({}))),
        ("waitForClient", on(json!({ "reason": "photo" }))),
        ("resumeConsultation", on(json!({}))),
        ("putOnHold", on(json!({ "until": "2030-01-01T00:00:00Z" }))),
        ("resumeConsultation", on(json!({}))),
        ("addNote", on(json!({ "text": "note" }))),
        ("appointConsultation", on(json!({ "appointedFor": "2030-01-02T10:00:00Z" }))),
    ];
    for (verb, input) in steps {
        app.done(&key, verb, input).await;
    }
    let handover =
        app.done(&key, "requestHandover", on(json!({ "reason": "hard" }))).await["createdId"].clone();
    let of = |more: Value| {
        let mut input = on(more);
        input["handoverId"] = handover.clone();
        input
    };
    app.done(&key, "offerHandover", of(json!({ "managerId": manager }))).await;
    app.done(&key, "acceptHandover", of(json!({ "managerId": manager }))).await;
    let author = json!({ "kind": "MANAGER", "id": manager });
    app.done(&key, "sendMessage", on(json!({ "channel": "SITE", "text": "hello", "author": author }))).await;
    let redate = app.done(&key, "redateConsultation", on(json!({ "to": "2030-01-03T10:00:00Z" }))).await;
    let call = json!({
        "direction": "OUTBOUND", "outcome": "ANSWERED", "startedAt": "2026-01-01T10:00:00Z",
        "durationSeconds": 60, "managerId": manager, "redateId": redate["createdId"],
    });
    app.done(&key, "logCall", on(call)).await;
    app.done(&key, "resolveConsultation", on(json!({ "resolution": "restarted" }))).await;
    let questionnaire = json!({ "questionnaire": "default", "questionnaireVersion": 1 });
    let mut asked = on(questionnaire.clone());
    asked["channel"] = json!("SITE");
    let rating = app.done(&key, "requestRating", asked).await["createdId"].clone();
    let mut answers = on(questionnaire);
    answers["ratingId"] = rating.clone();
    answers["answers"] = json!([{ "question": "overall", "score": 5 }]);
    app.done(&key, "submitRating", answers).await;
    let revised = on(json!({ "ratingId": rating, "answers": [{ "question": "overall", "score": 4 }] }));
    app.done(&key, "reviseRating", revised).await;
    let payload = app
        .mutate(
            &key,
            "closeConsultation",
            on(json!({})),
            "consultation { status client { name } assignee { name } handovers { nodes { state } } calls { nodes { outcome } } }",
        )
        .await;
    let consultation = &payload["consultation"];
    assert_eq!(consultation["status"], "CLOSED");
    assert_eq!(
        (&consultation["client"]["name"], &consultation["assignee"]["name"]),
        (&json!("Boris"), &json!("Anna"))
    );
    app.stop().await;
}

#[tokio::test]
async fn a_refusal_is_data_in_the_language_of_the_caller() {
    let app = App::start().await;
    let key = app.key(Role::Owner);
    let id = app.open(&key, "Printer").await;
    let payload = app.mutate(&key, "closeConsultation", json!({ "consultationId": id }), "createdId").await;
    assert_eq!(codes(&payload), ["illegal_transition"]);
    assert_eq!((&payload["position"], &payload["version"]), (&Value::Null, &Value::Null));
    let query =
        "mutation($id: ID!) { closeConsultation(input: { consultationId: $id }) { userErrors { message } } }";
    let answer = app.post_in("ru-RU", &key, query, json!({ "id": id })).await;
    let message = answer["data"]["closeConsultation"]["userErrors"][0]["message"].as_str().unwrap();
    assert_eq!(message, "нельзя закрыть консультацию в статусе QUEUED; нужен статус RESOLVED");
    let empty = json!({ "topic": " ", "channel": "SITE" });
    let payload = app.mutate(&key, "openConsultation", empty, "createdId").await;
    assert_eq!((codes(&payload), &payload["userErrors"][0]["field"]), (vec!["empty"], &json!("input.topic")));
    app.stop().await;
}

#[tokio::test]
async fn what_another_workspace_has_does_not_exist_here() {
    let app = App::start().await;
    let (key, other) = (app.key(Role::Owner), app.key_of(another_workspace(), Role::Owner));
    let id = app.open(&key, "Printer").await;
    let manager = json!({ "name": "Anna", "capacity": 5 });
    let foreign = app.done(&other, "registerManager", manager).await["createdId"].clone();
    let missing = app.mutate(&other, "startConsultation", json!({ "consultationId": id }), "createdId").await;
    assert_eq!(codes(&missing), ["consultation_not_found"]);
    let assign = json!({ "consultationId": id, "assignee": foreign });
    let assigned = app.mutate(&key, "assignConsultation", assign, "createdId").await;
    assert_eq!(codes(&assigned), ["manager_not_found"]);
    assert_eq!(assigned["userErrors"][0]["field"], "input.assignee");
    let wrong_kind =
        app.mutate(&key, "startConsultation", json!({ "consultationId": foreign }), "createdId").await;
    assert_eq!(codes(&wrong_kind), ["invalid_id"]);
    app.stop().await;
}

#[tokio::test]
async fn a_repeat_with_its_key_returns_the_first_result_and_another_request_is_refused() {
    let app = App::start().await;
    let key = app.key(Role::Bot);
    let input = json!({ "topic": "Printer", "channel": "SITE", "idempotencyKey": "k1" });
    let first = app.done(&key, "openConsultation", input.clone()).await;
    assert_eq!(app.done(&key, "openConsultation", input).await, first);
    let other = json!({ "topic": "Scanner", "channel": "SITE", "idempotencyKey": "k1" });
    let refused = app.mutate(&key, "openConsultation", other, "createdId").await;
    assert_eq!(codes(&refused), ["idempotency_key_reused"]);
    let message = json!({
        "consultationId": first["createdId"], "channel": "SITE", "text": "help", "idempotencyKey": "k2",
    });
    let sent = app.done(&key, "receiveMessage", message.clone()).await;
    assert_eq!(app.done(&key, "receiveMessage", message).await, sent);
    app.stop().await;
}

#[tokio::test]
async fn a_version_that_is_not_the_one_expected_is_a_conflict_with_both() {
    let app = App::start().await;
    let key = app.key(Role::Manager);
    let id = app.open(&key, "Printer").await;
    let query = "mutation($id: ID!) { startConsultation(input: { consultationId: $id, expectedVersion: 7 }) { position } }";
    let answer = app.post(&key, query, json!({ "id": id })).await;
    assert_eq!(top_code(&answer), "CONFLICT", "{answer}");
    let extensions = &answer["errors"][0]["extensions"];
    assert_eq!((&extensions["expected"], &extensions["actual"]), (&json!(7), &json!(1)));
    app.stop().await;
}

#[tokio::test]
async fn roles_bound_what_may_be_asked() {
    let app = App::start().await;
    let open = r#"mutation { openConsultation(input: { topic: "a", channel: SITE }) { position } }"#;
    let register = r#"mutation { registerManager(input: { name: "a", capacity: 1 }) { position } }"#;
    let settings = r#"mutation { changeWorkspaceSettings(input: { name: "a" }) { userErrors { code } } }"#;
    for (role, allowed) in [
        (Role::Analyst, [false, false, false]),
        (Role::Auditor, [false, false, false]),
        (Role::Manager, [true, false, false]),
        (Role::Supervisor, [true, true, false]),
        (Role::Administrator, [true, true, true]),
    ] {
        let key = app.key(role);
        for (query, allowed) in [open, register, settings].into_iter().zip(allowed) {
            let answer = app.post(&key, query, json!({})).await;
            assert_eq!(top_code(&answer) != "FORBIDDEN", allowed, "{role:?} {query}: {answer}");
        }
    }
    app.stop().await;
}

#[tokio::test]
async fn an_erased_client_is_gone_from_every_answer_and_takes_no_more() {
    let app = App::start().await;
    let key = app.key(Role::Owner);
    let input = json!({ "topic": "Ledger of Boris Godunov", "channel": "SITE" });
    let id = app.done(&key, "openConsultation", input).await["createdId"].clone();
    let client = json!({ "kind": "PERSON", "name": "Boris Godunov" });
    let client = app.done(&key, "registerClient", client).await["createdId"].clone();
    app.done(&key, "changeConsultationDetails", json!({ "consultationId": id, "clientId": client })).await;
    app.done(
        &key,
        "receiveMessage",
        json!({ "consultationId": id, "channel": "SITE", "text": "I am Boris Godunov" }),
    )
    .await;
    let erased = app.done(&key, "eraseClient", json!({ "clientId": client })).await;
    let query = "query($id: ID!, $client: ID!, $at: Position) {
        consultation(id: $id, minPosition: $at) { topic status messageCount messages { nodes { text } } }
        client(id: $client, minPosition: $at) { name }
        events(first: 100) { nodes { type data } }
    }";
    let variables = json!({ "id": id, "client": client, "at": erased["position"] });
    let answer = app.post(&key, query, variables).await;
    assert!(answer.get("errors").is_none(), "{answer}");
    assert!(!answer.to_string().contains("Godunov"), "{answer}");
    assert_eq!(answer["data"]["consultation"]["messageCount"], 1);
    let text = json!({ "consultationId": id, "channel": "SITE", "text": "again" });
    let more = app.mutate(&key, "receiveMessage", text, "createdId").await;
    assert_eq!(codes(&more), ["person_erased"]);
    app.stop().await;
}
