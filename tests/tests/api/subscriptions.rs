use ledgerdesk_api::graphql::caller::Role;
use serde_json::{Value, json};

use crate::{
    app::{App, another_workspace},
    socket::Socket,
};

const EVENTS: &str = "subscription($after: String, $filter: EventFilter) {
    events(after: $after, filter: $filter) { type position cursor streamId }
}";

async fn write(app: &App, key: &str) -> String {
    let id = app.open(key, "Printer").await;
    for verb in ["startConsultation", "resolveConsultation", "closeConsultation"] {
        app.done(key, verb, json!({ "consultationId": id })).await;
    }
    id
}

async fn types(socket: &mut Socket, count: usize) -> (Vec<String>, Vec<Value>) {
    let (mut types, mut cursors) = (Vec::new(), Vec::new());
    for _ in 0..count {
        let event = socket.data().await["events"].clone();
        types.push(event["type"].as_str().unwrap().to_owned());
        cursors.push(event["cursor"].clone());
    }
    (types, cursors)
}

#[tokio::test]
async fn a_subscription_from_now_and_one_from_the_beginning_and_one_resumed_deliver_the_same() {
    let app = App::start().await;
    let (key, other) = (app.key(Role::Owner), app.key_of(another_workspace(), Role::Owner));
    let mut live = Socket::subscribe(&app, &key, EVENTS, json!({ "after": "0" })).await;
    app.open(&other, "of another workspace").await;
    write(&app, &key).await;
    let expected = ["ConsultationOpened", "Started", "Resolved", "Closed"];
    let (seen, cursors) = types(&mut live, 4).await;
    assert_eq!(seen, expected);
    let mut late = Socket::subscribe(&app, &key, EVENTS, json!({ "after": "0" })).await;
    assert_eq!(types(&mut late, 4).await, (seen, cursors.clone()));
    let mut resumed = Socket::subscribe(&app, &key, EVENTS, json!({ "after": cursors[1] })).await;
    assert_eq!(types(&mut resumed, 2).await.0, expected[2..]);
    app.stop().await;
}

#[tokio::test]
async fn a_filter_lets_through_only_what_it_names() {
    let app = App::start().await;
    let key = app.key(Role::Owner);
    let first = write(&app, &key).await;
    let second = write(&app, &key).await;
    let filter = json!({ "types": ["Closed"], "stream": second });
    let mut socket = Socket::subscribe(&app, &key, EVENTS, json!({ "after": "0", "filter": filter })).await;
    let event = socket.data().await["events"].clone();
    assert_eq!((&event["type"], &event["streamId"]), (&json!("Closed"), &json!(second)));
    assert_ne!(first, second);
    app.stop().await;
}

#[tokio::test]
async fn a_cursor_that_is_none_and_one_of_another_history_are_refused() {
    let app = App::start().await;
    let key = app.key(Role::Owner);
    write(&app, &key).await;
    let foreign = "AQAAAAEAAAAAAAAAAgAAAAAAAAAB";
    for (after, code) in [("nonsense", "BAD_USER_INPUT"), (foreign, "CURSOR_OF_ANOTHER_HISTORY")] {
        let mut socket = Socket::subscribe(&app, &key, EVENTS, json!({ "after": after })).await;
        let message = socket.next().await;
        assert_eq!(message["type"], "error", "{message}");
        assert_eq!(message["payload"][0]["extensions"]["code"], code, "{message}");
    }
    app.stop().await;
}

#[tokio::test]
async fn a_consultation_is_shown_at_once_and_after_each_change() {
    let app = App::start().await;
    let key = app.key(Role::Bot);
    let id = app.open(&key, "Printer").await;
    let query = "subscription($id: ID!) { consultationChanged(id: $id) { id status version } }";
    let mut socket = Socket::subscribe(&app, &key, query, json!({ "id": id })).await;
    assert_eq!(socket.data().await["consultationChanged"]["status"], "QUEUED");
    app.done(&key, "startConsultation", json!({ "consultationId": id })).await;
    assert_eq!(socket.data().await["consultationChanged"]["status"], "IN_PROGRESS");
    app.open(&key, "another one").await;
    app.done(&key, "resolveConsultation", json!({ "consultationId": id })).await;
    assert_eq!(socket.data().await["consultationChanged"]["status"], "RESOLVED");
    let stranger = app.key_of(another_workspace(), Role::Owner);
    let mut hidden = Socket::subscribe(&app, &stranger, query, json!({ "id": id })).await;
    assert_eq!(hidden.next().await["payload"][0]["extensions"]["code"], "NOT_FOUND");
    app.stop().await;
}

#[tokio::test]
async fn a_revoked_key_sees_nothing_more() {
    let app = App::start().await;
    let (owner, key) = (app.key(Role::Owner), app.key(Role::Auditor));
    app.open(&owner, "before").await;
    let mut socket = Socket::subscribe(&app, &key, EVENTS, json!({ "after": "0" })).await;
    assert_eq!(socket.data().await["events"]["type"], "ConsultationOpened");
    app.revoke(&key);
    app.open(&owner, "after").await;
    let message = socket.next().await;
    assert!(message["payload"]["data"].is_null(), "{message}");
    assert_eq!(message["payload"]["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "{message}");
    app.stop().await;
}

#[tokio::test]
async fn who_may_not_read_the_log_cannot_follow_it() {
    let app = App::start().await;
    let mut socket = Socket::subscribe(&app, &app.key(Role::Analyst), EVENTS, json!({})).await;
    assert_eq!(socket.next().await["payload"][0]["extensions"]["code"], "FORBIDDEN");
    app.stop().await;
}
