use std::{io::Write as _, path::PathBuf};

use flate2::{Compression, write::GzEncoder};

use super::{Table, Wanted, read};
use crate::{
    clock::{IdSource as _, SystemIds},
    import::{ImportError, Silent},
};

const XES: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849.2016" xmlns="http://www.xes-standard.org/">
  <extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
  <global scope="event"><string key="concept:name" value="UNKNOWN"/></global>
  <string key="source" value="somewhere"><string key="inner" value="ignored"/></string>
  <trace>
    <string key="concept:name" value="Case 1"><string key="kind" value="fast"/></string>
    <event>
      <string key="concept:name" value="Open &amp; wait"/>
      <date key="time:timestamp" value="2024-05-01T10:00:00+02:00"/>
      <list key="parts"><values><string key="first" value="a"/></values></list>
    </event>
    <event><string key="concept:name" value=" Close "/><int key="cost" value="7"/></event>
  </trace>
  <trace><string key="concept:name" value="Case 2"/><event/></trace>
</log>
"#;

fn try_read(content: &[u8], columns: &[&str]) -> Result<Table, ImportError> {
    let path: PathBuf = std::env::temp_dir().join(format!("ledgerdesk-source-{}", SystemIds.next_id()));
    std::fs::write(&path, content).unwrap();
    let wanted = Wanted {
        columns: columns.iter().map(|column| (*column).to_owned()).collect(),
        delimiter: b',',
        missing: vec!["?".to_owned()],
    };
    let table = read(&path, &wanted, &Silent);
    std::fs::remove_file(&path).unwrap();
    table
}

fn texts<'a>(table: &'a Table, name: &str) -> Vec<Option<&'a str>> {
    let column = table.columns.iter().find(|column| column.name == name).unwrap();
    (0..table.rows).map(|row| column.text(row)).collect()
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

/// A CSV that does not fit into one buffer.
fn long_csv() -> String {
    let rows = (0..50_000).map(|row| format!("case {row},{}\n", row * 7_919 % 10_007));
    std::iter::once("case,number\n".to_owned()).chain(rows).collect()
}

#[test]
fn a_csv_is_read_by_its_header() {
    let csv = "\u{feff}Case, What ,Who\r\n1,\"open, at last\",Ann\n2,?,\n";
    let table = try_read(csv.as_bytes(), &["Case", "What", "Who"]).unwrap();
    assert_eq!(table.rows, 2);
    assert_eq!(texts(&table, "Case"), [Some("1"), Some("2")]);
    assert_eq!(texts(&table, "What"), [Some("open, at last"), None], "`?` is missing");
    assert_eq!(texts(&table, "Who"), [Some("Ann"), None]);
    assert_eq!(table.available, ["Case", "What", "Who"]);
}

#[test]
fn a_xes_is_read_by_its_attributes() {
    let columns = [
        "case:concept:name",
        "case:concept:name/kind",
        "concept:name",
        "time:timestamp",
        "parts/first",
        "cost",
        "source",
    ];
    let table = try_read(XES.as_bytes(), &columns).unwrap();
    assert_eq!(table.rows, 3);
    assert_eq!(texts(&table, "case:concept:name"), [Some("Case 1"), Some("Case 1"), Some("Case 2")]);
    assert_eq!(texts(&table, "case:concept:name/kind"), [Some("fast"), Some("fast"), None]);
    assert_eq!(texts(&table, "concept:name"), [Some("Open & wait"), Some("Close"), None]);
    assert_eq!(texts(&table, "parts/first"), [Some("a"), None, None]);
    assert_eq!(texts(&table, "cost"), [None, Some("7"), None]);
    assert!(!table.available.iter().any(|name| name == "source"), "attributes of the log are no columns");
}

#[test]
fn compression_is_told_from_the_content() {
    let csv = long_csv();
    let table = try_read(&gzip(csv.as_bytes()), &["case"]).unwrap();
    assert_eq!(table.rows, 50_000);
    assert_eq!(try_read(&gzip(XES.as_bytes()), &["cost"]).unwrap().rows, 3);
}

#[test]
fn a_truncated_gzip_is_refused() {
    let packed = gzip(long_csv().as_bytes());
    for keep in [packed.len() / 2, packed.len() - 4] {
        let error = try_read(&packed[..keep], &["case"]).unwrap_err();
        assert_eq!(error.code(), "truncated_gzip", "{error}");
    }
    let error = try_read(&gzip(XES.as_bytes())[..100], &["cost"]).unwrap_err();
    assert_eq!(error.code(), "truncated_gzip", "{error}");
}

#[test]
fn a_damaged_gzip_is_refused() {
    let mut packed = gzip(long_csv().as_bytes());
    let middle = packed.len() / 2;
    for byte in &mut packed[middle..middle + 16] {
        *byte ^= 0x5a;
    }
    let error = try_read(&packed, &["case"]).unwrap_err();
    assert_eq!(error.code(), "corrupt_gzip", "{error}");
}

#[test]
fn a_text_that_is_not_utf8_is_refused_with_its_row() {
    let error = try_read(b"case,what\n1,fine\n2,caf\xe9\n", &["case"]).unwrap_err();
    assert!(matches!(error, ImportError::NotUtf8 { row: 2 }), "{error}");
    let xes = XES.replace("fast", "f\u{1}st").into_bytes();
    let xes: Vec<u8> = xes.iter().map(|byte| if *byte == 1 { 0xe9 } else { *byte }).collect();
    let error = try_read(&xes, &["cost"]).unwrap_err();
    assert_eq!(error.code(), "not_utf8", "{error}");
}

#[test]
fn a_row_with_too_few_cells_is_refused_with_its_line() {
    let error = try_read(b"case,what\n1,open\n2\n", &["case"]).unwrap_err();
    assert!(matches!(error, ImportError::BadCsv { row: 2, line: 3, .. }), "{error:?}");
}

#[test]
fn broken_xml_is_refused() {
    let cut = &XES[..XES.len() - 20];
    for (broken, what) in [
        (cut.to_owned(), "cut off"),
        (XES.replace("</event>", "</evnt>"), "mismatched"),
        (XES.replace("<log", "<html").replace("</log>", "</html>"), "not a XES"),
        (XES.replace("&amp;", "&nothing;"), "an unknown entity"),
        ("<log><trace>".to_owned() + &"<string key='a'>".repeat(100_000), "too deep"),
    ] {
        let error = try_read(broken.as_bytes(), &["cost"]).unwrap_err();
        assert_eq!(error.code(), "bad_xml", "{what}: {error}");
    }
}

#[test]
fn a_column_that_is_there_twice_must_not_be_guessed() {
    let csv = b"case,what,what\n1,a,b\n";
    assert_eq!(try_read(csv, &["case"]).unwrap().rows, 1, "nobody asks for it");
    assert_eq!(try_read(csv, &["case", "what"]).unwrap_err().code(), "ambiguous_column");
}

#[test]
fn an_empty_file_has_no_rows_and_no_columns() {
    let table = try_read(b"", &["case"]).unwrap();
    assert_eq!((table.rows, table.columns.len(), table.available.len()), (0, 0, 0));
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let wanted = Wanted { columns: std::collections::BTreeSet::new(), delimiter: b',', missing: Vec::new() };
    let error = read(std::path::Path::new("/nowhere/at.csv"), &wanted, &Silent).unwrap_err();
    assert_eq!(error.code(), "unreadable_file");
    assert!(error.to_string().contains("/nowhere/at.csv"));
}
