//! Exports: whole ones and parts, plain and compressed; each verifies without a database.

use std::fs;

use ledgerdesk_tests::{
    TestDatabase,
    server::{done, run, said},
};
use serde_json::Value;

use crate::support::{Place, export, lines, text, two_workspaces, verify};

fn json(line: &str) -> Value {
    serde_json::from_str(line).unwrap()
}

#[tokio::test]
async fn an_export_has_every_event_and_is_whole_to_both_verifiers() {
    let (database, place) = (two_workspaces(9).await, Place::new());
    let lines = lines(&database, &place, &[]);
    assert_eq!(lines.len(), 1 + 9 + 9 + 1, "header, events, results of commands, trailer");
    let (header, trailer) = (json(&lines[0]), json(&lines[19]));
    assert_eq!((&header["from"], &header["to"]), (&1.into(), &9.into()));
    assert_eq!((&trailer["events"], &trailer["commands"]), (&9.into(), &9.into()));
    assert_eq!(header["head"], trailer["last"]);
    let exported = text(&lines);
    assert!(!exported.contains("Topic"), "personal values stay sealed");
    assert!(!exported.contains("wrapped"), "keys stay where they are");
    let said = verify(&place.path("export.ndjson")).unwrap();
    assert_eq!(said, "The export is whole: 9 events of 2 workspace(s).\n");
}

#[tokio::test]
async fn a_compressed_export_and_standard_output_are_the_same_lines() {
    let (database, place) = (two_workspaces(9).await, Place::new());
    let plain = lines(&database, &place, &["--with-keys"]);
    assert!(plain.iter().any(|line| line.contains("\"wrapped\":\"")), "the keys were asked for");
    let gzip = place.path("export.ndjson.gz");
    export(&database, &gzip, &["--with-keys"]);
    assert!(fs::read(&gzip).unwrap().starts_with(&[0x1f, 0x8b]));
    assert!(verify(&gzip).is_ok());
    let out = done(&database.url(), &["log", "export", "--with-keys"]);
    let out: Vec<&str> = out.lines().collect();
    assert_eq!(out[1..out.len() - 1], plain[1..plain.len() - 1]);
}

#[tokio::test]
async fn a_part_is_verified_from_where_its_workspaces_stood() {
    let (database, place) = (two_workspaces(12).await, Place::new());
    let lines = lines(&database, &place, &["--from", "6", "--to", "9"]);
    assert_eq!(lines.iter().filter(|line| line.contains("\"record\":\"anchor\"")).count(), 2);
    let said = verify(&place.path("export.ndjson")).unwrap();
    assert_eq!(said, "The export is whole: 4 events of 2 workspace(s), a part of the log.\n");
}

#[tokio::test]
async fn a_workspace_alone_is_a_chain_of_its_own() {
    let (database, place) = (two_workspaces(12).await, Place::new());
    let workspaces: Vec<uuid::Uuid> =
        sqlx::query_scalar("select distinct workspace_id from ledgerdesk.events")
            .fetch_all(database.pool())
            .await
            .unwrap();
    let lines = lines(&database, &place, &["--workspace", &workspaces[0].to_string()]);
    let exported = text(&lines);
    assert!(exported.contains(&workspaces[0].to_string()) && !exported.contains(&workspaces[1].to_string()));
    let said = verify(&place.path("export.ndjson")).unwrap();
    assert_eq!(said, "The export is whole: 6 events of 1 workspace(s), a part of the log.\n");
}

#[tokio::test]
async fn an_empty_log_has_an_empty_export() {
    let (database, place) = (TestDatabase::new().await, Place::new());
    assert_eq!(lines(&database, &place, &[]).len(), 2);
    assert!(verify(&place.path("export.ndjson")).is_ok());
}

#[tokio::test]
async fn a_range_that_the_log_does_not_have_is_refused() {
    let (database, place) = (two_workspaces(3).await, Place::new());
    for range in [["--from", "4"], ["--from", "0"], ["--to", "0"]] {
        let target = place.path("none.ndjson");
        let refused = run(&database.url(), &[&["log", "export", &target], &range[..]].concat());
        assert!(said(&refused).contains("code: export_range"), "{range:?}: {}", said(&refused));
        assert!(!fs::exists(target).unwrap());
    }
}

#[tokio::test]
async fn a_log_that_was_changed_is_not_exported_and_no_file_is_left() {
    let (database, place) = (two_workspaces(9).await, Place::new());
    let mut owner = database.owner().await;
    for change in [
        "alter table ledgerdesk.events disable trigger all",
        "update ledgerdesk.events set event_type = 'Forged' where position = 5",
    ] {
        sqlx::query(change).execute(&mut owner).await.unwrap();
    }
    let target = place.path("none.ndjson.gz");
    let refused = run(&database.url(), &["log", "export", &target]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(said(&refused).contains("position 5") && said(&refused).contains("code: event_changed"));
    let left: Vec<_> = fs::read_dir(std::path::Path::new(&target).parent().unwrap()).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
}
