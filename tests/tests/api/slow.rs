//! Clients that do not read, or not in time.

use std::time::Duration;

use ledgerdesk_api::{graphql::caller::Role, http::SocketLimits};
use ledgerdesk_tests::wait_until;
use serde_json::{Value, json};

use crate::{app::App, socket::Socket};

const EVENTS: &str = "subscription($after: String) { events(after: $after) { position cursor data } }";

/// Opens consultations, many at once.
async fn open_many(app: &App, many: usize) {
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..64 {
        let node = app.node.clone();
        let share = many / 64 + usize::from(number < many % 64);
        tasks.spawn(async move {
            for _ in 0..share {
                node.open_consultation(None, "one of many").await;
            }
        });
    }
    tasks.join_all().await;
}

fn position(message: &Value) -> i64 {
    message["payload"]["data"]["events"]["position"].as_i64().unwrap()
}

#[tokio::test]
async fn a_client_that_never_reads_is_closed_and_costs_nobody_anything() {
    let limits = SocketLimits { send: Duration::from_millis(500), ..SocketLimits::default() };
    let app = App::with(limits).await;
    let key = app.key(Role::Owner);
    let mut silent = Socket::narrow(&app, &key, EVENTS, json!({ "after": "0" })).await;
    let mut reader = Socket::subscribe(&app, &key, EVENTS, json!({ "after": "0" })).await;
    let reading = tokio::spawn(async move {
        for expected in 1..=2_000 {
            assert_eq!(position(&reader.next().await), expected);
        }
        reader
    });
    open_many(&app, 2_000).await;
    let _reader = reading.await.unwrap();
    wait_until("the silent one is closed", || async { app.gauge("ledgerdesk_websockets").await == 1 }).await;
    // What it finds when it reads at last: a beginning without a gap, and where the line ends.
    let mut last = 0;
    while let Some(message) = silent.try_next().await {
        if message["type"] == "next" {
            assert_eq!(position(&message), last + 1);
            last += 1;
        }
    }
    assert!(last < 2_000, "the line held everything; the test shows nothing");
    app.stop().await;
}

#[tokio::test]
async fn a_client_that_reads_slowly_sees_the_newest_state_and_not_every_one_before() {
    const CHANGES: i64 = 100;
    let app = App::start().await;
    let key = app.key(Role::Owner);
    let id = app.open(&key, &"long ".repeat(60)).await;
    // Several times the same, so that the line does not hold many of them.
    let topics: Vec<_> = (0..20).map(|number| format!("topic{number}: topic")).collect();
    let topics = topics.join(" ");
    let query = &format!(
        "subscription {{ consultationsChanged {{ \
         isSnapshot added {{ id version {topics} }} updated {{ id version {topics} }} }} }}"
    );
    let mut slow = Socket::narrow(&app, &key, query, json!({})).await;
    let mut messages = 1_i64;
    assert_eq!(slow.data().await["consultationsChanged"]["isSnapshot"], true);
    for number in 0..CHANGES {
        let priority = if number % 2 == 0 { "HIGH" } else { "LOW" };
        let input = json!({ "consultationId": id, "priority": priority });
        let position = app.mutate(&key, "changePriority", input, "position").await["position"].clone();
        // Each change is a step of its own once it is shown.
        let shown = "query($id: ID!, $at: Position) { consultation(id: $id, minPosition: $at) { version } }";
        let shown = app.post(&key, shown, json!({ "id": id, "at": position })).await;
        assert_eq!(shown["data"]["consultation"]["version"], number + 2, "{shown}");
    }
    let (mut version, mut snapshots) = (1, 0);
    while version < 1 + CHANGES {
        let change = slow.data().await["consultationsChanged"].clone();
        messages += 1;
        snapshots += usize::from(change["isSnapshot"] == true);
        for row in
            [&change["added"], &change["updated"]].into_iter().flat_map(|rows| rows.as_array().unwrap())
        {
            let now = row["version"].as_i64().unwrap();
            assert!(now >= version, "{now} after {version}");
            version = now;
        }
    }
    assert!(messages < CHANGES, "{messages} messages");
    assert!(snapshots > 0, "no state took the place of the steps to it");
    app.stop().await;
}

#[tokio::test]
async fn ten_thousand_missed_events_are_told_as_a_gap_and_delivered_after_it_in_order_once() {
    const MISSED: i64 = 10_600;
    let limits = SocketLimits { send: Duration::from_mins(5), ..SocketLimits::default() };
    let app = App::with(limits).await;
    let key = app.key(Role::Owner);
    let mut slow = Socket::narrow(&app, &key, EVENTS, json!({ "after": "0" })).await;
    open_many(&app, 1).await;
    assert_eq!(position(&slow.next().await), 1);
    open_many(&app, usize::try_from(MISSED).unwrap()).await;
    let mut last = 1;
    let cursor = loop {
        let message = slow.next().await;
        if let Some(error) = message["payload"]["errors"].get(0) {
            assert_eq!(error["extensions"]["code"], "SUBSCRIBER_TOO_SLOW", "{message}");
            assert_eq!(slow.next().await["type"], "complete");
            break error["extensions"]["resumeAfter"].clone();
        }
        assert_eq!(position(&message), last + 1);
        last += 1;
    };
    let mut resumed = Socket::subscribe(&app, &key, EVENTS, json!({ "after": cursor })).await;
    for expected in last + 1..=1 + MISSED {
        assert_eq!(position(&resumed.next().await), expected);
    }
    app.stop().await;
}
