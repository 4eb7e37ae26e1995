//! Exports: files in every format, the same again at the same position, and who may take them.

use std::process::Command;

use ledgerdesk_api::graphql::caller::Role;
use ledgerdesk_tests::wait_until;
use serde_json::{Value, json};

use crate::{app::another_workspace, http::Rest};

const YEARS: &str = "from=2020-01-01T00:00:00Z&to=2100-01-01T00:00:00Z";

struct File {
    status: u16,
    position: String,
    definitions: String,
    name: String,
    bytes: Vec<u8>,
}

impl File {
    fn text(&self) -> String {
        String::from_utf8(self.bytes.clone()).unwrap()
    }

    fn code(&self) -> String {
        let problem: serde_json::Value = serde_json::from_slice(&self.bytes).unwrap();
        problem["code"].as_str().unwrap().to_owned()
    }
}

async fn get(rest: &Rest, key: &str, path: &str) -> File {
    let request = reqwest::Client::new().get(format!("http://{}{path}", rest.app.address));
    // What a browser or a spreadsheet sends.
    let answer = request.bearer_auth(key).header("accept", "text/csv, */*;q=0.1").send().await.unwrap();
    let header = |name: &str| {
        answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
    };
    let (position, definitions) = (header("ledgerdesk-position"), header("ledgerdesk-definitions"));
    let (status, name) = (answer.status().as_u16(), header("content-disposition"));
    File { status, position, definitions, name, bytes: answer.bytes().await.unwrap().to_vec() }
}

/// A resolved consultation with a team whose name a spreadsheet would compute, shown by the read models.
async fn resolved(rest: &Rest) {
    let made = rest.open("Printer").await;
    let id = &made["id"];
    rest.mutate("assignConsultation", json!({ "consultationId": id, "team": "=1+1" })).await;
    rest.mutate("startConsultation", json!({ "consultationId": id })).await;
    rest.mutate("resolveConsultation", json!({ "consultationId": id })).await;
    wait_until("the facts should show it", || async {
        let file = get(rest, &rest.key, &format!("/api/exports/report?metrics=resolved&{YEARS}")).await;
        file.status == 200 && file.text().contains("resolved,1,1,")
    })
    .await;
}

#[tokio::test]
async fn who_took_what_out_is_kept() {
    let rest = Rest::start().await;
    resolved(&rest).await;
    let path = format!("/api/exports/facts?metric=opened&{YEARS}&format=parquet");
    let file = get(&rest, &rest.key, &path).await;
    assert_eq!(file.status, 200);
    let list = "{ disclosures(first: 1) { nodes { action personal position rows details requestId } } }";
    let answer = rest.app.post(&rest.key, list, json!({})).await;
    let kept = &answer["data"]["disclosures"]["nodes"][0];
    assert_eq!(kept["action"], "export:facts:parquet", "{answer}");
    assert_eq!((&kept["personal"], kept["position"].to_string()), (&json!(false), file.position));
    assert_eq!(kept["details"]["definitions"], "opened@1");
    assert_eq!(kept["details"]["time_zone"], "UTC");
    assert!(kept["requestId"].is_string() && kept["rows"].is_null(), "{kept}");
    rest.app.stop().await;
}

#[tokio::test]
async fn the_same_request_at_the_same_position_gives_the_same_bytes_in_every_format() {
    let rest = Rest::start().await;
    resolved(&rest).await;
    let paths = [
        format!(
            "/api/exports/report?metrics=opened,full_resolution@1,backlog&dimensions=team&bucket=YEAR&{YEARS}"
        ),
        format!("/api/exports/facts?metric=opened&{YEARS}"),
        "/api/exports/tables/consultations?".to_owned(),
    ];
    for path in paths {
        for format in ["csv", "ndjson", "xlsx", "parquet"] {
            let path = format!("{path}&format={format}").replace("?&", "?");
            let (one, other) = (get(&rest, &rest.key, &path).await, get(&rest, &rest.key, &path).await);
            assert_eq!((one.status, other.status), (200, 200), "{path}");
            assert!(one.position.parse::<i64>().unwrap() >= 5 && one.position == other.position, "{path}");
            assert!(one.name.contains(&format!("-at-{}.{format}", one.position)), "{}", one.name);
            assert!(one.bytes == other.bytes && !one.bytes.is_empty(), "{path}");
        }
    }
    rest.app.stop().await;
}

