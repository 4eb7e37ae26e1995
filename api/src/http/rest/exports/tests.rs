use bytes::Bytes;
use ledgerdesk_domain::stream::Position;
use parquet::file::reader::{FileReader as _, SerializedFileReader};

use super::{
    Format,
    file::{About, Column, Kind, Value, write},
    stream::Incoming,
};

fn columns() -> Vec<Column> {
    let column = |(name, kind): (&str, Kind)| Column { name: name.to_owned(), kind };
    [("team", Kind::Text), ("n", Kind::Number), ("mean", Kind::Decimal), ("at", Kind::Time)]
        .map(column)
        .to_vec()
}

fn rows() -> Vec<Vec<Value>> {
    vec![
        vec![Value::text("=cmd()"), Value::Number(-3), Value::Decimal(1.5), Value::Time(1_000_000)],
        vec![Value::text("a, \"b\""), Value::Null, Value::Null, Value::Null],
    ]
}

fn file(format: Format) -> Vec<u8> {
    let about = About::new("report", vec!["one_touch@2".to_owned()], Position(7));
    let mut file = Vec::new();
    write(format, (&about, &columns()), Incoming::of(rows()), &mut file).unwrap();
    file
}

#[test]
fn a_text_is_no_formula_and_a_number_stays_one() {
    let file = String::from_utf8(file(Format::Csv)).unwrap();
    let lines: Vec<_> = file.split("\r\n").collect();
    assert_eq!(lines[0], "team,n,mean,at");
    assert_eq!(lines[1], "'=cmd(),-3,1.5,1970-01-01T00:00:01.000000Z");
    assert_eq!(lines[2], "\"a, \"\"b\"\"\",,,");
}

#[test]
fn each_line_is_an_object_and_the_first_says_what_it_is() {
    let file = String::from_utf8(file(Format::Ndjson)).unwrap();
    let lines: Vec<serde_json::Value> =
        file.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines[0]["about"]["log_position"], "7");
    assert_eq!(lines[0]["about"]["definitions"], "one_touch@2");
    assert_eq!((lines[1]["n"].as_i64(), lines[2]["n"].as_i64()), (Some(-3), None));
    assert_eq!(lines.len(), 3);
}

#[test]
fn parquet_reads_back_with_its_position() {
    let reader = SerializedFileReader::new(Bytes::from(file(Format::Parquet))).unwrap();
    let metadata = reader.metadata().file_metadata();
    assert_eq!(metadata.num_rows(), 2);
    let lines = metadata.key_value_metadata().unwrap();
    assert!(lines.iter().any(|line| line.key == "log_position" && line.value.as_deref() == Some("7")));
    let rows: Vec<String> = reader.get_row_iter(None).unwrap().map(|row| row.unwrap().to_string()).collect();
    assert!(rows[0].contains("=cmd()") && rows[0].contains("n: -3"), "{rows:?}");
    assert!(rows[1].contains("n: null"), "{rows:?}");
}

#[test]
fn the_same_rows_are_the_same_bytes() {
    for format in [Format::Csv, Format::Ndjson, Format::Xlsx, Format::Parquet] {
        assert_eq!(file(format), file(format), "{format:?}");
    }
    assert_eq!(&file(Format::Xlsx)[..2], b"PK");
}
