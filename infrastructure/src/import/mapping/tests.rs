use super::Mapping;
use crate::import::ImportError;

const GOOD: &str = r#"
name = "mine"
[columns]
case = "id"
time = "at"
activity = "what"
[activities]
open = []
"#;

fn faults(text: &str) -> Vec<String> {
    match Mapping::parse("mine.toml", text) {
        Err(ImportError::InvalidMapping { faults, .. }) => faults.iter().map(ToString::to_string).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_shipped_mappings_are_sound_and_named_as_they_are_called() {
    for name in Mapping::shipped() {
        assert_eq!(Mapping::load(name).unwrap().name(), name);
    }
}

#[test]
fn a_name_that_is_neither_shipped_nor_a_file_lists_what_there_is() {
    let error = Mapping::load("helpdsek").unwrap_err();
    assert_eq!(error.code(), "unknown_mapping");
    assert!(error.to_string().contains("helpdesk, uci_incident"), "{error}");
}

#[test]
fn the_smallest_mapping_has_a_name_three_columns_and_an_activity() {
    Mapping::parse("mine.toml", GOOD).unwrap();
    assert_eq!(
        faults(""),
        [
            "line 1, `activities`: is missing; it says what each activity of the source means",
            "line 1, `columns`: is missing; it says which column says what",
            "line 1, `name`: is missing; it says what the ids and keys of this import are made of",
        ]
    );
}

#[test]
fn all_faults_are_told_at_once_with_their_lines() {
    let text = r#"
name = "with blanks"
colour = "red"
[source]
delimiter = ";;"
[time]
formats = ["%Y-%m-%d", "iso"]
zone = "Mars/Olympus"
[columns]
case = 7
time = "at {"
whatever = "x"
[defaults]
channel = "FAX"
[values.priority]
P1 = "ASAP"
[activities]
open = ["opne"]
[[changes]]
steps = ["route"]
when = "sometimes"
"#;
    let faults = faults(text);
    for expected in [
        "line 2, `name`: use at most 60",
        "line 3, `colour`: there is no such key here",
        "line 5, `source.delimiter`: this must be one ASCII character",
        "line 7, `time.formats`: `iso` is no time format",
        "line 8, `time.zone`: `Mars/Olympus` is no zone",
        "line 9, `columns.activity`: is missing; it says what happened",
        "line 10, `columns.case`: this is integer, it must be a text",
        "line 11, `columns.time`: a `{` has no `}`",
        "line 12, `columns.whatever`: there is no such key here; there are: case, time, activity",
        "line 14, `defaults.channel`: unknown variant `FAX`, expected one of `SITE`",
        "line 16, `values.priority.P1`: unknown variant `ASAP`, expected one of `LOW`",
        "line 18, `activities.open`: there is no step `opne`; there are: start, assign",
        "line 19, `changes.column`: is missing; it says whose change counts",
        "line 21, `changes.when`: say `changes` or `rises`",
    ] {
        assert!(faults.iter().any(|fault| fault.starts_with(expected)), "{expected} in {faults:#?}");
    }
    assert_eq!(faults.len(), 14, "{faults:#?}");
}

#[test]
fn a_file_that_is_no_toml_is_faulted_where_it_breaks() {
    let faults = faults("name = \"mine\"\n[columns\ncase = 1\n");
    assert!(
        faults.iter().all(|fault| fault.starts_with("line 2") || fault.starts_with("line 3")),
        "{faults:?}"
    );
    assert!(!faults.is_empty());
}
