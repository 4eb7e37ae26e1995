//! A call centre's log, asked through the API. The numbers are those of its publisher.

use std::{io::Write as _, path::Path, sync::Arc};

use ledgerdesk_infrastructure::import::{Mapping, Prepared, Silent};
use serde_json::json;

use crate::support::Desk;

#[tokio::test(flavor = "multi_thread")]
async fn a_call_centres_log_has_the_numbers_of_its_publisher() {
    let shared = std::env::var_os("LEDGERDESK_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared"), Into::into);
    let path = shared.join("data/calls_telecom_2021/calls.csv");
    if !path.exists() {
        // Around the capture of the test runner: a skipped test must be seen.
        let _ = writeln!(std::io::stderr(), "SKIPPED the calls in analytics: {} is absent", path.display());
        return;
    }
    let desk = Desk::open().await;
    let mapping = Mapping::load("calls_telecom_2021").unwrap();
    let prepared = Prepared::read(mapping, &path, desk.node.workspace, &Silent).unwrap();
    Arc::new(prepared).write(&desk.node.store, desk.node.workspace, Arc::new(Silent)).await.unwrap();
    desk.settled().await;

    let ask = |metrics: &str, more: &str| {
        format!(
            "{{ analytics {{ report(input: {{ metrics: [{metrics}], from: \"2021-01-01T00:00:00Z\", \
             to: \"2022-01-01T00:00:00Z\" {more} }}) {{ isExact metrics {{ total {{ n sum mean }} \
             groups {{ keys {{ value }} current {{ n sum }} }} }} }} }} }}"
        )
    };
    let asked = desk
        .ask(&ask(
            "{ name: \"calls\" }, { name: \"call_reach\" }, { name: \"rating\" }, { name: \"csat\" }",
            "",
        ))
        .await;
    let report = &asked["analytics"]["report"];
    let total = |place: usize| &report["metrics"][place]["total"];
    assert_eq!(report["isExact"], true);
    assert_eq!(total(0)["n"], 5_000);
    assert_eq!((&total(1)["n"], &total(1)["sum"]), (&json!(5_000), &json!(4_054)));
    // Who rated a call that resolved nothing is kept as a fact of that system: a rating is of a resolution here.
    let mean = total(2)["mean"].as_f64().unwrap();
    assert_eq!((total(2)["n"].as_i64(), format!("{:.2}", mean / 100.0)), (Some(3_646), "3.40".to_owned()));

    let by_outcome = desk.ask(&ask("{ name: \"calls\" }", ", dimensions: [\"outcome\"]")).await;
    let groups = &by_outcome["analytics"]["report"]["metrics"][0]["groups"];
    let expected = json!([
        { "keys": [{ "value": "ANSWERED" }], "current": { "n": 4_054, "sum": null } },
        { "keys": [{ "value": "NO_ANSWER" }], "current": { "n": 946, "sum": null } },
    ]);
    assert_eq!(groups, &expected);

    // The distribution adds up to the mean, and managers and months to the whole.
    let by_score = desk.ask(&ask("{ name: \"rating\" }", ", dimensions: [\"score\"]")).await;
    let groups = by_score["analytics"]["report"]["metrics"][0]["groups"].as_array().unwrap().clone();
    assert_eq!(groups.len(), 5);
    let sum: i64 = groups.iter().map(|group| group["current"]["sum"].as_i64().unwrap()).sum();
    assert_eq!(Some(sum), total(2)["sum"].as_i64());
    let by_month = desk
        .ask(&ask(
            "{ name: \"calls\" }",
            ", dimensions: [\"manager\"], bucket: MONTH, timeZone: \"Europe/Moscow\"",
        ))
        .await;
    let groups = by_month["analytics"]["report"]["metrics"][0]["groups"].as_array().unwrap().clone();
    let sum: i64 = groups.iter().map(|group| group["current"]["n"].as_i64().unwrap()).sum();
    assert_eq!(sum, 5_000);
    assert!(groups.len() >= 24, "{}", groups.len());
    desk.close().await;
}
