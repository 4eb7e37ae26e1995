//! What is due and what is late, and what the tellings of deadlines are caused by: with timers that run.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use ledgerdesk_api::graphql::{caller::Role, global_id};
use ledgerdesk_domain::workspace::{CreateWorkspace, Workspace, WorkspaceCommand};
use ledgerdesk_infrastructure::{
    clock::{Clock as _, SystemClock, SystemIds},
    service_levels::ServiceLevels,
    timers::{TimerMetrics, TimerParts, Timers},
};
use ledgerdesk_tests::wait_until;
use prometheus_client::registry::Registry;
use serde_json::{Value, json};

use crate::app::{App, another_workspace};

/// A node whose timers run, and an owner's key.
struct Desk {
    app: App,
    timers: Timers,
    key: String,
}

impl Desk {
    async fn open() -> Self {
        let app = App::start().await;
        let create = WorkspaceCommand::CreateWorkspace(CreateWorkspace {
            name: "Support".to_owned(),
            language: "en".to_owned(),
            time_zone: "UTC".to_owned(),
        });
        let envelope = app.node.envelope(app.node.workspace.uuid(), create);
        app.node.executor.execute::<Workspace>(envelope).await.unwrap();
        let timers = Timers::start(TimerParts {
            pool: app.pool().clone(),
            store: app.node.store.clone(),
            executor: app.node.executor.clone(),
            ids: std::sync::Arc::new(SystemIds),
            levels: ServiceLevels::new(app.node.store.clone()),
            node: "a node".to_owned(),
            metrics: TimerMetrics::register(&mut Registry::default()),
        });
        let key = app.key(Role::Owner);
        Self { app, timers, key }
    }

    /// Opens a consultation so many minutes ago.
    async fn consultation(&self, minutes_ago: i64, more: Value) -> String {
        let mut input = json!({ "topic": "a topic", "channel": "SITE", "occurredAt": ago(minutes_ago) });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let opened = self.app.done(&self.key, "openConsultation", input).await;
        opened["createdId"].as_str().unwrap().to_owned()
    }

    /// The consultations, clocks and states of a list that shows everything that was done by now.
    async fn due(&self, key: &str, arguments: &str) -> Vec<(String, String, String)> {
        let answer = self.list(key, arguments).await;
        let nodes = answer["data"]["deadlines"]["nodes"].as_array().unwrap_or_else(|| panic!("{answer}"));
        let text = |node: &Value, field: &str| node[field].as_str().unwrap().to_owned();
        nodes
            .iter()
            .map(|node| (text(node, "consultationId"), text(node, "clock"), text(node, "state")))
            .collect()
    }

    async fn list(&self, key: &str, arguments: &str) -> Value {
        let head = self.app.node.store.fetch_head().await.unwrap().position;
        let query = format!(
            "{{ deadlines({arguments} minPosition: {head}) {{ totalCount
                nodes {{ consultationId clock state number warnAt dueAt breachedAt consultation {{ id }} }}
                pageInfo {{ hasNextPage endCursor }} }} }}"
        );
        self.app.post(key, &query, json!({})).await
    }

    async fn close(self) {
        self.timers.stop().await;
        self.app.stop().await;
    }
}

fn ago(minutes: i64) -> String {
    let time: DateTime<Utc> = SystemClock.now() - TimeDelta::minutes(minutes);
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}

fn row(id: &str, clock: &str, state: &str) -> (String, String, String) {
    (id.to_owned(), clock.to_owned(), state.to_owned())
}

const FIRST: &str = "filter: { clock: [FIRST_RESPONSE] }";