#[tokio::test]
async fn a_file_has_every_row_and_names_what_it_was_computed_by() {
    let rest = Rest::start().await;
    resolved(&rest).await;
    let csv = get(
        &rest,
        &rest.key,
        &format!("/api/exports/report?metrics=one_touch,opened&dimensions=team&{YEARS}"),
    )
    .await;
    assert_eq!(csv.definitions, "one_touch@2, opened@1");
    let text = csv.text();
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines[0], "metric,version,team,n,sum,mean,min,max,p50,p90,p99,log_position");
    assert_eq!(lines[1], format!("one_touch,2,'=1+1,1,0,0,,,,,,{}", csv.position));
    assert!(lines[2].starts_with("opened,1,,2,"), "{text}");

    let table = get(&rest, &rest.key, "/api/exports/tables/consultations?format=ndjson").await.text();
    let rows: Vec<serde_json::Value> =
        table.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len(), 3);
    assert_eq!(rows[0]["about"]["export"], "consultations");
    assert!(rows[1..].iter().any(|row| row["status"] == "RESOLVED" && row["team"] == "=1+1"));
    assert!(!table.contains("Printer"), "personal data in a table of facts");

    let stranger = rest.app.key_of(another_workspace(), Role::Owner);
    let nothing = get(&rest, &stranger, "/api/exports/tables/consultations?format=ndjson").await.text();
    assert_eq!(nothing.lines().count(), 1, "{nothing}");
    rest.app.stop().await;
}

#[tokio::test]
async fn what_cannot_be_exported_is_refused_before_the_first_byte() {
    let rest = Rest::start().await;
    let report = |rest: &str| format!("/api/exports/report?{rest}");
    for (path, status, code) in [
        (report(&format!("metrics=first_respons&{YEARS}")), 400, "UNKNOWN_METRIC"),
        (report(&format!("metrics=one_touch@9&{YEARS}")), 400, "UNKNOWN_METRIC_VERSION"),
        (report(&format!("metrics=opened&dimensions=tam&{YEARS}")), 400, "UNKNOWN_DIMENSION"),
        (
            report("metrics=opened&from=2027-01-01T00:00:00Z&to=2026-01-01T00:00:00Z"),
            400,
            "RANGE_ENDS_BEFORE_IT_BEGINS",
        ),
        (report(&format!("metrics=opened&bucket=HOUR&{YEARS}")), 400, "TOO_MANY_BUCKETS"),
        (report(&format!("metrics=opened&timeZone=Mars&{YEARS}")), 400, "UNKNOWN_TIME_ZONE"),
        (report(&format!("metrics=opened&format=pdf&{YEARS}")), 400, "BAD_USER_INPUT"),
        (report(&format!("metric=opened&{YEARS}")), 400, "BAD_USER_INPUT"),
        ("/api/exports/tables/call".to_owned(), 400, "UNKNOWN_FACT_TABLE"),
    ] {
        let file = get(&rest, &rest.key, &path).await;
        assert_eq!((file.status, file.code().as_str()), (status, code), "{path}");
    }
    let manager = rest.app.key(Role::Manager);
    let refused = get(&rest, &manager, "/api/exports/tables/calls").await;
    assert_eq!((refused.status, refused.code().as_str()), (403, "FORBIDDEN"));
    let analyst = rest.app.key(Role::Analyst);
    assert_eq!(get(&rest, &analyst, "/api/exports/tables/calls").await.status, 200);
    rest.app.stop().await;
}

