use ledgerdesk_api::graphql::caller::Role;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    app::{App, another_workspace},
    socket::Socket,
};

const PRESENCE: &str = "subscription { presence { status actor { kind } } }";
const TYPING: &str = "subscription($id: ID!) { typing(consultationId: $id) { isClient actor { kind key } } }";

async fn sign(app: &App, key: &str, verb: &str, input: Value) -> Value {
    let stem = format!("{}{}", verb[..1].to_uppercase(), &verb[1..]);
    let query = format!(
        "mutation($input: {stem}Input!) {{ {verb}(input: $input) {{ expiresAt userErrors {{ code field }} }} }}"
    );
    app.post(key, &query, json!({ "input": input })).await
}

/// Gives a sign that must be taken.
async fn give(app: &App, key: &str, verb: &str, input: Value) -> Value {
    let answer = sign(app, key, verb, input).await;
    assert_eq!(answer["data"][verb]["userErrors"], json!([]), "{answer}");
    answer["data"][verb]["expiresAt"].clone()
}

#[tokio::test]
async fn who_types_is_seen_on_every_node_by_those_of_the_workspace() {
    let app = App::start().await;
    let other = app.beside().await;
    let (bot, manager) = (app.key(Role::Bot), app.key_of_manager(Uuid::from_u128(5)));
    let id = app.open(&bot, "Printer").await;
    let mut near = Socket::subscribe(&app, &manager, TYPING, json!({ "id": id })).await;
    let mut far = Socket::subscribe(&other, &manager, TYPING, json!({ "id": id })).await;
    assert_eq!(near.data().await["typing"], json!([]));
    assert_eq!(far.data().await["typing"], json!([]));
    let expires = give(&app, &bot, "setTyping", json!({ "consultationId": id, "client": true })).await;
    assert!(expires.is_string());
    for socket in [&mut near, &mut far] {
        let typing = socket.data().await["typing"].clone();
        assert_eq!((&typing[0]["isClient"], &typing[0]["actor"]["kind"]), (&json!(true), &json!("BOT")));
    }
    let ended =
        give(&other, &bot, "setTyping", json!({ "consultationId": id, "client": true, "typing": false }));
    assert!(ended.await.is_null());
    assert_eq!(far.data().await["typing"], json!([]));
    assert_eq!(near.data().await["typing"], json!([]));
    let stranger = app.key_of(another_workspace(), Role::Owner);
    let mut hidden = Socket::subscribe(&app, &stranger, TYPING, json!({ "id": id })).await;
    assert_eq!(hidden.next().await["payload"][0]["extensions"]["code"], "NOT_FOUND");
    let refused = sign(&app, &stranger, "setTyping", json!({ "consultationId": id })).await;
    assert_eq!(refused["data"]["setTyping"]["userErrors"][0]["code"], "consultation_not_found");
    other.stop().await;
    app.stop().await;
}

#[tokio::test]
async fn a_node_that_comes_later_learns_who_is_there() {
    let app = App::start().await;
    let (here, watcher) = (app.key_of_manager(Uuid::from_u128(5)), app.key(Role::Analyst));
    give(&app, &here, "setPresence", json!({ "status": "BUSY" })).await;
    let mut near = Socket::subscribe(&app, &watcher, PRESENCE, json!({})).await;
    let busy = json!([{ "status": "BUSY", "actor": { "kind": "MANAGER" } }]);
    assert_eq!(near.data().await["presence"], busy);
    let later = app.beside().await;
    let mut far = Socket::subscribe(&later, &watcher, PRESENCE, json!({})).await;
    while far.data().await["presence"] != busy {}
    give(&later, &here, "setPresence", json!({ "status": "OFFLINE" })).await;
    assert_eq!(near.data().await["presence"], json!([]));
    later.stop().await;
    app.stop().await;
}

#[tokio::test]
async fn a_sign_is_refused_where_it_cannot_be() {
    let app = App::start().await;
    let (bot, analyst) = (app.key(Role::Bot), app.key(Role::Analyst));
    let refused = sign(&app, &bot, "setPresence", json!({ "status": "ONLINE" })).await;
    assert_eq!(refused["data"]["setPresence"]["userErrors"][0]["code"], "not_a_manager");
    let refused = sign(&app, &bot, "setTyping", json!({ "consultationId": "nonsense" })).await;
    assert_eq!(refused["data"]["setTyping"]["userErrors"][0]["code"], "invalid_id");
    let refused = sign(&app, &analyst, "setTyping", json!({ "consultationId": "nonsense" })).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN", "{refused}");
    let id = app.open(&bot, "Printer").await;
    let mut codes = Vec::new();
    for _ in 0..20 {
        let query = "mutation($a: SetTypingInput!) {
            a: setTyping(input: $a) { expiresAt } b: setTyping(input: $a) { expiresAt }
            c: setTyping(input: $a) { expiresAt } d: setTyping(input: $a) { expiresAt }
            e: setTyping(input: $a) { expiresAt } f: setTyping(input: $a) { expiresAt }
            g: setTyping(input: $a) { expiresAt } h: setTyping(input: $a) { expiresAt }
        }";
        let answer = app.post(&bot, query, json!({ "a": { "consultationId": id } })).await;
        codes.extend(
            answer["errors"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|error| error["extensions"]["code"].clone()),
        );
    }
    assert!(!codes.is_empty() && codes.iter().all(|code| code == "RATE_LIMITED"), "{codes:?}");
    app.stop().await;
}
