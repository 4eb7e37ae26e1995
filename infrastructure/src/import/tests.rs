//! The shipped mappings on the logs that they were made for, without writing.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
};

use ledgerdesk_domain::{event::DomainEvent as _, id::WorkspaceId};
use uuid::Uuid;

use super::{Mapping, Prepared, Silent, Summary};
use crate::clock::{IdSource as _, SystemIds};

/// A log of the shared test data, or a loud note that it is absent.
fn shared_log(test: &str, file: &str) -> Option<PathBuf> {
    let shared = std::env::var_os("LEDGERDESK_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared"), PathBuf::from);
    let path = shared.join("data").join(file);
    if !path.exists() {
        // Around the capture of the test runner: a skipped test must be seen.
        let _ = writeln!(std::io::stderr(), "SKIPPED {test}: {} is absent", path.display());
        return None;
    }
    Some(path)
}

fn dry_run(mapping: &str, path: &Path) -> Summary {
    let mapping = Mapping::load(mapping).unwrap();
    let prepared = Prepared::read(mapping, path, WorkspaceId(Uuid::nil()), &Silent).unwrap();
    prepared.dry_run(&Silent)
}

#[track_caller]
fn check(summary: &Summary, rows: u64, cases: u64) {
    println!("{summary}");
    assert_eq!((summary.rows, summary.cases, summary.consultations), (rows, cases, cases));
    assert_eq!(summary.written + summary.reported.len() as u64, rows, "every row is accounted for");
    assert!(summary.reported.is_empty(), "{:?}", summary.reported.first());
    assert_eq!(summary.events.get("ConsultationOpened"), Some(&cases));
}

#[test]
fn every_row_of_the_help_desk_log_becomes_an_event() {
    let Some(csv) = shared_log("help desk as CSV", "helpdesk/helpdesk.csv.gz") else { return };
    let Some(xes) = shared_log("help desk as XES", "helpdesk/helpdesk.xes.gz") else { return };
    let from_csv = dry_run("helpdesk", &csv);
    check(&from_csv, 21_348, 4_580);
    let from_xes = dry_run("helpdesk", &xes);
    assert_eq!(from_csv.events, from_xes.events, "both files hold the same log");
}

#[test]
fn every_row_of_the_closed_problems_becomes_an_event() {
    let name = "bpic2013_closed_problems";
    let Some(csv) = shared_log(name, &format!("{name}/{name}.csv.gz")) else { return };
    let Some(xes) = shared_log(name, &format!("{name}/{name}.xes.gz")) else { return };
    let from_csv = dry_run(name, &csv);
    check(&from_csv, 6_660, 1_487);
    assert_eq!(from_csv, dry_run(name, &xes), "both files hold the same log");
}

#[test]
fn every_row_of_the_open_problems_becomes_an_event() {
    let name = "bpic2013_open_problems";
    let Some(csv) = shared_log(name, &format!("{name}/{name}.csv.gz")) else { return };
    let Some(xes) = shared_log(name, &format!("{name}/{name}.xes.gz")) else { return };
    let from_csv = dry_run(name, &csv);
    check(&from_csv, 2_351, 819);
    assert_eq!(from_csv, dry_run(name, &xes), "both files hold the same log");
}

#[test]
fn every_row_of_the_incident_log_becomes_an_event() {
    let Some(csv) = shared_log("incident log", "uci_incident/incident_event_log.csv.gz") else { return };
    check(&dry_run("uci_incident", &csv), 141_712, 24_918);
}

#[test]
fn every_call_of_the_call_centre_becomes_a_consultation() {
    let Some(csv) = shared_log("call centre", "calls_telecom_2021/calls.csv") else { return };
    let summary = dry_run("calls_telecom_2021", &csv);
    check(&summary, 5_000, 5_000);
    assert_eq!(summary.events.get("CallLogged"), Some(&5_000));
    assert_eq!(summary.events.get("Started"), Some(&4_054), "as many as were answered");
}

/// The example of `docs/importing.md`, taken from the page itself.
#[test]
fn the_worked_example_of_the_documentation_does_what_the_page_says() {
    let page = include_str!("../../../docs/importing.md");
    let block = |language: &str| {
        let (_, from) = page.split_once("## A worked example").unwrap();
        let (_, from) = from.split_once(&format!("```{language}\n")).unwrap();
        from.split_once("```").unwrap().0
    };
    let path = std::env::temp_dir().join(format!("ledgerdesk-example-{}", SystemIds.next_id()));
    std::fs::write(&path, block("csv")).unwrap();
    let mapping = Mapping::parse("tickets.toml", block("toml")).unwrap();
    let prepared = Prepared::read(mapping, &path, WorkspaceId(Uuid::nil()), &Silent).unwrap();
    std::fs::remove_file(&path).unwrap();

    let told = prepared.tell(&prepared.meaning(), 0);
    let of_row = |row: u32| -> Vec<&str> {
        let events = told.events.iter().filter(|happened| happened.row == row);
        events.map(|happened| happened.event.event_type()).collect()
    };
    assert_eq!(of_row(0), ["ConsultationOpened"]);
    assert_eq!(of_row(1), ["Assigned", "Started"]);
    assert_eq!(of_row(2), ["WaitingForClientStarted"]);
    assert_eq!(
        of_row(3),
        ["PriorityChanged", "HandoverRequested", "HandoverAccepted", "Assigned", "Resumed", "Assigned"]
    );
    assert_eq!(of_row(4), ["HandoverResolved", "Resolved", "Closed"]);
    assert_eq!(
        told.events[0].occurred_at.to_rfc3339(),
        "2025-02-03T08:12:00+00:00",
        "Berlin is an hour ahead"
    );
}
