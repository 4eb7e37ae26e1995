//! The shipped mappings on the logs that they were made for, without writing.

use std::path::{Path, PathBuf};

use ledgerdesk_domain::id::WorkspaceId;
use uuid::Uuid;

use super::{Mapping, Prepared, Silent, Summary};

/// A log of the shared test data, or a loud note that it is absent.
fn shared_log(test: &str, file: &str) -> Option<PathBuf> {
    let shared = std::env::var_os("LEDGERDESK_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared"), PathBuf::from);
    let path = shared.join("data").join(file);
    if !path.exists() {
        eprintln!("SKIPPED {test}: {} is absent", path.display());
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
