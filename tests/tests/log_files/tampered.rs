//! A tampered export is refused by both verifiers, in the same words, with the first bad event.

use std::fs;

use serde_json::{Value, json};

use crate::support::{Place, edit, export, line_of, lines, reseal, text, two_workspaces, verify};

/// What both say of an export of twelve events after a change of its lines.
async fn after(change: impl FnOnce(&mut Vec<String>)) -> String {
    let (database, place) = (two_workspaces(12).await, Place::new());
    let mut lines = lines(&database, &place, &[]);
    assert!(verify(&place.path("export.ndjson")).is_ok(), "it was whole before");
    change(&mut lines);
    verify(&place.file("changed.ndjson", text(&lines))).expect_err("the change is found")
}

fn assert_named(said: &str, line: usize, position: i64, code: &str) {
    assert!(said.starts_with(&format!("error: line {line}: ")), "{said}");
    assert!(said.contains(&format!("position {position}")), "{said}");
    assert!(said.ends_with(&format!("code: {code}\n")), "{said}");
}

#[tokio::test]
async fn a_changed_field_is_named_whatever_field_it_is() {
    let changes: [fn(&mut Value); 9] = [
        |event| event["payload"]["priority"] = json!("URGENT"),
        |event| event["metadata"]["source"]["system"] = json!("forged"),
        |event| event["occurred_at"] = json!(event["occurred_at"].as_i64().unwrap() - 1),
        |event| event["recorded_at"] = json!(event["recorded_at"].as_i64().unwrap() + 1),
        |event| event["event_type"] = json!("Closed"),
        |event| event["schema_version"] = json!(2),
        |event| event["sealed"] = Value::Null,
        |event| event["stream_id"] = event["event_id"].clone(),
        |event| event["hash"] = json!("00".repeat(32)),
    ];
    for change in changes {
        let said = after(|lines| {
            edit(&mut lines[5], change);
            // Whoever changes an event changes the trailer as well.
            reseal(lines);
        })
        .await;
        assert_named(&said, 6, 5, "event_changed");
    }
}

#[tokio::test]
async fn a_removed_line_is_missed() {
    let said = after(|lines| {
        lines.remove(5);
        reseal(lines);
    })
    .await;
    assert_named(&said, 6, 5, "log_gap");
}

#[tokio::test]
async fn swapped_lines_are_named() {
    let said = after(|lines| {
        lines.swap(5, 6);
        reseal(lines);
    })
    .await;
    assert_named(&said, 6, 5, "events_swapped");
}

#[tokio::test]
async fn an_inserted_line_is_named() {
    for claims_to_be in [4, 5] {
        let said = after(|lines| {
            let mut forged = lines[claims_to_be].clone();
            edit(&mut forged, |event| event["payload"]["priority"] = json!("URGENT"));
            lines.insert(5, forged);
            reseal(lines);
        })
        .await;
        assert_named(&said, 6, 5, "event_inserted");
    }
}

#[tokio::test]
async fn a_missing_end_is_missed_however_it_was_cut_off() {
    let from = |lines: &[String]| line_of(lines, 10);
    // The last events are gone, the trailer stays.
    let said = after(|lines| drop(lines.drain(from(lines)..from(lines) + 3))).await;
    assert!(
        said.contains("the event at position 10 is missing") && said.contains("code: export_truncated"),
        "{said}"
    );
    // The file ends early: behind a line, and within one.
    let said = after(|lines| lines.truncate(from(lines))).await;
    assert!(said.contains("line 10: the export breaks off behind this line, at position 9 of 12"), "{said}");
    let (database, place) = (two_workspaces(12).await, Place::new());
    let whole = text(&lines(&database, &place, &[]));
    let within = whole.find("\"position\":10,").unwrap();
    let said = verify(&place.file("cut.ndjson", &whole[..within])).unwrap_err();
    assert!(said.contains("line 10: the export breaks off behind this line, at position 9 of 12"), "{said}");
    // Only the trailer is missing.
    let said = after(|lines| drop(lines.pop())).await;
    assert!(said.contains("at position 12 of 12") && said.contains("code: export_truncated"), "{said}");
}

#[tokio::test]
async fn a_compressed_file_that_breaks_off_is_truncated() {
    let (database, place) = (two_workspaces(200).await, Place::new());
    let path = place.path("export.ndjson.gz");
    export(&database, &path, &[]);
    let whole = fs::read(&path).unwrap();
    for part in [whole.len() - 1, whole.len() / 2] {
        let said = verify(&place.file("cut.gz", &whole[..part])).unwrap_err();
        assert!(said.contains("code: export_truncated"), "{said}");
    }
}

#[tokio::test]
async fn what_hashes_of_events_do_not_cover_is_covered_by_the_trailer() {
    let said = after(|lines| {
        let command = lines.iter().rposition(|line| line.contains("\"record\":\"command\"")).unwrap();
        edit(&mut lines[command], |command| command["idempotency_key"] = json!("forged"));
    })
    .await;
    assert!(said.contains("line 26: ") && said.contains("code: export_changed"), "{said}");
}

#[tokio::test]
async fn what_is_no_export_is_told_apart() {
    let place = Place::new();
    for (content, code) in [
        ("", "export_unrecognised"),
        ("position,event\n1,Opened\n", "export_unrecognised"),
        ("{\"record\":\"header\",\"format\":\"other\",\"version\":1}\n", "export_unrecognised"),
        ("{\"record\":\"header\",\"format\":\"ledgerdesk-export\",\"version\":2}\n", "export_version"),
    ] {
        let said = verify(&place.file("none.ndjson", content)).unwrap_err();
        assert!(said.contains(&format!("code: {code}")), "{content}: {said}");
    }
    for change in [
        |lines: &mut Vec<String>| lines.insert(5, "not JSON".to_owned()),
        |lines: &mut Vec<String>| lines.insert(5, "{\"record\":\"other\"}".to_owned()),
        |lines: &mut Vec<String>| lines.push(lines[0].clone()),
        |lines: &mut Vec<String>| edit(&mut lines[5], |event| event["comment"] = json!("smuggled")),
        |lines: &mut Vec<String>| lines.swap(12, 13),
    ] {
        let said = after(change).await;
        assert!(said.contains("code: export_malformed"), "{said}");
    }
}

#[tokio::test]
async fn an_export_in_another_spelling_of_json_is_still_the_same() {
    let (database, place) = (two_workspaces(6).await, Place::new());
    let mut lines = lines(&database, &place, &[]);
    for line in &mut lines {
        // Keys in another order, blanks, and characters escaped that need not be.
        *line =
            line.replace("\"payload\":{", "\"payload\": { ").replace("consultation", "c\\u006fnsultation");
    }
    reseal(&mut lines);
    assert!(verify(&place.file("spelt.ndjson", text(&lines))).is_ok());
}
