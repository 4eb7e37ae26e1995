use ledgerdesk_api::graphql::{caller::Role, global_id};
use serde_json::{Value, json};

use crate::{
    app::{App, another_workspace},
    socket::Socket,
};

const VIEW: &str = "subscription($filter: ConsultationFilter) { consultationsChanged(filter: $filter) {
    isSnapshot position added { id status } updated { id status priority } removed
} }";

fn ids(rows: &Value) -> Vec<&str> {
    rows.as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap()).collect()
}

async fn view(socket: &mut Socket) -> Value {
    socket.data().await["consultationsChanged"].clone()
}

#[tokio::test]
async fn a_view_is_shown_whole_and_then_what_enters_changes_and_leaves_it() {
    let app = App::start().await;
    let key = app.key(Role::Manager);
    let there = app.open(&key, "was there before").await;
    let filter = json!({ "filter": { "status": ["QUEUED"] } });
    let mut socket = Socket::subscribe(&app, &key, VIEW, filter.clone()).await;
    let snapshot = view(&mut socket).await;
    assert_eq!((&snapshot["isSnapshot"], ids(&snapshot["added"])), (&json!(true), vec![there.as_str()]));
    app.open(&app.key_of(another_workspace(), Role::Owner), "of another workspace").await;
    let opened = app.open(&key, "new").await;
    let added = view(&mut socket).await;
    assert_eq!((&added["isSnapshot"], ids(&added["added"])), (&json!(false), vec![opened.as_str()]));
    assert!(added["position"].as_i64() > snapshot["position"].as_i64());
    app.done(&key, "changePriority", json!({ "consultationId": there, "priority": "URGENT" })).await;
    let updated = view(&mut socket).await;
    assert_eq!(updated["updated"], json!([{ "id": there, "status": "QUEUED", "priority": "URGENT" }]));
    app.done(&key, "startConsultation", json!({ "consultationId": there })).await;
    let removed = view(&mut socket).await;
    assert_eq!((&removed["removed"], &removed["updated"]), (&json!([there]), &json!([])));
    // Whoever comes late sees the view as it is now, and then the same changes.
    let mut late = Socket::subscribe(&app, &key, VIEW, filter).await;
    assert_eq!(ids(&view(&mut late).await["added"]), [opened.as_str()]);
    app.done(&key, "cancelConsultation", json!({ "consultationId": opened })).await;
    assert_eq!(view(&mut socket).await, view(&mut late).await);
    app.stop().await;
}

#[tokio::test]
async fn who_sees_only_their_own_sees_it_come_and_go_and_nothing_else() {
    let app = App::start().await;
    let owner = app.key(Role::Owner);
    let mut managers = Vec::new();
    for name in ["Anna", "Boris"] {
        managers.push(
            app.done(&owner, "registerManager", json!({ "name": name, "capacity": 5 })).await["createdId"]
                .clone(),
        );
    }
    let (_, anna) = global_id::decode(managers[0].as_str().unwrap()).unwrap();
    let confined = app.key_of_manager_confined(anna);
    let not_hers = app.open(&owner, "nobody's").await;
    let mut socket = Socket::subscribe(&app, &confined, VIEW, json!({})).await;
    let counts = "subscription { queueCounts { statuses { status count } } }";
    let mut counted = Socket::subscribe(&app, &confined, counts, json!({})).await;
    assert_eq!(view(&mut socket).await["added"], json!([]));
    let hers = app.open(&owner, "about to be hers").await;
    app.done(&owner, "changePriority", json!({ "consultationId": not_hers, "priority": "URGENT" })).await;
    app.done(&owner, "assignConsultation", json!({ "consultationId": hers, "assignee": managers[0] })).await;
    let added = view(&mut socket).await;
    assert_eq!((ids(&added["added"]), &added["isSnapshot"]), (vec![hers.as_str()], &json!(false)));
    // What she counts comes to one: hers.
    loop {
        let shown = counted.data().await["queueCounts"]["statuses"].clone();
        let all: i64 = shown.as_array().unwrap().iter().map(|of| of["count"].as_i64().unwrap()).sum();
        assert!(all <= 1, "{shown}");
        if all == 1 {
            break;
        }
    }
    app.done(&owner, "assignConsultation", json!({ "consultationId": hers, "assignee": managers[1] })).await;
    assert_eq!(view(&mut socket).await["removed"], json!([hers]));
    app.stop().await;
}

