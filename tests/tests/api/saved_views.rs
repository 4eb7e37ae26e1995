//! Saved views: of one manager or shared, and the lists that they narrow.

use ledgerdesk_api::graphql::caller::Role;
use ledgerdesk_domain::workspace::{CreateWorkspace, Workspace, WorkspaceCommand};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::App;

async fn start() -> App {
    let app = App::start().await;
    let create = WorkspaceCommand::CreateWorkspace(CreateWorkspace {
        name: "Support".to_owned(),
        language: "ru".to_owned(),
        time_zone: "UTC".to_owned(),
    });
    let envelope = app.node.envelope(app.node.workspace.uuid(), create);
    app.node.executor.execute::<Workspace>(envelope).await.unwrap();
    app
}

async fn names(app: &App, key: &str, at: &Value) -> Vec<String> {
    let query = "query($at: Position) { views(minPosition: $at, order: ASC) { nodes { name } } }";
    let answer = app.post(key, query, json!({ "at": at })).await;
    let nodes = answer["data"]["views"]["nodes"].as_array().unwrap();
    nodes.iter().map(|view| view["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_view_narrows_and_orders_the_list_and_a_filter_narrows_it_further() {
    let app = start().await;
    let key = app.key(Role::Manager);
    for (topic, priority) in [("a", "URGENT"), ("b", "URGENT"), ("c", "LOW")] {
        let opening = json!({ "topic": topic, "channel": "SITE", "priority": priority });
        app.done(&key, "openConsultation", opening).await;
    }
    let view = json!({
        "name": "Urgent", "shared": true, "columns": ["topic", "priority"],
        "filter": { "where": { "priority": { "eq": "URGENT" } } },
        "orderBy": { "field": "OPENED_AT", "direction": "ASC" },
    });
    let saved = app.done(&key, "saveView", view).await;
    let list = "query($view: ID!, $at: Position, $filter: ConsultationFilter) {
        consultations(view: $view, minPosition: $at, filter: $filter) { totalCount nodes { topic } }
        nodes(ids: [$view], minPosition: $at) { ... on View { name shared columns filter orderBy owner { name } } } }";
    let variables = json!({ "view": saved["createdId"], "at": saved["position"] });
    let shown = app.post(&key, list, variables).await;
    let topics = json!({ "totalCount": 2, "nodes": [{ "topic": "a" }, { "topic": "b" }] });
    assert_eq!(shown["data"]["consultations"], topics, "{shown}");
    assert_eq!(
        shown["data"]["nodes"][0],
        json!({ "name": "Urgent", "shared": true, "columns": ["topic", "priority"], "owner": null,
                "filter": { "includeMerged": false, "where": { "priority": { "eq": "URGENT" } } },
                "orderBy": { "field": "OPENED_AT", "direction": "ASC" } })
    );
    let narrowed = json!({ "view": saved["createdId"], "at": saved["position"], "filter": { "text": "b" } });
    let shown = app.post(&key, list, narrowed).await;
    assert_eq!(shown["data"]["consultations"]["nodes"], json!([{ "topic": "b" }]));
    // Another value for what the view says already leaves nothing.
    let nothing = json!({ "totalCount": 0, "nodes": [] });
    let other = json!({ "view": saved["createdId"], "filter": { "priority": ["LOW"] } });
    assert_eq!(app.post(&key, list, other).await["data"]["consultations"], nothing);
    for (of_view, of_filter) in [
        (json!({ "priority": ["URGENT"] }), json!({ "priority": ["LOW"] })),
        (json!({ "status": ["CLOSED"] }), json!({ "status": ["QUEUED"] })),
        (json!({ "channel": ["TELEGRAM"] }), json!({ "channel": ["SITE"] })),
    ] {
        let view = json!({ "name": "Other", "shared": true, "filter": of_view });
        let view = app.done(&key, "saveView", view).await;
        let both = json!({ "view": view["createdId"], "at": view["position"], "filter": of_filter });
        assert_eq!(
            app.post(&key, list, both).await["data"]["consultations"],
            nothing,
            "{of_view} {of_filter}"
        );
        app.mutate(&key, "deleteView", json!({ "viewId": view["createdId"] }), "").await;
    }

    let over = json!({ "viewId": saved["createdId"], "name": "All", "shared": true });
    let over = app.done(&key, "saveView", over).await;
    assert_eq!(names(&app, &key, &over["position"]).await, ["All"]);
    let gone = app.mutate(&key, "deleteView", json!({ "viewId": saved["createdId"] }), "").await;
    assert_eq!(names(&app, &key, &gone["position"]).await, Vec::<String>::new());
    let variables = json!({ "view": saved["createdId"], "at": gone["position"] });
    let answer = app.post(&key, list, variables).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "NOT_FOUND");
    app.stop().await;
}

#[tokio::test]
async fn a_managers_own_view_is_nobody_elses() {
    let app = start().await;
    let [olga, pyotr] = [7, 8].map(|id| app.key_of_manager(Uuid::from_u128(id)));
    let mine = app.done(&olga, "saveView", json!({ "name": "Mine" })).await;
    let ours = app.done(&olga, "saveView", json!({ "name": "Ours", "shared": true })).await;
    assert_eq!(names(&app, &olga, &ours["position"]).await, ["Mine", "Ours"]);
    assert_eq!(names(&app, &pyotr, &ours["position"]).await, ["Ours"]);
    let list = "query($view: ID!) { consultations(view: $view) { nodes { id } } }";
    let answer = app.post(&pyotr, list, json!({ "view": mine["createdId"] })).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "NOT_FOUND");
    let node = "query($view: ID!) { node(id: $view) { id } }";
    let answer = app.post(&pyotr, node, json!({ "view": mine["createdId"] })).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "NOT_FOUND");
    for (verb, input) in [
        ("deleteView", json!({ "viewId": mine["createdId"] })),
        ("saveView", json!({ "viewId": mine["createdId"], "name": "Stolen", "shared": true })),
    ] {
        let refused = app.mutate(&pyotr, verb, input, "").await;
        assert_eq!(refused["userErrors"][0]["code"], "view_not_found", "{verb}");
    }
    let bot = app.key(Role::Bot);
    let refused = app.mutate(&bot, "saveView", json!({ "name": "Mine" }), "createdId").await;
    assert_eq!(refused["userErrors"][0]["code"], "view_without_owner");
    let or = json!({ "or": [] });
    let refused =
        app.mutate(&bot, "saveView", json!({ "name": "a", "filter": { "where": or } }), "createdId").await;
    assert_eq!(refused["userErrors"][0]["code"], "invalid_filter");
    app.stop().await;
}