#[tokio::test]
async fn deadlines_are_listed_by_when_they_are_due_until_what_was_promised_is_done() {
    let desk = Desk::open().await;
    let anna = desk.app.done(&desk.key, "registerManager", json!({ "name": "Anna", "capacity": 5 })).await;
    let anna = anna["createdId"].as_str().unwrap().to_owned();
    // By the table that holds until one is published: a response within two hours, a warning after 96 minutes.
    let late = desk.consultation(180, json!({ "team": "second" })).await;
    let near = desk.consultation(100, json!({})).await;
    let fresh = desk.consultation(10, json!({})).await;
    let take = json!({ "consultationId": near, "assignee": anna });
    desk.app.done(&desk.key, "assignConsultation", take).await;

    let breached = row(&late, "FIRST_RESPONSE", "BREACHED");
    let warned = row(&near, "FIRST_RESPONSE", "WARNED");
    let due = row(&fresh, "FIRST_RESPONSE", "DUE");
    let all = desk.due(&desk.key, "").await;
    assert_eq!(all[..3], [breached.clone(), warned.clone(), due.clone()]);
    assert_eq!(all.len(), 6, "and their resolutions: {all:?}");
    assert_eq!(all[3], row(&late, "RESOLUTION", "DUE"));
    let backwards = desk.due(&desk.key, "order: DESC, first: 1,").await;
    assert_eq!(backwards, [row(&fresh, "RESOLUTION", "DUE")]);
    for (filter, expected) in [
        (format!("{FIRST},"), vec![breached.clone(), warned.clone(), due.clone()]),
        ("filter: { state: [BREACHED, WARNED] },".to_owned(), vec![breached.clone(), warned.clone()]),
        ("filter: { state: [DUE], clock: [FIRST_RESPONSE] },".to_owned(), vec![due.clone()]),
        (format!("filter: {{ due: {{ before: {:?} }} }},", ago(0)), vec![breached.clone()]),
        ("filter: { team: [\"second\"], clock: [FIRST_RESPONSE] },".to_owned(), vec![breached.clone()]),
        (format!("filter: {{ assignee: [{anna:?}], clock: [FIRST_RESPONSE] }},"), vec![warned.clone()]),
        (format!("filter: {{ consultation: [{fresh:?}], clock: [FIRST_RESPONSE] }},"), vec![due.clone()]),
        ("filter: { clock: [CALLBACK] },".to_owned(), vec![]),
    ] {
        assert_eq!(desk.due(&desk.key, &filter).await, expected, "{filter}");
    }
    let first = desk.list(&desk.key, "first: 2,").await["data"]["deadlines"].take();
    assert_eq!((&first["totalCount"], &first["pageInfo"]["hasNextPage"]), (&json!(6), &json!(true)));
    assert_eq!(first["nodes"][0]["breachedAt"], first["nodes"][0]["dueAt"]);
    assert_eq!(first["nodes"][1]["breachedAt"], Value::Null);
    assert_eq!(first["nodes"][1]["consultation"]["id"], json!(near));
    let rest = desk.due(&desk.key, &format!("first: 1, after: {},", first["pageInfo"]["endCursor"])).await;
    assert_eq!(rest, std::slice::from_ref(&due));

    let anna_id = global_id::decode(&anna).unwrap().1;
    let own = desk.app.key_of_manager_confined(anna_id);
    let seen = desk.due(&own, &format!("{FIRST},")).await;
    assert_eq!(seen, std::slice::from_ref(&warned), "who sees their own sees those");
    let stranger = desk.app.key_of(another_workspace(), Role::Owner);
    assert_eq!(desk.due(&stranger, "").await, []);
    let wrong = desk.list(&desk.key, "filter: { assignee: [\"x\"] },").await;
    assert_eq!(wrong["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{wrong}");

    let hello = json!({ "consultationId": late, "channel": "SITE", "text": "Hello",
        "author": { "kind": "MANAGER", "id": anna } });
    desk.app.done(&desk.key, "sendMessage", hello).await;
    assert_eq!(desk.due(&desk.key, &format!("{FIRST},")).await, [warned, due], "done is due no more");
    desk.close().await;
}

/// The entries of a timeline of some type, once there are any.
async fn told(desk: &Desk, consultation: &str, event_type: &str) -> Value {
    let query = "query($id: ID!) { history(consultationId: $id, first: 100) {
        nodes { id eventType correlationId causationId } } }";
    let entry = async || {
        let answer = desk.app.post(&desk.key, query, json!({ "id": consultation })).await;
        let nodes = answer["data"]["history"]["nodes"].as_array().cloned().unwrap_or_default();
        nodes.into_iter().find(|node| node["eventType"] == event_type)
    };
    wait_until(event_type, async || entry().await.is_some()).await;
    entry().await.unwrap()
}

#[tokio::test]
async fn what_a_timer_tells_is_caused_by_what_began_its_clock_and_belongs_to_that_conversation() {
    let desk = Desk::open().await;
    let rules = json!([{ "key": "all", "warnPercent": 50,
        "targets": { "firstResponseSeconds": 1, "handoverAcceptanceSeconds": 1 } }]);
    let published = desk.app.mutate(&desk.key, "publishSlaPolicies", json!({ "rules": rules }), "").await;
    assert_eq!(published["userErrors"], json!([]), "{published}");
    let id = desk.app.open(&desk.key, "a topic").await;
    let bare = |event: &Value| global_id::decode(event["id"].as_str().unwrap()).unwrap().1.to_string();
    let check = async |told_type: &str, cause_type: &str| {
        let (cause, told) = (told(&desk, &id, cause_type).await, told(&desk, &id, told_type).await);
        assert_eq!(told["causationId"], json!(bare(&cause)), "{told_type} by {cause_type}");
        assert_eq!(told["correlationId"], cause["correlationId"], "{told_type}");
    };
    check("ServiceLevelWarned", "ConsultationOpened").await;
    check("ServiceLevelBreached", "ConsultationOpened").await;

    let anna = desk.app.done(&desk.key, "registerManager", json!({ "name": "Anna", "capacity": 5 })).await;
    let asked = json!({ "consultationId": id, "reason": "a reason" });
    let handover = desk.app.done(&desk.key, "requestHandover", asked).await["createdId"].clone();
    let soon = (SystemClock.now() + TimeDelta::seconds(1)).to_rfc3339_opts(SecondsFormat::Millis, true);
    let offer = json!({ "consultationId": id, "handoverId": handover, "managerId": anna["createdId"],
        "expiresAt": soon });
    desk.app.done(&desk.key, "offerHandover", offer).await;
    check("HandoverExpired", "HandoverRequested").await;
    desk.close().await;
}