#[tokio::test]
async fn each_of_many_changes_is_in_a_view_exactly_once() {
    let app = App::start().await;
    let key = app.key(Role::Manager);
    app.open(&key, "was there before").await;
    let mut socket = Socket::subscribe(&app, &key, VIEW, json!({})).await;
    assert_eq!(ids(&view(&mut socket).await["added"]).len(), 1);
    let opening =
        (0..100).map(|number| app.node.open_consultation(None, if number % 2 == 0 { "a" } else { "b" }));
    futures_util::future::join_all(opening).await;
    let mut seen = Vec::new();
    while seen.len() < 100 {
        let change = view(&mut socket).await;
        assert_eq!((&change["isSnapshot"], &change["updated"]), (&json!(false), &json!([])), "{change}");
        seen.extend(ids(&change["added"]).into_iter().map(str::to_owned));
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 100);
    app.stop().await;
}

#[tokio::test]
async fn a_view_of_too_much_asks_for_a_narrower_filter() {
    let app = App::start().await;
    let key = app.key(Role::Manager);
    let opening = (0..1_001).map(|_| app.node.open_consultation(None, "one of many"));
    futures_util::future::join_all(opening).await;
    let mut socket = Socket::subscribe(&app, &key, VIEW, json!({})).await;
    let refused = socket.next().await;
    assert_eq!(refused["type"], "error", "{refused}");
    assert_eq!(refused["payload"][0]["extensions"]["code"], "VIEW_TOO_LARGE");
    let narrow = json!({ "filter": { "status": ["CLOSED"] } });
    let mut socket = Socket::subscribe(&app, &key, VIEW, narrow).await;
    assert_eq!(view(&mut socket).await["isSnapshot"], true);
    app.stop().await;
}

#[tokio::test]
async fn handovers_enter_and_leave_the_view_of_those_that_wait() {
    let app = App::start().await;
    let key = app.key(Role::Bot);
    let id = app.open(&key, "too hard for a bot").await;
    let query = "subscription { handoversChanged(filter: { state: [REQUESTED] }) {
        isSnapshot added { id state reason consultation { id } } removed
    } }";
    let mut socket = Socket::subscribe(&app, &key, query, json!({})).await;
    assert_eq!(socket.data().await["handoversChanged"]["added"], json!([]));
    let input = json!({ "consultationId": id, "reason": "asks for a person" });
    let handover = app.mutate(&key, "requestHandover", input, "createdId").await;
    let added = socket.data().await["handoversChanged"]["added"].clone();
    assert_eq!(added[0]["id"], handover["createdId"], "{handover}");
    assert_eq!((&added[0]["state"], &added[0]["consultation"]["id"]), (&json!("REQUESTED"), &json!(id)));
    app.done(&key, "expireHandover", json!({ "consultationId": id, "handoverId": handover["createdId"] }))
        .await;
    let removed = socket.data().await["handoversChanged"]["removed"].clone();
    assert_eq!(removed, json!([handover["createdId"]]));
    app.stop().await;
}

#[tokio::test]
async fn queues_are_counted_at_once_and_again_when_they_differ() {
    let app = App::start().await;
    let key = app.key(Role::Analyst);
    let writer = app.key(Role::Owner);
    let first = app.open(&writer, "one").await;
    let query = "subscription { queueCounts { position unassigned statuses { status count unassigned } } }";
    let mut socket = Socket::subscribe(&app, &key, query, json!({})).await;
    let counts = socket.data().await["queueCounts"].clone();
    assert_eq!(counts["statuses"][0], json!({ "status": "QUEUED", "count": 1, "unassigned": 1 }));
    assert_eq!((&counts["unassigned"], counts["statuses"].as_array().unwrap().len()), (&json!(1), 7));
    app.done(&writer, "startConsultation", json!({ "consultationId": first })).await;
    let counts = socket.data().await["queueCounts"].clone();
    assert_eq!(counts["statuses"][0]["count"], 0);
    assert_eq!(counts["statuses"][1], json!({ "status": "IN_PROGRESS", "count": 1, "unassigned": 1 }));
    app.stop().await;
}

#[tokio::test]
async fn the_lag_of_every_projection_is_shown() {
    let app = App::start().await;
    let key = app.key(Role::Owner);
    app.open(&key, "something").await;
    let query = "subscription { projectionLag { name position head lagEvents } }";
    let mut socket = Socket::subscribe(&app, &key, query, json!({})).await;
    loop {
        let shown = socket.data().await["projectionLag"].clone();
        let shown = shown.as_array().unwrap();
        assert_eq!(shown.len(), ledgerdesk_projections::registry().definitions().count());
        if shown.iter().all(|projection| projection["position"] == 1) {
            break;
        }
    }
    app.stop().await;
}

#[tokio::test]
async fn a_subscription_has_one_root_field() {
    let app = App::start().await;
    let key = app.key(Role::Owner);
    app.open(&key, "something").await;
    let query = "subscription { queueCounts { position } projectionLag { name } }";
    let mut socket = Socket::subscribe(&app, &key, query, json!({})).await;
    let refused = socket.next().await;
    assert_eq!(refused["payload"][0]["extensions"]["code"], "BAD_USER_INPUT", "{refused}");
    app.stop().await;
}