/// The cells of a table as somebody else reads them: `read_table.py` has them from the standard library of Python.
fn cells(file: &File, extension: &str, sheet: &str) -> Vec<Vec<Value>> {
    let name = format!("ledgerdesk-table-{}-{}.{extension}", std::process::id(), file.bytes.len());
    let path = std::env::temp_dir().join(name);
    std::fs::write(&path, &file.bytes).unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/rest/read_table.py");
    let read = Command::new("python3").args(["-B", script]).arg(&path).arg(sheet).output().unwrap();
    std::fs::remove_file(path).unwrap();
    assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
    serde_json::from_slice(&read.stdout).unwrap()
}

/// A cell of a workbook as CSV writes it; a text that looks like a formula gets an apostrophe there.
fn is_same(of_csv: &Value, of_workbook: &Value) -> bool {
    let text = of_csv.as_str().unwrap();
    match of_workbook {
        Value::Null => text.is_empty(),
        Value::Number(number) => text.parse::<f64>().ok() == number.as_f64(),
        Value::String(told) => text == told || text.strip_prefix('\'') == Some(told),
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_workbook_reads_back_cell_by_cell_as_the_csv_of_the_same_report() {
    let rest = Rest::start().await;
    resolved(&rest).await;
    let metrics =
        "opened,resolved,full_resolution@1,full_resolution@2,one_touch@1,backlog,sla_met,sla_overdue";
    for path in [
        format!("/api/exports/report?metrics={metrics}&dimensions=team,manager&bucket=YEAR&{YEARS}"),
        format!("/api/exports/facts?metric=full_resolution&{YEARS}"),
        format!("/api/exports/facts?metric=sla_met&{YEARS}"),
        "/api/exports/tables/consultations?".to_owned(),
    ] {
        let get = |format| get_as(&rest, &path, format);
        let (csv, workbook) = (get("csv").await, get("xlsx").await);
        assert_eq!(csv.position, workbook.position, "{path}");
        let (rows, told) = (cells(&csv, "csv", "rows"), cells(&workbook, "xlsx", "rows"));
        assert!(rows.len() > 1 && rows.len() == told.len(), "{path}: {} and {}", rows.len(), told.len());
        for (row, told) in rows.iter().zip(&told) {
            assert!(told.len() <= row.len(), "{path}: {told:?}");
            // A row of a workbook ends with its last cell that has something.
            for (place, cell) in row.iter().enumerate() {
                let same = is_same(cell, told.get(place).unwrap_or(&Value::Null));
                assert!(same, "{path}, column {}: {row:?} and {told:?}", rows[0][place]);
            }
        }
        let about = cells(&workbook, "xlsx", "about");
        let position = about.iter().find(|line| line[0] == "log_position").unwrap();
        assert_eq!(position[1], Value::from(workbook.position.clone()), "{path}");
        assert_eq!(about.iter().any(|line| line[0] == "as_of"), path.contains("sla_"), "{path}: {about:?}");
    }
    rest.app.stop().await;
}

async fn get_as(rest: &Rest, path: &str, format: &str) -> File {
    let path = format!("{path}&format={format}").replace("?&", "?");
    let file = get(rest, &rest.key, &path).await;
    assert_eq!(file.status, 200, "{path}");
    file
}

#[tokio::test]
async fn an_export_takes_the_filters_of_the_list_and_what_was_asked_is_kept() {
    let rest = Rest::start().await;
    resolved(&rest).await;
    let anna =
        rest.mutate("registerManager", json!({ "name": "Anna", "capacity": 5 })).await["createdId"].clone();
    let anna = anna.as_str().unwrap();
    let client =
        rest.mutate("registerClient", json!({ "kind": "PERSON", "name": "Boris" })).await["createdId"]
            .clone();
    let opening = json!({ "topic": "b", "channel": "TELEGRAM", "priority": "HIGH", "tags": ["x", "y"], "clientId": client,
        "occurredAt": "2026-01-05T09:00:00Z" });
    let made = rest.mutate("openConsultation", opening).await;
    let id = made["createdId"].as_str().unwrap();
    let taken = rest.mutate("assignConsultation", json!({ "consultationId": id, "assignee": anna })).await;
    let call = json!({ "consultationId": id, "direction": "OUTBOUND", "outcome": "BUSY", "startedAt": "2026-01-05T10:00:00Z" });
    let called = rest.mutate("logCall", call).await;
    let shown = format!(
        "/api/calls?minPosition={}",
        called["position"].as_i64().max(taken["position"].as_i64()).unwrap()
    );
    assert_eq!(rest.get(&shown).await.status, 200);
    wait_until("the facts should show it", || async {
        get(&rest, &rest.key, "/api/exports/tables/calls?format=ndjson").await.text().lines().count() == 2
    })
    .await;

    let client = client.as_str().unwrap();
    let count = async |path: &str| {
        let file = get(&rest, &rest.key, &format!("/api/exports/{path}&format=ndjson")).await;
        assert_eq!(file.status, 200, "{path}: {}", file.text());
        file.text().lines().count() - 1
    };
    for (filter, rows) in [
        ("status=RESOLVED", 1),
        ("status=QUEUED,IN_PROGRESS,RESOLVED", 3),
        ("channel=TELEGRAM", 1),
        ("priority=HIGH&tag=x,y", 1),
        ("tag=x,z", 0),
        ("team=%3D1%2B1", 1),
        (&format!("assignee={anna}"), 1),
        (&format!("client={client}"), 1),
        ("openedFrom=2026-01-05T00:00:00Z&openedBefore=2026-01-06T00:00:00Z", 1),
    ] {
        assert_eq!(count(&format!("tables/consultations?{filter}")).await, rows, "{filter}");
    }
    assert_eq!(count("tables/calls?channel=TELEGRAM").await, 1);
    assert_eq!(count("tables/calls?channel=EMAIL").await, 0);
    assert_eq!(count(&format!("facts?metric=opened&{YEARS}&channel=TELEGRAM")).await, 1);
    let report =
        get(&rest, &rest.key, &format!("/api/exports/report?metrics=opened&{YEARS}&channel=TELEGRAM")).await;
    assert!(report.text().contains("opened,1,1,"), "{}", report.text());

    let path =
        format!("/api/exports/tables/consultations?status=QUEUED,RESOLVED&assignee={anna}&format=ndjson");
    let about: serde_json::Value =
        serde_json::from_str(get(&rest, &rest.key, &path).await.text().lines().next().unwrap()).unwrap();
    assert_eq!(about["about"]["status"], "QUEUED,RESOLVED");
    let list = "{ disclosures(filter: { kind: [EXPORT] }, first: 1) { nodes { action details } } }";
    let kept = rest.app.post(&rest.key, list, json!({})).await["data"]["disclosures"]["nodes"][0].take();
    assert_eq!(kept["action"], "export:consultations:ndjson");
    assert_eq!(kept["details"], json!({ "status": "QUEUED,RESOLVED", "assignee": anna }));

    for (filter, code) in [
        ("status=LATE", "BAD_USER_INPUT"),
        ("assignee=x", "invalid_id"),
        ("text=Boris", "BAD_USER_INPUT"),
        ("openedFrom=yesterday", "BAD_USER_INPUT"),
        ("openedFrom=1900-01-01T00:00:00Z", "BAD_USER_INPUT"),
    ] {
        let refused = get(&rest, &rest.key, &format!("/api/exports/tables/consultations?{filter}")).await;
        assert_eq!((refused.status, refused.code().as_str()), (400, code), "{filter}");
    }
    rest.app.stop().await;
}
