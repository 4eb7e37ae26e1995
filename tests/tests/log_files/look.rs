//! `log stats` and `log tail`.

use std::{
    io::{BufRead as _, BufReader},
    process::Stdio,
};

use ledgerdesk_tests::{
    TestDatabase,
    node::Node,
    server::{done, ledgerdesk, run, said},
};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::support::two_workspaces;

#[tokio::test]
async fn stats_say_how_much_there_is_of_what() {
    let database = two_workspaces(9).await;
    let json: Value = serde_json::from_str(&done(&database.url(), &["log", "stats", "--json"])).unwrap();
    assert_eq!((&json["events"], &json["head"], &json["epoch"]), (&9.into(), &9.into(), &1.into()));
    assert_eq!(json["types"][0]["event_type"], "ConsultationOpened");
    assert_eq!(json["types"][0]["events"], 9);
    let by_workspace: Vec<_> = json["workspaces"]
        .as_array()
        .unwrap()
        .iter()
        .map(|count| count["events"].as_i64().unwrap())
        .collect();
    assert_eq!(by_workspace, [5, 4]);
    assert_eq!((&json["streams"][0]["streams"], &json["commands"]), (&9.into(), &9.into()));
    assert_eq!((&json["person_keys"], &json["persons_erased"]), (&9.into(), &0.into()));
    assert!(json["bytes_per_event"].as_i64().unwrap() > 0);
    assert!(json["oldest"].as_str().unwrap() <= json["newest"].as_str().unwrap());
    let page = done(&database.url(), &["log", "stats"]);
    assert!(page.contains("ConsultationOpened") && page.contains("position 9, epoch 1"), "{page}");
}

#[tokio::test]
async fn stats_of_an_empty_log_are_zeroes() {
    let database = TestDatabase::new().await;
    let json: Value = serde_json::from_str(&done(&database.url(), &["log", "stats", "--json"])).unwrap();
    assert_eq!((&json["events"], &json["head"], &json["oldest"]), (&0.into(), &0.into(), &Value::Null));
}

#[tokio::test]
async fn a_tail_shows_events_and_hides_what_is_personal() {
    let database = two_workspaces(30).await;
    let tail = |more: &[&str]| done(&database.url(), &[&["log", "tail"], more].concat());
    let last = tail(&[]);
    let positions: Vec<i64> =
        last.lines().map(|line| line.split_whitespace().next().unwrap().parse().unwrap()).collect();
    assert_eq!(positions, (11..=30).collect::<Vec<_>>());
    assert!(last.contains("ConsultationOpened") && last.contains("•••") && !last.contains("Topic"), "{last}");
    assert_eq!(tail(&["--after", "0"]).lines().count(), 30);
    let personal = tail(&["--after", "29", "--personal"]);
    assert!(personal.contains("Topic \\\\ \\\"29\\\""), "{personal}");
    let json: Value = serde_json::from_str(&tail(&["--after", "29", "--json"])).unwrap();
    assert_eq!((&json["position"], &json["stream_version"]), (&30.into(), &1.into()));
    assert_eq!(json["payload"]["topic"]["$sealed"], 0);
}

#[tokio::test]
async fn a_tail_selects_by_type_and_stream() {
    let database = two_workspaces(3).await;
    let stream: uuid::Uuid = sqlx::query_scalar("select stream_id from ledgerdesk.events where position = 2")
        .fetch_one(database.pool())
        .await
        .unwrap();
    let tail = |more: &[&str]| done(&database.url(), &[&["log", "tail"], more].concat());
    let one = tail(&["--stream", &stream.to_string()]);
    assert!(one.lines().count() == 1 && one.trim_start().starts_with("2 "), "{one}");
    assert_eq!(tail(&["--type", "ConsultationOpened"]).lines().count(), 3);
    assert_eq!(tail(&["--type", "Closed"]), "");
    let wrong = run(&database.url(), &["log", "tail", "--stream", "x"]);
    assert_eq!(wrong.status.code(), Some(2), "{}", said(&wrong));
}

#[tokio::test]
async fn a_tail_follows_until_it_is_stopped() {
    let database = two_workspaces(2).await;
    let mut tail = ledgerdesk(&database.url())
        .args(["log", "tail", "--follow"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut out = BufReader::new(tail.stdout.take().unwrap()).lines();
    assert!(out.next().unwrap().unwrap().contains("ConsultationOpened"));
    assert!(out.next().unwrap().unwrap().trim_start().starts_with("2 "));
    let node = Node::open(database.pool()).await;
    for position in 3..6 {
        node.open_consultation(None, "New").await;
        let line = out.next().unwrap().unwrap();
        assert!(line.trim_start().starts_with(&format!("{position} ")), "{line}");
    }
    node.close().await;
    kill_process(Pid::from_child(&tail), Signal::TERM).unwrap();
    assert_eq!(tail.wait().unwrap().code(), Some(0));
}
