//! A report that is pushed when its numbers change.

use ledgerdesk_api::graphql::caller::Role;
use serde_json::{Value, json};

use crate::{app::App, socket::Socket};

const LIVE: &str = "subscription($input: ReportInput!) { analyticsChanged(input: $input) {
    position metrics { definition { name version } total { n } groups { keys { value } current { n } } }
} }";

fn numbers(report: &Value) -> Vec<i64> {
    let metrics = report["analyticsChanged"]["metrics"].as_array().unwrap();
    metrics.iter().map(|metric| metric["total"]["n"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn a_live_report_begins_as_it_is_and_is_sent_anew_when_it_differs() {
    let app = App::start().await;
    let key = app.key(Role::Owner);
    let input = json!({
        "metrics": [{ "name": "opened" }, { "name": "resolved" }, { "name": "backlog" }],
        "dimensions": ["channel"], "from": "2020-01-01T00:00:00Z", "to": "2100-01-01T00:00:00Z",
    });
    let mut live = Socket::subscribe(&app, &key, LIVE, json!({ "input": input })).await;
    assert_eq!(numbers(&live.data().await), [0, 0, 0]);
    let id = app.open(&key, "Printer").await;
    assert_eq!(numbers(&live.data().await), [1, 0, 1]);
    app.done(&key, "startConsultation", json!({ "consultationId": id })).await;
    app.done(&key, "resolveConsultation", json!({ "consultationId": id })).await;
    // Both may be shown as one; what is shown in the end is what is.
    loop {
        let now = numbers(&live.data().await);
        if now == [1, 1, 0] {
            break;
        }
        assert_eq!(now, [1, 0, 1]);
    }
    app.stop().await;
}

#[tokio::test]
async fn a_live_report_that_cannot_be_is_refused() {
    let app = App::start().await;
    let key = app.key(Role::Owner);
    let input = json!({
        "metrics": [{ "name": "opend" }], "from": "2020-01-01T00:00:00Z", "to": "2100-01-01T00:00:00Z",
    });
    let mut live = Socket::subscribe(&app, &key, LIVE, json!({ "input": input })).await;
    let message = live.next().await;
    assert!(message.to_string().contains("UNKNOWN_METRIC"), "{message}");
    app.stop().await;
}
