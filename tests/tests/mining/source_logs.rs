//! Public logs: what pm4py computes from the source, what GraphQL answers after the import, and what pm4py computes from
//! our exports of it are the same.
//!
//! `LEDGERDESK_MINING_ALL=1` asks for all of `uci_incident` instead of its first 2,000 cases.

use std::{collections::BTreeMap, path::Path};

use ledgerdesk_api::process_log::{self, Format};
use ledgerdesk_infrastructure::import::Mapping;
use serde_json::Value;
use uuid::Uuid;

use crate::{
    desk::Desk,
    pm4py::{self, Folder},
    report::Report,
};

/// Cases of the largest log in the usual run.
const CASES: &str = "2000";

async fn check(name: &str, file: &str, cut: bool) -> Option<Report> {
    let test = format!("the mining of {name}");
    let source = pm4py::shared(&test, file)?;
    let schema = pm4py::shared(&test, "xes_ocel_samples/schema_ocel2.json")?;
    if !pm4py::is_there(&test) {
        return None;
    }
    let folder = Folder::new();
    let source = if cut {
        let part = folder.join("part.csv");
        pm4py::says(["cut".as_ref(), CASES.as_ref(), source.as_os_str(), part.as_os_str()]);
        part
    } else {
        source
    };
    let desk = Desk::open().await;
    desk.import(Mapping::load(name).unwrap(), &source).await;

    let theirs = pm4py::says(["source".as_ref(), name.as_ref(), source.as_os_str()]);
    let theirs = Report::of_pm4py(&theirs, str::to_owned);
    let ours = Report::of_graphql(&desk).await;
    ours.check(&theirs, true);
    check_exports(&desk, &theirs, &folder, &schema).await;
    desk.close().await;
    Some(ours)
}

async fn check_exports(desk: &Desk, theirs: &Report, folder: &Folder, schema: &Path) {
    let store = &desk.node.store;
    let write = async |format, name| {
        let path = folder.join(name);
        let what = (format, path.as_path());
        let written = process_log::write(store, desk.node.workspace, None, what, |_, _| {}).await.unwrap();
        assert_eq!((written.cases, written.steps), (theirs.cases, theirs.events), "{name}");
        path
    };
    let names: BTreeMap<String, String> =
        sqlx::query_as::<_, (Uuid, String)>("select id, name from read.managers")
            .fetch_all(desk.database.pool())
            .await
            .unwrap()
            .into_iter()
            .map(|(id, name)| (id.to_string(), name))
            .collect();
    let name = |id: &str| names.get(id).map_or_else(|| id.to_owned(), Clone::clone);

    let xes = write(Format::Xes, "log.xes.gz").await;
    let read = pm4py::says(["xes".as_ref(), xes.as_os_str()]);
    Report::of_pm4py(&read, name).check(theirs, true);

    let json = write(Format::OcelJson, "log.json").await;
    let said = pm4py::says(["ocel".as_ref(), json.as_os_str(), schema.as_os_str()]);
    Report::of_pm4py(&said, name).check(theirs, false);
    check_objects(desk, &said, theirs).await;

    let sqlite = write(Format::OcelSqlite, "log.sqlite").await;
    let other = pm4py::says(["ocel".as_ref(), sqlite.as_os_str()]);
    Report::of_pm4py(&other, name).check(theirs, false);
    for key in ["objects", "ocel_events", "relations", "between_objects"] {
        assert_eq!(said[key], other[key], "{key}");
    }
}

/// The objects are those that the read models have.
async fn check_objects(desk: &Desk, said: &Value, theirs: &Report) {
    assert_eq!(said["ocel_events"], theirs.events);
    assert_eq!(said["objects"]["consultation"], theirs.cases);
    assert_eq!(
        said["relations"]["asked by"].as_u64().is_some(),
        said["objects"]["client"].as_u64().is_some()
    );
    for (kind, table) in [
        ("client", "clients"),
        ("handover", "handovers"),
        ("redate", "redates"),
        ("call", "calls"),
        ("rating", "ratings"),
    ] {
        let sql = sqlx::AssertSqlSafe(format!("select count(*) from read.{table}"));
        let count: i64 = sqlx::query_scalar(sql).fetch_one(desk.database.pool()).await.unwrap();
        assert_eq!(said["objects"][kind].as_i64().unwrap_or(0), count, "{kind}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_help_desk_log_is_mined_as_pm4py_does() {
    let Some(found) = check("helpdesk", "helpdesk/helpdesk.csv.gz", false).await else { return };
    assert_eq!((found.cases, found.events), (4_580, 21_348));
    assert_eq!((found.activities.len(), found.variants.len()), (14, 226));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_closed_problems_are_mined_as_pm4py_does() {
    let file = "bpic2013_closed_problems/bpic2013_closed_problems.csv.gz";
    let Some(found) = check("bpic2013_closed_problems", file, false).await else { return };
    assert_eq!((found.cases, found.events, found.variants.len()), (1_487, 6_660, 327));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_open_problems_are_mined_as_pm4py_does() {
    let file = "bpic2013_open_problems/bpic2013_open_problems.csv.gz";
    let Some(found) = check("bpic2013_open_problems", file, false).await else { return };
    assert_eq!((found.cases, found.events, found.variants.len()), (819, 2_351, 182));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_incidents_are_mined_as_pm4py_does() {
    let all = std::env::var_os("LEDGERDESK_MINING_ALL").is_some();
    let Some(found) = check("uci_incident", "uci_incident/incident_event_log.csv.gz", !all).await else {
        return;
    };
    if all {
        assert_eq!((found.cases, found.events, found.variants.len()), (24_918, 141_712, 2_080));
    }
}
